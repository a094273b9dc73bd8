import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import { ContactRepository } from '../contact.repository.js';
import { IdentityRepository, type PersonAddress } from '../identities/identity.repository.js';
import { SuppressionRepository, type SuppressionTerms } from '../suppression.repository.js';

/** All addresses of one person, in the order of the lines; mostly it is one. */
export type Addresses = readonly PersonAddress[];

/** What is said of an opt-out in the history of consent. */
export interface OptOutSaid {
  source: string;
  proof?: string;
  now: Date;
}

/**
 * People by everything they are known by. A suppression of one address is written to the others at once, so that what asks
 * at every message looks at one address only; an opt-out stands in the contact.
 */
export class People {
  private readonly identities = new IdentityRepository();
  private readonly contacts = new ContactRepository();
  private readonly consents = new ConsentRepository();
  private readonly suppressions = new SuppressionRepository();

  /** The people who have these lines, each once. */
  async find(tx: Tx, tenantId: string, lines: readonly string[]): Promise<Addresses[]> {
    if (lines.length === 0) return [];
    return grouped(await this.identities.addressesOf(tx, tenantId, [...new Set(lines)]));
  }

  /**
   * Finds them and locks their contacts, in the order of the lines, until the transaction ends: who waits for a merge meets
   * the person it has made. To be called before any contact is locked.
   */
  async lock(tx: Tx, tenantId: string, lines: readonly string[]): Promise<Addresses[]> {
    let locked = '';
    for (;;) {
      const people = await this.find(tx, tenantId, lines);
      const ids = contactIds(people);
      const found = ids.join();
      if (found === locked) return people;
      await this.contacts.lockMany(tx, tenantId, ids);
      locked = found;
    }
  }

  /** Opts out these people, as far as they are contacts. Returns the contacts who were not opted out before. */
  async optOut(
    tx: Tx,
    tenantId: string,
    people: readonly Addresses[],
    { source, proof, now }: OptOutSaid,
  ): Promise<string[]> {
    const ids = await this.contacts.optOutMany(tx, tenantId, contactIds(people), source, now);
    const said = ids.map((contactId) => ({ contactId, kind: 'withdrawn' as const, source, proof, at: now }));
    await this.consents.add(tx, tenantId, said, now);
    return ids;
  }

  /** Lifts what `optOut` did. */
  async optIn(
    tx: Tx,
    tenantId: string,
    people: readonly Addresses[],
    { source, proof, now }: OptOutSaid,
  ): Promise<void> {
    const ids = await this.contacts.optInMany(tx, tenantId, contactIds(people), now);
    const said = ids.map((contactId) => ({ contactId, kind: 'granted' as const, source, proof, at: now }));
    await this.consents.add(tx, tenantId, said, now);
  }

  /** Suppresses every address of these people for this reason. What is suppressed already keeps its own. */
  async suppress(
    tx: Tx,
    tenantId: string,
    people: readonly Addresses[],
    terms: SuppressionTerms,
    now: Date,
  ): Promise<void> {
    const rows = people.flat().map(({ address }) => ({ id: newId(), address }));
    await this.suppressions.addMany(tx, tenantId, rows, terms, now);
    const bound = people.filter(({ length }) => length > 1).map(decisionOf);
    await this.suppressions.bindTogether(tx, tenantId, bound, terms);
  }

  /**
   * Suppresses every address of a person of whom one is suppressed, in the same scope and for the same reason; `retired`:
   * lines that were theirs until now.
   */
  async shareSuppressions(
    tx: Tx,
    tenantId: string,
    person: Addresses,
    now: Date,
    retired: readonly string[] = [],
  ): Promise<void> {
    const lines = [...person.map(({ line }) => line), ...retired];
    for (const terms of await this.suppressions.findTerms(tx, tenantId, lines)) {
      await this.suppress(tx, tenantId, [person], terms, now);
    }
  }
}

function contactIds(people: readonly Addresses[]): string[] {
  return [...new Set(people.flat().flatMap(({ contactId }) => contactId ?? []))];
}

function decisionOf(addresses: Addresses): { decisionId: string; lines: string[] } {
  return { decisionId: newId(), lines: addresses.map(({ line }) => line) };
}

function grouped(found: readonly (PersonAddress & { asked: string })[]): Addresses[] {
  const byAsked = new Map<string, PersonAddress[]>();
  for (const { asked, ...address } of found) {
    const addresses = byAsked.get(asked);
    if (addresses) addresses.push(address);
    else byAsked.set(asked, [address]);
  }
  const byFirst = new Map<string, Addresses>();
  for (const addresses of byAsked.values()) {
    const sorted = addresses.toSorted((a, b) => (a.line < b.line ? -1 : 1));
    byFirst.set(sorted[0]?.line ?? '', sorted);
  }
  return [...byFirst.values()];
}
