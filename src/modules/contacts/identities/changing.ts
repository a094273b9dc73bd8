import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import type { Contact } from '../contact.entity.js';
import { ContactRepository } from '../contact.repository.js';
import { addressOf, lineOfIdentity, type Identity } from '../core/identity.js';
import { mainIdentity } from '../merge/joining.js';
import { People } from '../merge/people.js';
import type { PersonRecords } from '../person/person-records.js';
import { noteChange } from './contact-change.repository.js';
import { named } from './growing.js';
import { IdentityRepository } from './identity.repository.js';

interface Change {
  retired: readonly Identity[];
  /** Current ones of the contact. */
  fresh: readonly Identity[];
  at: Date;
  now: Date;
}

/** Takes from a contact what is no longer the person's. */
export class Changing {
  private readonly contacts = new ContactRepository();
  private readonly identities = new IdentityRepository();
  private readonly people = new People();

  constructor(private readonly records: readonly PersonRecords[]) {}

  /** The contact is locked, and has all of `fresh`. */
  async retire(
    tx: Tx,
    tenantId: string,
    contactId: string,
    { retired, fresh, at, now }: Change,
  ): Promise<void> {
    const contact = await this.contacts.find(tx, tenantId, contactId);
    if (!contact) throw new Error('A contact that was just locked is not there.');
    const lines = retired.map(lineOfIdentity);
    if (lines.includes(contact.line)) await this.goByNext(tx, contact, { retired, fresh, at, now });
    for (const line of lines) await this.identities.retire(tx, tenantId, contactId, line, at);
    const address = addressOf(mainIdentity(contact));
    for (const records of this.records) {
      for (const line of lines) await records.readdress?.(tx, tenantId, contactId, { line, address });
    }
    for (const person of await this.people.find(tx, tenantId, [contact.line])) {
      await this.people.shareSuppressions(tx, tenantId, person, now, lines);
    }
    const detail = { from: lines, to: fresh.map(lineOfIdentity) };
    const change = { id: newId(), contactId, kind: 'identity_changed' as const, source: 'whatsapp' as const };
    await noteChange(tx, tenantId, { ...change, detail, now: at });
  }

  /** What it went by is retired: it goes by a new one of the same kind, or else by a number, a LID, an id that it has. */
  private async goByNext(tx: Tx, contact: Contact, { retired, fresh, at, now }: Change): Promise<void> {
    const { tenantId, id } = contact;
    const before = mainIdentity(contact);
    const gone = new Set(retired.map(lineOfIdentity));
    const known = await this.identities.ofContacts(tx, tenantId, [id]);
    const left: Identity[] = known
      .filter(({ until, line }) => until === null && !gone.has(line))
      .map(({ kind, scope, value, address }) => ({
        kind,
        scope,
        value,
        ...(kind === 'phone' && { written: address }),
      }));
    const freshLines = new Set(fresh.map(lineOfIdentity));
    const order: readonly string[] = [before.kind, 'phone', 'lid', 'bsuid'];
    const [next] = left.toSorted(
      (a, b) =>
        order.indexOf(a.kind) - order.indexOf(b.kind) ||
        Number(freshLines.has(lineOfIdentity(b))) - Number(freshLines.has(lineOfIdentity(a))),
    );
    if (!next) throw new Error('A contact would be left without an identity.');
    const taken = await this.identities.take(tx, tenantId, id, lineOfIdentity(next));
    const since = contact.lineSince ?? contact.createdAt;
    await this.contacts.save(
      tx,
      Object.assign(contact, named(next), { lineSince: taken?.since ?? at, updatedAt: now }),
    );
    await this.identities.addRetired(tx, tenantId, id, before, { since, until: at });
  }
}
