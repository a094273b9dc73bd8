import { setTimeout as pause } from 'node:timers/promises';

/** One message that reached a phone, as the simulator's own process wrote it down. */
export interface LedgerEntry {
  senderId: string;
  to: string;
  /** What it was sent for: a campaign, or a request that no campaign made. */
  campaignId: string;
  part: number;
  at: string;
}

export interface LedgerSummary {
  arrived: number;
  unique: number;
  duplicates: number;
  /** Hand-overs of an id that had arrived: without the id they would have been second copies. */
  resent: number;
}

const PAGE = 10_000;

export async function ledgerSummary(simulatorUrl: string): Promise<LedgerSummary> {
  return ask<LedgerSummary>(`${simulatorUrl}/ledger/summary`);
}

const LOOK_EVERY_MS = 50;

/** How far a run is. */
export interface Progress {
  simulatorUrl: string;
  /** The campaign is over: what has not arrived by then may never do so. */
  isOver: () => boolean;
}

/** Resolves with what has arrived once it is so much, or all that will be; rejects when the signal is aborted. */
export async function reached(
  { simulatorUrl, isOver }: Progress,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  for (;;) {
    const { arrived } = await ledgerSummary(simulatorUrl);
    if (arrived >= count || isOver()) return arrived;
    await pause(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** Everything that arrived, in that order. */
export async function readLedger(simulatorUrl: string): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === '' ? {} : { cursor }) });
    const page: { items: LedgerEntry[]; nextCursor: string | null } = await ask(
      `${simulatorUrl}/ledger?${query.toString()}`,
    );
    entries.push(...page.items);
    cursor = page.nextCursor;
  }
  return entries;
}

/** A phone writes to a sender; the sender gets it when it is connected. */
export async function writeInbound(
  simulatorUrl: string,
  { from, to, text }: { from: string; to: string; text: string },
): Promise<void> {
  await ask(`${simulatorUrl}/inbound`, { method: 'POST', body: JSON.stringify({ from, to, text }) });
}

async function ask<Answer>(url: string, request: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, request);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Answer;
}
