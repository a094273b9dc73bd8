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
    const checks: { line: string; onWhatsApp: boolean }[] = await tx.query(
      `SELECT line, on_whatsapp AS "onWhatsApp" FROM number_checks WHERE tenant_id = $1 AND line = ANY($2)`,
      [tenantId, contacts.map(({ line }) => line)],
    );
    const onWhatsApp = new Map(checks.map((check) => [check.line, check.onWhatsApp]));
    return contacts.map((contact) =>
      Object.assign(contact, {
        consent: consents.get(contact.id) ?? null,
        onWhatsApp: onWhatsApp.get(contact.line) ?? null,
      }),
    );
  }
}
