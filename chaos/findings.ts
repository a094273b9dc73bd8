import type { AcceptedRequest } from './direct.js';
import type { LedgerEntry, LedgerSummary } from './ledger.js';
import type { IdMode } from './options.js';
import type { Restored } from './restore.js';
import type { ProcessEnd } from './stage.js';
import type { Tally, Truth } from './truth.js';
import type { Verdict } from './verdict.js';
import type { judgeWriters, PlannedWriter } from './writers.js';

/** What a restore has left, and what was done to the journal. */
export interface RestoreFindings extends Restored {
  /** When Redis was flushed, in milliseconds. */
  flushedAt: readonly number[];
}

/** What was seen in the end, from all sides. */
export interface Findings {
  ids: IdMode;
  campaign: string;
  /** Recipients of the campaign who wrote, and STOP at the end; what is wrong with it. */
  writers: readonly PlannedWriter[];
  written: ReturnType<typeof judgeWriters>;
  /** Messages that were asked for beside the campaign, answers included. */
  asked: number;
  /** Answers that were asked for. */
  answered: number;
  /** What was accepted beside the campaign. */
  accepted: readonly AcceptedRequest[];
  /** Undefined when no backup was put back. */
  restore: RestoreFindings | undefined;
  parts: number;
  verdict: Verdict;
  truth: Truth;
  /** The campaign's statistics as the API returns them. */
  stats: Tally;
  arrivals: readonly LedgerEntry[];
  ledger: LedgerSummary;
  /** The queue was flushed: receipts that were on it are gone. */
  queueLost: boolean;
  crashes: readonly string[];
  ends: readonly ProcessEnd[];
}

/** Accepted, and not known to the restored database. */
export function forgottenOf({ accepted, truth }: Pick<Findings, 'accepted' | 'truth'>): AcceptedRequest[] {
  const kept = new Set(truth.deliveries.map(({ source }) => source));
  return accepted.filter(({ source }) => !kept.has(source));
}

export function sumOf(requests: readonly AcceptedRequest[]): number {
  return requests.reduce((sum, { messages }) => sum + messages, 0);
}
