import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import type { Contact } from '../contact.entity.js';
import { ContactRepository } from '../contact.repository.js';
import { addressOf, lineOfIdentity, phoneOf, type Identity } from '../core/identity.js';
import { mainIdentity } from '../merge/joining.js';
import { IdentityRepository } from './identity.repository.js';

/** Gives contacts identities that nobody has. */
export class Growing {
  private readonly identities = new IdentityRepository();

  constructor(private readonly contacts = new ContactRepository()) {}

  /**
   * A contact with further identities. Returns the one that somebody has already, when nothing may be kept of what was written.
   * Taken in the order of the lines, as by all who write several, so that two never deadlock.
   */
  async makeOf(tx: Tx, contact: Contact, further: readonly Identity[]): Promise<Identity | undefined> {
    const main = mainIdentity(contact);
    const all = [main, ...further].toSorted((a, b) => (lineOfIdentity(a) < lineOfIdentity(b) ? -1 : 1));
    for (const identity of all) {
      const isFree =
        identity === main
          ? await this.contacts.insert(tx, contact)
          : await this.reserve(tx, contact.tenantId, identity);
      if (!isFree) return identity;
    }
    await this.identities.add(tx, contact.tenantId, contact.id, further, contact.createdAt);
    return undefined;
  }

  /** A contact that goes by the first of them. False when somebody else has it by now. */
  async make(tx: Tx, tenantId: string, [first]: readonly Identity[], now: Date): Promise<boolean> {
    if (!first) throw new Error('A contact cannot be made of no identity.');
    const id = newId();
    return this.contacts.insert(tx, { ...emptyContact(tenantId, first, now), id });
  }

  /** Further identities of a contact that is locked. False when somebody else has one of them by now: the others are added. */
  async grow(
    tx: Tx,
    tenantId: string,
    contact: Contact,
    free: readonly Identity[],
    since: Date,
  ): Promise<boolean> {
    let all = true;
    for (const identity of free) {
      if (!(await this.reserve(tx, tenantId, identity))) all = false;
      else if (identity.kind === 'phone' && contact.phone === null) {
        await this.goBy(tx, tenantId, contact, identity, since);
      } else {
        const added = await this.identities.add(tx, tenantId, contact.id, [identity], since);
        all &&= added.length === 1;
      }
    }
    return all;
  }

  /** What the contact went by becomes a further identity. */
  async goBy(tx: Tx, tenantId: string, contact: Contact, identity: Identity, since: Date): Promise<void> {
    const before = mainIdentity(contact);
    const beforeSince = contact.lineSince ?? contact.createdAt;
    await this.contacts.save(tx, Object.assign(contact, named(identity), { lineSince: since }));
    await this.identities.add(tx, tenantId, contact.id, [before], beforeSince);
  }

  /**
   * An identity stands in the contact itself or among the further ones, and no index covers both. So who adds one writes it
   * as a contact first: whoever else does waits there, and finds it added.
   */
  private async reserve(tx: Tx, tenantId: string, identity: Identity): Promise<boolean> {
    const contact = { ...emptyContact(tenantId, identity, new Date(0)), id: newId() };
    if (!(await this.contacts.insert(tx, contact))) return false;
    await this.contacts.delete(tx, tenantId, contact.id);
    return true;
  }
}

/** The columns of a contact that goes by this identity. */
export function named(identity: Identity): Pick<Contact, 'phone' | 'address' | 'line'> {
  const address = addressOf(identity);
  const phone = phoneOf(address);
  return { phone, address: phone === null ? address : null, line: lineOfIdentity(identity) };
}

function emptyContact(tenantId: string, identity: Identity, now: Date): Omit<Contact, 'id'> {
  return {
    tenantId,
    ...named(identity),
    lineSince: null,
    name: null,
    attributes: {},
    tags: [],
    optedOutAt: null,
    optOutSource: null,
    createdAt: now,
    updatedAt: now,
  };
}
