import type { ReceiptStatus } from '../../../transports/transport.js';

/** A receipt as it came over the queue: `at` is ISO 8601. */
export interface ReceiptEntry {
  waMessageId: string;
  status: ReceiptStatus;
  at: string;
  code?: string;
}

/** Everything the receipts of one batch say about one message. */
export interface MergedReceipt {
  waMessageId: string;
  /** 1 sent, 2 delivered, 3 read, 4 played; 0 when only a failure was reported. */
  rank: 0 | 1 | 2 | 3 | 4;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  failedCode: string | null;
}

export interface ReadReceipts {
  merged: MergedReceipt[];
  /** Entries that are no receipts: dropped, so that they do not hold back the others. */
  malformed: number;
}

const RANKS = { failed: 0, server: 1, delivered: 2, read: 3, played: 4 } as const;

/** One entry per message: the furthest status and the first time of each. Order and repetition do not matter. */
export function mergeReceipts(receipts: readonly ReceiptEntry[]): ReadReceipts {
  const byMessage = new Map<string, MergedReceipt>();
  let malformed = 0;
  for (const receipt of receipts) {
    const at = new Date(receipt.at);
    if (
      !isUsableText(receipt.waMessageId) ||
      !Object.hasOwn(RANKS, receipt.status) ||
      Number.isNaN(at.getTime())
    ) {
      malformed += 1;
      continue;
    }
    const known = byMessage.get(receipt.waMessageId) ?? emptyReceipt(receipt.waMessageId);
    byMessage.set(receipt.waMessageId, withReceipt(known, receipt, at));
  }
  return { merged: [...byMessage.values()], malformed };
}

/** PostgreSQL's text cannot hold the NUL character: one such id or code would make the whole batch fail. */
function isUsableText(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && !text.includes('\u0000');
}

function emptyReceipt(waMessageId: string): MergedReceipt {
  return { waMessageId, rank: 0, sentAt: null, deliveredAt: null, readAt: null, failedCode: null };
}

function withReceipt(known: MergedReceipt, receipt: ReceiptEntry, at: Date): MergedReceipt {
  const rank = RANKS[receipt.status];
  if (rank === 0) {
    const code = isUsableText(receipt.code) ? receipt.code : undefined;
    return { ...known, failedCode: code ?? known.failedCode ?? 'network_error' };
  }
  return {
    ...known,
    rank: rank > known.rank ? rank : known.rank,
    // A message that was read was also sent and delivered, even without receipts for it: the earliest time counts.
    sentAt: rank === 1 ? earlier(known.sentAt, at) : known.sentAt,
    deliveredAt: rank === 2 ? earlier(known.deliveredAt, at) : known.deliveredAt,
    readAt: rank >= 3 ? earlier(known.readAt, at) : known.readAt,
  };
}

function earlier(known: Date | null, at: Date): Date {
  return known && known.getTime() <= at.getTime() ? known : at;
}

/** How long a receipt may be ahead of the record of its message. */
const UNMATCHED_LIMIT_MS = 60_000;

/**
 * When receipts without a message are tried again, or undefined when waiting is pointless. A transport that allocates
 * ids itself can report a message before its id was written down; a receipt for something the phone's owner wrote by
 * hand never matches. The waits double as the receipts age.
 */
export function retryUnmatchedAt(receipts: readonly ReceiptEntry[], now: Date): Date | undefined {
  const ages = receipts.map((receipt) => Math.abs(now.getTime() - Date.parse(receipt.at)));
  const youngest = Math.min(...ages.filter((age) => age < UNMATCHED_LIMIT_MS));
  if (!Number.isFinite(youngest)) return undefined;
  return new Date(now.getTime() + Math.max(youngest, 1_000));
}
