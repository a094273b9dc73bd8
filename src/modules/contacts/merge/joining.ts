import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import type { Contact } from '../contact.entity.js';
import { ContactRepository } from '../contact.repository.js';
import { isBeyondLimit } from '../core/attributes.js';
import { addressOf, identityOf, type Identity } from '../core/identity.js';
import { cleanTags } from '../core/tags.js';
import { noteChange } from '../identities/contact-change.repository.js';
import { IdentityRepository } from '../identities/identity.repository.js';
import type { PersonRecords } from '../person/person-records.js';
import { MergeRepository } from './merge.repository.js';
import { People } from './people.js';

/** Who says that two contacts are one person: a user, or a transport. */
export type JoinSource = 'api' | 'whatsapp';

/** What an address of a contact is, in its own words. */
export function mainIdentity({ phone, line }: { phone: string | null; line: string }): Identity {
  const identity = identityOf(phone ?? line);
  if (!identity) throw new Error('A contact goes by something that is no identity.');
  return identity;
}

/** Makes one contact of two that are locked. */
export class Joining {
  private readonly contacts = new ContactRepository();
  private readonly merges = new MergeRepository();
  private readonly consents = new ConsentRepository();
  private readonly identities = new IdentityRepository();
  private readonly people = new People();

  /** `records`: what other modules keep of a person. */
  constructor(private readonly records: readonly PersonRecords[]) {}

  /**
   * The other one becomes part of the contact and is gone. Its number is the contact's where that has none. False when the two
   * have more attributes together than one contact may have: nothing was changed then.
   */
  async join(
    tx: Tx,
    tenantId: string,
    contact: Contact,
    other: Contact,
    { source, now }: { source: JoinSource; now: Date },
  ): Promise<boolean> {
    const attributes = this.attributesOf(contact, other, source);
    if (!attributes) return false;
    const takesNumber = contact.phone === null && other.phone !== null;
    const stays = takesNumber ? other : contact;
    const left = mainIdentity(takesNumber ? contact : other);
    const leftSince = sinceOf(takesNumber ? contact : other);
    const from = { id: other.id, address: addressOf(mainIdentity(other)), line: other.line };
    const to = { id: contact.id, address: addressOf(mainIdentity(stays)), line: stays.line };
    // What is accepted for one of them just now is there when everything is moved, or waits and finds the one that stays.
    const both = [contact.id, other.id];
    for (const records of this.records) await records.lock?.(tx, tenantId, both);
    await this.contacts.lockWhole(tx, tenantId, both);
    for (const records of this.records) await records.move(tx, tenantId, from, to);
    await this.merges.joinLists(tx, tenantId, other.id, contact.id);
    await this.merges.keepSender(tx, tenantId, other.id, contact.id);
    await this.consents.moveAll(tx, tenantId, other.id, contact.id);
    await this.identities.moveAll(tx, tenantId, other.id, contact.id);
    await this.merges.moveChanges(tx, tenantId, other.id, contact.id);
    await this.contacts.delete(tx, tenantId, other.id);
    const optOut = earliestOptOut(contact, other);
    Object.assign(contact, {
      phone: stays.phone,
      address: stays.address,
      line: stays.line,
      lineSince: sinceOf(stays),
      name: contact.name ?? other.name,
      attributes,
      tags: cleanTags([...contact.tags, ...other.tags]),
      optedOutAt: optOut?.optedOutAt ?? null,
      optOutSource: optOut?.optOutSource ?? null,
      createdAt: contact.createdAt < other.createdAt ? contact.createdAt : other.createdAt,
      updatedAt: now,
    });
    await this.contacts.save(tx, contact);
    await this.identities.add(tx, tenantId, contact.id, [left], leftSince);
    const detail = { contactId: other.id, address: from.address };
    await noteChange(tx, tenantId, {
      id: newId(),
      contactId: contact.id,
      kind: 'merged',
      source,
      detail,
      now,
    });
    await this.share(tx, tenantId, contact, now);
    return true;
  }

  /** What a transport says is not refused: the contact then keeps its own. */
  private attributesOf(
    contact: Contact,
    other: Contact,
    source: JoinSource,
  ): Contact['attributes'] | undefined {
    const attributes = { ...other.attributes, ...contact.attributes };
    if (!isBeyondLimit(attributes, contact.attributes)) return attributes;
    return source === 'whatsapp' ? contact.attributes : undefined;
  }

  /** What is suppressed of the person that both are now is suppressed at every address. */
  private async share(tx: Tx, tenantId: string, { line }: Contact, now: Date): Promise<void> {
    for (const person of await this.people.find(tx, tenantId, [line])) {
      await this.people.shareSuppressions(tx, tenantId, person, now);
    }
  }
}

function sinceOf({ lineSince, createdAt }: Contact): Date {
  return lineSince ?? createdAt;
}

function earliestOptOut(...contacts: Contact[]): Contact | undefined {
  return contacts
    .filter(({ optedOutAt }) => optedOutAt !== null)
    .toSorted((a, b) => (a.optedOutAt?.getTime() ?? 0) - (b.optedOutAt?.getTime() ?? 0))[0];
}
