import type { Tx } from '../../db/index.js';
import type { ContactConsent } from './consent/consent.entity.js';
import { ConsentRepository } from './consent/consent.repository.js';
import type { Contact } from './contact.entity.js';
import { IdentityRepository, type KnownIdentity } from './identities/identity.repository.js';

/** A contact with what is known beside its row. */
export interface ContactView extends Contact {
  /** What the person said last about being written to; null when nothing is recorded. */
  consent: Pick<ContactConsent, 'kind' | 'source' | 'at'> | null;
  /** From the last number check, however old; null when there was none. */
  onWhatsApp: boolean | null;
  /** What the person is known by: the one the contact goes by first, retired ones last. */
  identities: KnownIdentity[];
}

export class ContactViewRepository {
  private readonly consents = new ConsentRepository();
  private readonly identities = new IdentityRepository();

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
    const known = await this.identities.ofContacts(
      tx,
      tenantId,
      contacts.map(({ id }) => id),
    );
    const identities = new Map<string, KnownIdentity[]>();
    for (const identity of known) {
      const own = identities.get(identity.contactId);
      if (own) own.push(identity);
      else identities.set(identity.contactId, [identity]);
    }
    return contacts.map((contact) =>
      Object.assign(contact, {
        consent: consents.get(contact.id) ?? null,
        onWhatsApp: onWhatsApp.get(contact.line) ?? null,
        identities: identities.get(contact.id) ?? [],
      }),
    );
  }
}
