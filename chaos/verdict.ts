import type { LedgerEntry } from './ledger.js';

/** A recipient as the product shows it in the end. */
export interface RecipientRow {
  phone: string;
  state: string;
  code: string | null;
  /** The first part that is not known to have been sent. */
  nextPart: number;
}

/** A message by its recipient and part; parts count from 0. */
export interface Place {
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
  /** Shown as not sent although they arrived, by a recipient that is not unknown. */
  contradicted: Place[];
  /** People whose later part came before an earlier one, or from another sender. */
  outOfOrder: string[];
}

/** States in which the product says that all parts have left. */
const SENT = new Set(['sent', 'delivered', 'read']);
/** States in which it says why something has not, or that it does not know. */
const ENDED = new Set(['failed', 'skipped', 'unknown']);

/** Compares what arrived with what the product says, message by message. */
export function judge(
  arrivals: readonly LedgerEntry[],
  recipients: readonly RecipientRow[],
  parts: number,
): Verdict {
  const byPhone = grouped(arrivals);
  const verdict: Verdict = {
    expected: recipients.length * parts,
    duplicates: [],
    strangers: [],
    missing: [],
    unknown: [],
    contradicted: [],
    outOfOrder: [],
  };
  for (const recipient of recipients) {
    judgeRecipient(verdict, recipient, byPhone.get(recipient.phone) ?? [], parts);
    byPhone.delete(recipient.phone);
  }
  for (const [phone, entries] of byPhone) {
    verdict.strangers.push(...entries.map(({ part }) => ({ phone, part })));
  }
  return verdict;
}

function grouped(arrivals: readonly LedgerEntry[]): Map<string, LedgerEntry[]> {
  const byPhone = new Map<string, LedgerEntry[]>();
  for (const entry of arrivals) {
    const known = byPhone.get(entry.to);
    if (known) known.push(entry);
    else byPhone.set(entry.to, [entry]);
  }
  return byPhone;
}

function judgeRecipient(
  verdict: Verdict,
  recipient: RecipientRow,
  arrivals: readonly LedgerEntry[],
  parts: number,
): void {
  const { phone, state, nextPart } = recipient;
  const copies = Array.from({ length: parts }, () => 0);
  for (const { part } of arrivals) {
    const seen = copies[part];
    if (seen === undefined) verdict.strangers.push({ phone, part });
    else {
      copies[part] = seen + 1;
      if (seen > 0) verdict.duplicates.push({ phone, part });
    }
  }
  for (const [part, count] of copies.entries()) {
    if (count === 0) verdict.missing.push({ phone, part, account: accountFor(recipient, part) });
    else if (isDenied(recipient, part)) verdict.contradicted.push({ phone, part });
  }
  if (state === 'unknown') {
    const arrived = (copies[nextPart] ?? 0) > 0;
    verdict.unknown.push({ phone, part: nextPart, code: recipient.code, arrived });
  }
  if (!isInOrder(arrivals)) verdict.outOfOrder.push(phone);
}

/** The product's explanation for a message that did not arrive. */
function accountFor({ state, code, nextPart }: RecipientRow, part: number): string | undefined {
  if (!ENDED.has(state) || part < nextPart) return undefined;
  return part === nextPart ? `${state} (${code ?? 'no code'})` : `behind a part that is ${state}`;
}

/** Of an unknown part both is possible; what comes after it, or after a failure, must not have been sent. */
function isDenied({ state, nextPart }: RecipientRow, part: number): boolean {
  return state === 'unknown' ? part > nextPart : !SENT.has(state) && part >= nextPart;
}

function isInOrder(arrivals: readonly LedgerEntry[]): boolean {
  return arrivals.every((entry, index) => {
    const before = arrivals[index - 1];
    return !before || (before.part <= entry.part && before.senderId === entry.senderId);
  });
}
