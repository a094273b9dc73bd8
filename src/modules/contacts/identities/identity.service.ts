import type { Tx } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { newId } from '../../../lib/ids.js';
import type { Logger } from '../../../lib/logger.js';
import type { Peer } from '../../../transports/peer.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import type { Contact } from '../contact.entity.js';
import { ContactRepository } from '../contact.repository.js';
import { identitiesOf, lineOfIdentity, type Identity } from '../core/identity.js';
import { Joining } from '../merge/joining.js';
import { People, type Addresses } from '../merge/people.js';
import type { PersonRecords } from '../person/person-records.js';
import { Changing } from './changing.js';
import { noteChange } from './contact-change.repository.js';
import { Growing } from './growing.js';
import { IdentityRepository, ownerOf } from './identity.repository.js';

/** What a transport says of people, beside the people themselves. */
export interface IdentityTerms {
  /** The business portfolio in which business-scoped ids hold. */
  scope?: string;
  /** When it happened, as far as the network says. */
  at?: Date;
}

/** One is enough but for others who write the same identities at the same moment. */
const MOST_ROUNDS = 50;

export interface FoundContact {
  contactId: string;
  /** By this call. */
  created: boolean;
}

/**
 * Who somebody on WhatsApp is among a tenant's contacts. Only what a transport says of one person makes one contact of two; each
 * such change is logged, and stands in the history of the contact. To be called before the transaction locks any contact.
 */
export class IdentityService {
  private readonly contacts = new ContactRepository();
  private readonly identities = new IdentityRepository();
  private readonly people = new People();
  private readonly consents = new ConsentRepository();
  private readonly joining: Joining;
  private readonly growing = new Growing();
  private readonly changing: Changing;

  /** `records`: what other modules keep of a person. */
  constructor(private readonly deps: { clock: Clock; logger: Logger; records: readonly PersonRecords[] }) {
    this.joining = new Joining(deps.records);
    this.changing = new Changing(deps.records);
  }

  /**
   * Finds the contact of whoever this is, by any of their identities, or makes one; locked (`FOR NO KEY UPDATE`) until the
   * transaction ends, so that a merge, an erasure or a deletion comes before or after what is stored of them. What the peer
   * carries belongs together: an identity that was not known is added, and two contacts become one. Undefined for a peer
   * without any usable identity; a business-scoped id holds in the portfolio `scope`.
   */
  async contactOfPeer(tx: Tx, tenantId: string, peer: Peer, scope = ''): Promise<FoundContact | undefined> {
    const identities = identitiesOf(peer, scope);
    if (identities.length === 0) return undefined;
    const rows: { id: string }[] = await tx.query(
      `SELECT c.id FROM unnest($2::text[]) AS given (line)
       JOIN contacts c ON c.tenant_id = $1 AND c.id = ${ownerOf('given.line')}
       ORDER BY c.line FOR NO KEY UPDATE OF c`,
      [tenantId, identities.map(lineOfIdentity)],
    );
    const [first] = rows;
    const known = rows.length === identities.length && rows.every(({ id }) => id === first?.id);
    if (first && known) return { contactId: first.id, created: false };
    return this.link(tx, tenantId, identities, this.deps.clock.now());
  }

  /**
   * The event `identity`: all these are one person. Where they are several contacts these become one, in the caller's
   * transaction: what waits for the person is sent once, opt-outs and suppressions of one hold for all. Returns the contact,
   * locked; undefined without any usable identity.
   */
  async linkPeers(
    tx: Tx,
    tenantId: string,
    peers: readonly Peer[],
    { scope = '', at }: IdentityTerms = {},
  ): Promise<FoundContact | undefined> {
    const identities = distinct(peers.flatMap((peer) => identitiesOf(peer, scope)));
    if (identities.length === 0) return undefined;
    return this.link(tx, tenantId, identities, at ?? this.deps.clock.now());
  }

  /**
   * The event `identity_changed`: the person goes by `to` from now on. Identities of `from` of the same kinds (all of them, where
   * `to` has none of their kinds) are retired: whoever writes from them later is somebody else. What waits for the person
   * goes to the new ones; opt-outs and suppressions follow, and a suppression of the old number stays on it. A contact that
   * has the new identity already is the same person and becomes part of this one. Returns the contact, locked; undefined
   * when nobody of `from` and `to` is a contact.
   */
  async changeIdentity(
    tx: Tx,
    tenantId: string,
    from: Peer,
    to: Peer,
    { scope = '', at = this.deps.clock.now() }: IdentityTerms = {},
  ): Promise<FoundContact | undefined> {
    const [old, fresh] = [identitiesOf(from, scope), identitiesOf(to, scope)];
    if (fresh.length === 0) return undefined;
    const lines = distinct([...old, ...fresh]).map(lineOfIdentity);
    const people = await this.people.lock(tx, tenantId, lines);
    const known = people.flat().some(({ contactId }) => contactId !== null);
    if (!known) {
      // Nobody to keep the change for, but what is suppressed of one number is so of the next.
      await this.inherit(tx, tenantId, fresh, old);
      return undefined;
    }
    const freshLines = new Set(fresh.map(lineOfIdentity));
    const retired = retiredOf(old, fresh).filter((identity) => !freshLines.has(lineOfIdentity(identity)));
    const owners = await this.ownersOf(tx, tenantId, retired.length > 0 ? retired : old);
    if (owners.length === 0) {
      const found = await this.link(tx, tenantId, fresh, at);
      await this.inherit(tx, tenantId, fresh, old);
      return found;
    }
    // The new ones are the person's first, and the old are given up after that: nobody is ever without any. Who has the new
    // number already stays, so that of two deliveries the one to that number is sent.
    const found = await this.link(tx, tenantId, [...fresh, ...old], at);
    await this.changing.retire(tx, tenantId, found.contactId, {
      retired,
      fresh,
      at,
      now: this.deps.clock.now(),
    });
    this.log('identity_changed', tenantId, found.contactId);
    return found;
  }

  /** The person wrote a keyword; of a contact that is locked. Repeating it keeps the first time. */
  async optOut(tx: Tx, tenantId: string, contactId: string, proof: string): Promise<void> {
    const now = this.deps.clock.now();
    const changed = await this.contacts.optOutMany(tx, tenantId, [contactId], 'keyword', now);
    if (changed.length > 0)
      await this.noteConsent(tx, tenantId, contactId, { kind: 'withdrawn', proof, now });
  }

  async optIn(tx: Tx, tenantId: string, contactId: string, proof: string): Promise<void> {
    const now = this.deps.clock.now();
    const changed = await this.contacts.optInMany(tx, tenantId, [contactId], now);
    if (changed.length > 0) await this.noteConsent(tx, tenantId, contactId, { kind: 'granted', proof, now });
  }

  private async noteConsent(
    tx: Tx,
    tenantId: string,
    contactId: string,
    { kind, proof, now }: { kind: 'granted' | 'withdrawn'; proof: string; now: Date },
  ): Promise<void> {
    await this.consents.add(tx, tenantId, [{ contactId, kind, source: 'keyword', proof, at: now }], now);
  }

  /**
   * Until one contact has all of them: whoever wrote one of them meanwhile is met in the next round. Throws when others were
   * always quicker: the event is then tried again.
   */
  private async link(
    tx: Tx,
    tenantId: string,
    identities: readonly Identity[],
    at: Date,
  ): Promise<FoundContact> {
    const lines = identities.map(lineOfIdentity);
    let created = false;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const people = await this.people.lock(tx, tenantId, lines);
      const contacts = await this.contactsOf(tx, tenantId, people);
      const [stays, ...others] = inOrder(contacts, people, lines);
      if (!stays) {
        created = await this.growing.make(tx, tenantId, identities, at);
        continue;
      }
      for (const other of others) {
        const now = this.deps.clock.now();
        await this.joining.join(tx, tenantId, stays, other, { source: 'whatsapp', now });
        this.log('merged', tenantId, stays.id);
      }
      const free = identities.filter((identity) => isFree(people, lineOfIdentity(identity)));
      if (free.length === 0) return { contactId: stays.id, created };
      if (await this.growing.grow(tx, tenantId, stays, free, at)) {
        if (!created) await this.noteAdded(tx, tenantId, stays.id, free, at);
        await this.shareSuppressions(tx, tenantId, lines);
        return { contactId: stays.id, created };
      }
    }
    throw new Error(`The identities of a person were taken by others ${MOST_ROUNDS} times.`);
  }

  private async shareSuppressions(tx: Tx, tenantId: string, lines: readonly string[]): Promise<void> {
    for (const person of await this.people.find(tx, tenantId, lines)) {
      await this.people.shareSuppressions(tx, tenantId, person, this.deps.clock.now());
    }
  }

  /** What was suppressed of the old identities is so of the person who had them. */
  private async inherit(
    tx: Tx,
    tenantId: string,
    fresh: readonly Identity[],
    old: readonly Identity[],
  ): Promise<void> {
    const retired = old.map(lineOfIdentity);
    const now = this.deps.clock.now();
    for (const person of await this.people.find(tx, tenantId, fresh.map(lineOfIdentity))) {
      await this.people.shareSuppressions(tx, tenantId, person, now, retired);
    }
  }

  private async contactsOf(tx: Tx, tenantId: string, people: readonly Addresses[]): Promise<Contact[]> {
    const ids = new Set(people.flat().flatMap(({ contactId }) => contactId ?? []));
    return this.contacts.findMany(tx, tenantId, [...ids]);
  }

  private async ownersOf(tx: Tx, tenantId: string, identities: readonly Identity[]): Promise<string[]> {
    const found = await this.identities.addressesOf(tx, tenantId, identities.map(lineOfIdentity));
    return found.flatMap(({ contactId }) => contactId ?? []);
  }

  private async noteAdded(
    tx: Tx,
    tenantId: string,
    contactId: string,
    identities: readonly Identity[],
    now: Date,
  ): Promise<void> {
    const detail = { addresses: identities.map(lineOfIdentity) };
    const change = { id: newId(), contactId, kind: 'identity_added' as const, source: 'whatsapp' as const };
    await noteChange(tx, tenantId, { ...change, detail, now });
    this.log('identity_added', tenantId, contactId);
  }

  private log(kind: string, tenantId: string, contactId: string): void {
    this.deps.logger.info(
      { tenantId, contactId, kind },
      'a contact changed by what WhatsApp said of a person',
    );
  }
}

function distinct(identities: readonly Identity[]): Identity[] {
  return [...new Map(identities.map((identity) => [lineOfIdentity(identity), identity])).values()];
}

function retiredOf(old: readonly Identity[], fresh: readonly Identity[]): Identity[] {
  const same = old.filter(({ kind }) => fresh.some((identity) => identity.kind === kind));
  return same.length > 0 ? same : [...old];
}

function isFree(people: readonly Addresses[], line: string): boolean {
  return people.flat().every((address) => address.line !== line || address.contactId === null);
}

/** The one that stays comes first: whose number was named, then one with a number, then the oldest. */
function inOrder(
  contacts: readonly Contact[],
  people: readonly Addresses[],
  lines: readonly string[],
): Contact[] {
  const named = lines.find((line) => line.startsWith('+'));
  const owner = people.flat().find(({ line }) => line === named)?.contactId;
  const rank = ({ id, phone }: Contact): number => (id === owner ? 0 : phone === null ? 2 : 1);
  return contacts.toSorted(
    (a, b) => rank(a) - rank(b) || a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1),
  );
}
