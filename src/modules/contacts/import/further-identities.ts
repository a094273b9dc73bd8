import type { Tx } from '../../../db/index.js';
import { ContactRepository } from '../contact.repository.js';
import { identityOf } from '../core/identity.js';
import { Growing } from '../identities/growing.js';
import { People } from '../merge/people.js';
import type { ImportedContact } from './core/rows.js';

/**
 * What a file says of people beside their numbers. A file is no word of WhatsApp: what another contact is known by stays
 * there, and nobody is merged.
 */
export class FurtherIdentities {
  private readonly contacts = new ContactRepository();
  private readonly growing = new Growing();
  private readonly people = new People();

  /** Of contacts that this transaction has written, by their lines. */
  async addAll(
    tx: Tx,
    tenantId: string,
    rows: ReadonlyMap<string, Pick<ImportedContact, 'also'>>,
    now: Date,
  ): Promise<void> {
    if (rows.size === 0) return;
    const found = await this.contacts.findByLines(tx, tenantId, [...rows.keys()]);
    for (const { id, line } of found.toSorted((a, b) => (a.line < b.line ? -1 : 1))) {
      const contact = await this.contacts.find(tx, tenantId, id);
      if (!contact) continue;
      const said = (rows.get(line)?.also ?? []).flatMap((address) => identityOf(address) ?? []);
      await this.growing.grow(tx, tenantId, contact, said, now);
      for (const person of await this.people.find(tx, tenantId, [contact.line])) {
        await this.people.shareSuppressions(tx, tenantId, person, now);
      }
    }
  }
}
