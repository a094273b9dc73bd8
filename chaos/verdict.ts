import type { LedgerEntry } from './ledger.js';

/** A delivery as the product shows it in the end: what a phone gets of a campaign, or of a request without one. */
export interface DeliveryRow {
  /** The id of the campaign or of the request. */
  source: string;
  phone: string;
  parts: number;
  /** Not to arrive before then. */
  sendAt: string | null;
  state: string;
  code: string | null;
  /** The first part that is not known to have been sent. */
  nextPart: number;
}

/** The state of a delivery that was lost with the database before it was known to have left. */
export const FORGOTTEN = 'forgotten';

/** What a restored database cannot know: hand-overs of that time, in milliseconds, are neither in it nor in the journal. */
export interface Hole {
  from: number;
  upTo: number;
  /** Since then it is the restored database that sends. */
  replacedAt: number;
}

/** A message by its delivery and part; parts count from 0. */
export interface Place {
  source: string;
  phone: string;
  part: number;
}

export interface MissingMessage extends Place {
  /** How the product accounts for it; undefined when it does not. */
  account: string | undefined;
}

export interface UnknownMessage extends Place {
  code: string | null;
  arrived: boolean;
}

export interface Verdict {
  expected: number;
  /** Second and further copies. */
  duplicates: Place[];
  /** Second copies of what nobody can know of after a restore, sent because a user took that risk. */
  risked: Place[];
  /** Arrived while nothing took it down that a restored database could know it from. */
  unseen: Place[];
  /** Messages to people or of parts that were not asked for. */
  strangers: Place[];
  missing: MissingMessage[];
  unknown: UnknownMessage[];
  /** Shown as not sent although they arrived, by a delivery that is not unknown. */
  contradicted: Place[];
  /** People whose later part came before an earlier one, or from another sender. */
  outOfOrder: string[];
  /** Messages that arrived before their time. */
  early: Place[];
}

/** States in which the product says that all parts have left. */
const SENT = new Set(['sent', 'delivered', 'read']);
/** States in which it says why something has not, or that it does not know. */
const ENDED = new Set(['failed', 'skipped', 'unknown', FORGOTTEN]);

/** Compares what arrived with what the product says, message by message. */
export function judge(
  arrivals: readonly LedgerEntry[],
  deliveries: readonly DeliveryRow[],
  hole?: Hole,
): Verdict {
  const byDelivery = grouped(arrivals);
  const verdict: Verdict = {
    expected: deliveries.reduce((sum, { parts }) => sum + parts, 0),
    duplicates: [],
    risked: [],
    unseen: [],
    strangers: [],
    missing: [],
    unknown: [],
    contradicted: [],
    outOfOrder: [],
    early: [],
  };
  for (const delivery of deliveries) {
    const key = keyOf(delivery);
    judgeDelivery(verdict, delivery, byDelivery.get(key) ?? [], hole);
    byDelivery.delete(key);
  }
  for (const entries of byDelivery.values()) verdict.strangers.push(...entries.map(placeOf));
  return verdict;
}

function grouped(arrivals: readonly LedgerEntry[]): Map<string, LedgerEntry[]> {
  const byDelivery = new Map<string, LedgerEntry[]>();
  for (const entry of arrivals) {
    const key = keyOf({ source: entry.campaignId, phone: entry.to });
    const known = byDelivery.get(key);
    if (known) known.push(entry);
    else byDelivery.set(key, [entry]);
  }
  return byDelivery;
}

/** Tells deliveries apart. */
export function keyOf({ source, phone }: Pick<DeliveryRow, 'source' | 'phone'>): string {
  return `${source} ${phone}`;
}

function placeOf({ campaignId, to, part }: LedgerEntry): Place {
  return { source: campaignId, phone: to, part };
}

function judgeDelivery(
  verdict: Verdict,
  delivery: DeliveryRow,
  arrivals: readonly LedgerEntry[],
  hole: Hole | undefined,
): void {
  const { source, phone, parts, sendAt, state, nextPart } = delivery;
  const copies = Array.from({ length: parts }, (): LedgerEntry[] => []);
  for (const entry of arrivals) {
    const own = copies[entry.part];
    if (own) own.push(entry);
    else verdict.strangers.push(placeOf(entry));
  }
  const further = copies.flatMap(([first, ...others]) =>
    others.map((entry, index) => ({
      place: placeOf(entry),
      isRisked: hole !== undefined && first !== undefined && index === 0 && isForgotten(first, entry, hole),
    })),
  );
  const risked = further.filter(({ isRisked }) => isRisked);
  verdict.risked.push(...risked.map(({ place }) => place));
  verdict.duplicates.push(...further.filter(({ isRisked }) => !isRisked).map(({ place }) => place));
  for (const [part, own] of copies.entries()) {
    const [first] = own;
    if (!first) verdict.missing.push({ source, phone, part, account: accountFor(delivery, part) });
    else if (isDenied(delivery, part)) {
      const isUnseen = hole !== undefined && own.length === 1 && isInHole(first, hole);
      (isUnseen ? verdict.unseen : verdict.contradicted).push({ source, phone, part });
    }
  }
  if (state === 'unknown') {
    const arrived = (copies[nextPart]?.length ?? 0) > 0;
    verdict.unknown.push({ source, phone, part: nextPart, code: delivery.code, arrived });
  }
  // What was begun anew is a conversation of its own.
  const conversations =
    risked.length > 0 && hole
      ? [arrivals.filter((one) => !isSince(one, hole)), arrivals.filter((one) => isSince(one, hole))]
      : [arrivals];
  if (!conversations.every(isInOrder)) verdict.outOfOrder.push(phone);
  const time = sendAt === null ? -Infinity : Date.parse(sendAt);
  verdict.early.push(...arrivals.filter(({ at }) => Date.parse(at) < time).map(placeOf));
}

/** The first copy left while nothing that is still there took it down, and the second one after the restore. */
function isForgotten(first: LedgerEntry, second: LedgerEntry, hole: Hole): boolean {
  return isInHole(first, hole) && isSince(second, hole);
}

function isInHole({ at }: LedgerEntry, { from, upTo }: Hole): boolean {
  const time = Date.parse(at);
  return time >= from && time <= upTo;
}

function isSince({ at }: LedgerEntry, { replacedAt }: Hole): boolean {
  return Date.parse(at) >= replacedAt;
}

/** The product's explanation for a message that did not arrive. */
function accountFor({ state, code, nextPart }: DeliveryRow, part: number): string | undefined {
  if (!ENDED.has(state) || part < nextPart) return undefined;
  return part === nextPart ? `${state} (${code ?? 'no code'})` : `behind a part that is ${state}`;
}

/** Of an unknown part both is possible; what comes after it, or after a failure, must not have been sent. */
function isDenied({ state, nextPart }: DeliveryRow, part: number): boolean {
  if (state === FORGOTTEN) return false;
  return state === 'unknown' ? part > nextPart : !SENT.has(state) && part >= nextPart;
}

function isInOrder(arrivals: readonly LedgerEntry[]): boolean {
  return arrivals.every((entry, index) => {
    const before = arrivals[index - 1];
    return !before || (before.part <= entry.part && before.senderId === entry.senderId);
  });
}
