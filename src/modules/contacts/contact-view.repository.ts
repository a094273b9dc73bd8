import type { Tx } from '../../db/index.js';
import type { ContactConsent } from './consent/consent.entity.js';
import { ConsentRepository } from './consent/consent.repository.js';
import type { Contact } from './contact.entity.js';

/** A contact with what is known beside its row. */
export interface ContactView extends Contact {
  /** What the person said last about being written to; null when nothing is recorded. */
  consent: Pick<ContactConsent, 'kind' | 'source' | 'at'> | null;
  /** From the last number check, however old; null when there was none. */
  onWhatsApp: boolean | null;
}

export class ContactViewRepository {
  private readonly consents = new ConsentRepository();

  /** In the order of the contacts. */
  async complete(tx: Tx, tenantId: string, contacts: readonly Contact[]): Promise<ContactView[]> {
    if (contacts.length === 0) return [];
    const consents = await this.consents.latest(
      tx,
      tenantId,
      contacts.map(({ id }) => id),
    );
    const checks: { phone: string; onWhatsApp: boolean }[] = await tx.query(
      `SELECT phone, on_whatsapp AS "onWhatsApp" FROM number_checks WHERE tenant_id = $1 AND phone = ANY($2)`,
      [tenantId, contacts.map(({ phone }) => phone)],
    );
    const onWhatsApp = new Map(checks.map((check) => [check.phone, check.onWhatsApp]));
    return contacts.map((contact) =>
      Object.assign(contact, {
        consent: consents.get(contact.id) ?? null,
        onWhatsApp: onWhatsApp.get(contact.phone) ?? null,
      }),
    );
  }
}
