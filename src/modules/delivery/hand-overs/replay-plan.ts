import type { HandOver } from './encoding.js';

/** A hand-over that the journal has, and when. */
export interface JournaledHandOver extends HandOver {
  at: Date;
}

/** What the database knows of the delivery of a hand-over. */
export interface KnownDelivery {
  nextPart: number;
  /** Its messages that were given an id, by part. */
  waMessageIds: ReadonlyMap<number, string>;
  /** The part that it says is being handed over; undefined when none is. */
  sendingPart: number | undefined;
}

/** Hand-overs of one delivery that the database does not know: parts before the last one went out, or the last would not have been begun. */
export interface ForgottenHandOvers {
  deliveryId: string;
  earlier: JournaledHandOver[];
  /** Parts that went out before the last one as well, of which neither the journal nor the database tells. */
  untold: number[];
  last: JournaledHandOver;
}

/**
 * What the database has forgotten of one delivery; undefined when it knows the last hand-over. Of several hand-overs of
 * one part the last counts: the ones before it did not end as sent.
 * @param handOvers Of this delivery, the oldest first.
 */
export function forgotten(
  deliveryId: string,
  known: KnownDelivery,
  handOvers: readonly JournaledHandOver[],
): ForgottenHandOvers | undefined {
  const byPart = new Map(handOvers.map((handOver) => [handOver.part, handOver]));
  const lost = [...byPart.values()]
    .filter((handOver) => handOver.part >= known.nextPart)
    .toSorted((a, b) => a.part - b.part);
  const last = lost.at(-1);
  if (!last || isKnown(last, known)) return undefined;
  const before = Array.from({ length: last.part - known.nextPart }, (_, index) => known.nextPart + index);
  return { deliveryId, earlier: lost.slice(0, -1), untold: before.filter((part) => !byPart.has(part)), last };
}

/** Where the transport gives no ids beforehand, the part that is being handed over can only be this one. */
function isKnown({ part, waMessageId }: JournaledHandOver, known: KnownDelivery): boolean {
  return waMessageId === null ? known.sendingPart === part : known.waMessageIds.get(part) === waMessageId;
}
