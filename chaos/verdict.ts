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
const ENDED = new Set(['failed', 'skipped', 'unknown']);

/** Compares what arrived with what the product says, message by message. */
export function judge(arrivals: readonly LedgerEntry[], deliveries: readonly DeliveryRow[]): Verdict {
  const byDelivery = grouped(arrivals);
  const verdict: Verdict = {
    expected: deliveries.reduce((sum, { parts }) => sum + parts, 0),
    duplicates: [],
    strangers: [],
    missing: [],
    unknown: [],
    contradicted: [],
    outOfOrder: [],
    early: [],
  };
  for (const delivery of deliveries) {
    const key = keyOf(delivery.source, delivery.phone);
    judgeDelivery(verdict, delivery, byDelivery.get(key) ?? []);
    byDelivery.delete(key);
  }
  for (const entries of byDelivery.values()) verdict.strangers.push(...entries.map(placeOf));
  return verdict;
}

function grouped(arrivals: readonly LedgerEntry[]): Map<string, LedgerEntry[]> {
  const byDelivery = new Map<string, LedgerEntry[]>();
  for (const entry of arrivals) {
    const key = keyOf(entry.campaignId, entry.to);
    const known = byDelivery.get(key);
    if (known) known.push(entry);
    else byDelivery.set(key, [entry]);
  }
  return byDelivery;
}

function keyOf(source: string, phone: string): string {
  return `${source} ${phone}`;
}

function placeOf({ campaignId, to, part }: LedgerEntry): Place {
  return { source: campaignId, phone: to, part };
}

function judgeDelivery(verdict: Verdict, delivery: DeliveryRow, arrivals: readonly LedgerEntry[]): void {
  const { source, phone, parts, sendAt, state, nextPart } = delivery;
  const copies = Array.from({ length: parts }, () => 0);
  for (const entry of arrivals) {
    const { part } = entry;
    const seen = copies[part];
    if (seen === undefined) verdict.strangers.push(placeOf(entry));
    else {
      copies[part] = seen + 1;
      if (seen > 0) verdict.duplicates.push(placeOf(entry));
    }
  }
  for (const [part, count] of copies.entries()) {
    if (count === 0) verdict.missing.push({ source, phone, part, account: accountFor(delivery, part) });
    else if (isDenied(delivery, part)) verdict.contradicted.push({ source, phone, part });
  }
  if (state === 'unknown') {
    const arrived = (copies[nextPart] ?? 0) > 0;
    verdict.unknown.push({ source, phone, part: nextPart, code: delivery.code, arrived });
  }
  if (!isInOrder(arrivals)) verdict.outOfOrder.push(phone);
  const time = sendAt === null ? -Infinity : Date.parse(sendAt);
  verdict.early.push(...arrivals.filter(({ at }) => Date.parse(at) < time).map(placeOf));
}

/** The product's explanation for a message that did not arrive. */
function accountFor({ state, code, nextPart }: DeliveryRow, part: number): string | undefined {
  if (!ENDED.has(state) || part < nextPart) return undefined;
  return part === nextPart ? `${state} (${code ?? 'no code'})` : `behind a part that is ${state}`;
}

/** Of an unknown part both is possible; what comes after it, or after a failure, must not have been sent. */
function isDenied({ state, nextPart }: DeliveryRow, part: number): boolean {
  return state === 'unknown' ? part > nextPart : !SENT.has(state) && part >= nextPart;
}

function isInOrder(arrivals: readonly LedgerEntry[]): boolean {
  return arrivals.every((entry, index) => {
    const before = arrivals[index - 1];
    return !before || (before.part <= entry.part && before.senderId === entry.senderId);
  });
}
