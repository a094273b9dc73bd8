import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import { ContactRepository } from '../contact.repository.js';
import { SuppressionRepository } from '../suppression.repository.js';
import { MergedNumberRepository, type PersonNumber } from './merged-number.repository.js';

/** All numbers of one person, in the order of the lines; mostly it is one. */
export type Numbers = readonly PersonNumber[];

/** What is said of an opt-out in the history of consent. */
export interface OptOutSaid {
  source: string;
  proof?: string;
  now: Date;
}

const MERGED = 'opted out after its contact was merged';

/**
 * People by all their numbers: those of contacts that were merged. An opt-out or a suppression of one number is written to
 * the others at once, so that what asks at every message looks at one number only.
 */
export class People {
  private readonly merged = new MergedNumberRepository();
  private readonly contacts = new ContactRepository();
  private readonly consents = new ConsentRepository();
  private readonly suppressions = new SuppressionRepository();

  /** The people who have these lines, each once. */
  async find(tx: Tx, tenantId: string, lines: readonly string[]): Promise<Numbers[]> {
    if (lines.length === 0) return [];
    return grouped(await this.merged.numbersOf(tx, tenantId, [...new Set(lines)]));
  }

  /**
   * Finds them and locks their contacts, in the order of the lines, until the transaction ends: who waits for a merge meets
   * the person it has made. To be called before any contact is locked.
   */
  async lock(tx: Tx, tenantId: string, lines: readonly string[]): Promise<Numbers[]> {
    let locked = 0;
    for (;;) {
      const people = await this.find(tx, tenantId, lines);
      const found = people.flat();
      if (found.length === locked) return people;
      await this.contacts.lockLines(
        tx,
        tenantId,
        found.map(({ line }) => line),
      );
      locked = found.length;
    }
  }

  /**
   * Opts out every contact of these people. A number of several that has no contact is suppressed until the person opts in
   * again: it must not come back reachable. Returns the contacts who were not opted out before.
   */
  async optOut(
    tx: Tx,
    tenantId: string,
    people: readonly Numbers[],
    { source, proof, now }: OptOutSaid,
    reason = MERGED,
  ): Promise<{ id: string; line: string }[]> {
    if (people.length === 0) return [];
    const lines = people.flat().map(({ line }) => line);
    const optedOut = await this.contacts.optOutLines(tx, tenantId, lines, source, now);
    const said = optedOut.map(({ id }) => ({
      contactId: id,
      kind: 'withdrawn' as const,
      source,
      proof,
      at: now,
    }));
    await this.consents.add(tx, tenantId, said, now);
    const alone = several(people).flatMap((numbers) => {
      const decisionId = newId();
      return numbers
        .filter(({ contactId }) => contactId === null)
        .map(({ phone }) => ({ id: newId(), phone, decisionId }));
    });
    await this.suppressions.addUntilOptIn(tx, tenantId, alone, reason, now);
    return optedOut;
  }

  /** Lifts what `optOut` did, for every number. */
  async optIn(
    tx: Tx,
    tenantId: string,
    people: readonly Numbers[],
    { source, proof, now }: OptOutSaid,
  ): Promise<void> {
    if (people.length === 0) return;
    const lines = people.flat().map(({ line }) => line);
    const ids = await this.contacts.optInLines(tx, tenantId, lines, now);
    const said = ids.map((contactId) => ({ contactId, kind: 'granted' as const, source, proof, at: now }));
    await this.consents.add(tx, tenantId, said, now);
    await this.suppressions.removeUntilOptIn(tx, tenantId, lines);
  }

  /** Suppresses every number of these people for this reason. What is suppressed already keeps its own. */
  async suppress(
    tx: Tx,
    tenantId: string,
    people: readonly Numbers[],
    reason: string | null,
    now: Date,
  ): Promise<void> {
    const rows = people.flat().map(({ phone }) => ({ id: newId(), phone }));
    await this.suppressions.addMany(tx, tenantId, rows, reason, now);
    await this.suppressions.bindTogether(tx, tenantId, several(people).map(decisionOf));
  }

  /** Suppresses every number of a person of whom one is suppressed, for the same reason: after a merge. */
  async shareSuppression(tx: Tx, tenantId: string, person: Numbers, now: Date): Promise<void> {
    const lines = person.map(({ line }) => line);
    const [known] = await this.suppressions.findLasting(tx, tenantId, lines);
    if (known) await this.suppress(tx, tenantId, [person], known.reason, now);
  }
}

function several(people: readonly Numbers[]): Numbers[] {
  return people.filter(({ length }) => length > 1);
}

function decisionOf(numbers: Numbers): { decisionId: string; lines: string[] } {
  return { decisionId: newId(), lines: numbers.map(({ line }) => line) };
}

function grouped(found: readonly (PersonNumber & { asked: string })[]): Numbers[] {
  const byAsked = new Map<string, PersonNumber[]>();
  for (const { asked, ...number } of found) {
    const numbers = byAsked.get(asked);
    if (numbers) numbers.push(number);
    else byAsked.set(asked, [number]);
  }
  const byFirst = new Map<string, Numbers>();
  for (const numbers of byAsked.values()) {
    const sorted = numbers.toSorted((a, b) => (a.line < b.line ? -1 : 1));
    byFirst.set(sorted[0]?.line ?? '', sorted);
  }
  return [...byFirst.values()];
}
