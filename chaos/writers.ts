import { setTimeout as pause } from 'node:timers/promises';
import { reached, writeInbound, type LedgerEntry, type Progress } from './ledger.js';
import type { ChaosOptions } from './options.js';
import { campaignPhone } from './people.js';
import { momentsOf } from './direct.js';
import { query } from './postgres.js';

/** A recipient of the campaign who writes several times to one sender, and STOP at the end; `at` as of other requests. */
export interface PlannedWriter {
  at: number;
  from: string;
  sender: number;
  texts: string[];
}

/** What is stored of a writer in the end. */
export interface WriterRow {
  phone: string;
  /** Texts in the order in which they were stored. */
  texts: string[];
  optedOut: boolean;
  /** When the STOP was stored, ISO 8601: a moment before it was acknowledged. */
  stoppedAt: string | null;
}

const NOTES = 3;
/** One in so many recipients writes. */
const ONE_IN = 25;
/** Between two texts of one person: all are stored at different moments of the faults. */
const EVERY_MS = 400;
/** From a claim that began before the STOP was stored to the arrival of its message, on a machine under full load. */
const UNDER_WAY_MS = 5_000;

/** Spread over the campaign but for its last fifth, whose people are answered. */
export function planWriters(
  { recipients, senders }: Pick<ChaosOptions, 'recipients' | 'senders'>,
  last?: number,
): PlannedWriter[] {
  const count = Math.floor((recipients * 0.8) / ONE_IN);
  return momentsOf(count, last).map((at, index) => ({
    at,
    from: campaignPhone(index * ONE_IN),
    sender: index % senders,
    texts: [...Array.from({ length: NOTES }, (_, note) => `Note ${note} of ${index}`), 'STOP'],
  }));
}

/** Lets them write. Rejects when the signal is aborted. */
export async function letWrite(
  stage: Progress & { expected: number; senderIds: readonly string[] },
  plan: readonly PlannedWriter[],
  signal: AbortSignal,
): Promise<void> {
  const underWay: Promise<void>[] = [];
  for (const { at, from, sender, texts } of plan) {
    await reached(stage, at * stage.expected, signal);
    const to = stage.senderIds[sender] ?? '';
    const writes = async (): Promise<void> => {
      for (const text of texts) {
        await writeInbound(stage.simulatorUrl, { from, to, text });
        await pause(EVERY_MS, undefined, { signal });
      }
    };
    const written = writes();
    written.catch(() => undefined);
    underWay.push(written);
  }
  await Promise.all(underWay);
}

/** Whether everything that was heard is worked off; undefined while PostgreSQL cannot say. */
export async function allHeard(
  databaseUrl: string,
  plan: readonly PlannedWriter[],
): Promise<boolean | undefined> {
  const [row] = await query<{ stops: number; left: number }>(
    databaseUrl,
    `SELECT count(*) FILTER (WHERE stops)::int AS stops, count(*) FILTER (WHERE done_at IS NULL AND parked_at IS NULL)::int AS left
     FROM inbound_events`,
  ).catch(() => []);
  return row && row.left === 0 && row.stops >= plan.length;
}

export function readWriters(databaseUrl: string, plan: readonly PlannedWriter[]): Promise<WriterRow[]> {
  return query(
    databaseUrl,
    `SELECT c.phone, c.opted_out_at IS NOT NULL AS "optedOut",
            coalesce((SELECT json_agg(m.body ORDER BY m.id) FROM messages m
                      WHERE m.contact_id = c.id AND m.direction = 'in'), '[]') AS texts,
            (SELECT min(e.stored_at) FROM messages m JOIN inbound_events e ON e.sender_id = m.sender_id AND e.wa_id = m.wa_message_id
             WHERE m.contact_id = c.id AND m.direction = 'in' AND e.stops) AS "stoppedAt"
     FROM contacts c WHERE c.phone = ANY($1::text[])`,
    [plan.map(({ from }) => from)],
  );
}

/** What is wrong with what the writers wrote, in words; nothing where all is well. */
export function judgeWriters(
  plan: readonly PlannedWriter[],
  rows: readonly WriterRow[],
  arrivals: readonly LedgerEntry[],
): { wrong: string[]; sentAfterStop: string[] } {
  const byPhone = new Map(rows.map((row) => [row.phone, row]));
  const wrong: string[] = [];
  const stops = new Map<string, number>();
  for (const { from, texts } of plan) {
    const row = byPhone.get(from);
    const stored = row?.texts ?? [];
    if (stored.join('\n') !== texts.join('\n')) wrong.push(`${from}: ${stored.join(', ')}`);
    if (!row?.optedOut) wrong.push(`${from} is not opted out`);
    if (row?.stoppedAt) stops.set(from, new Date(row.stoppedAt).getTime() + UNDER_WAY_MS);
  }
  const late = arrivals.filter(({ to, at }) => new Date(at).getTime() > (stops.get(to) ?? Infinity));
  return { wrong, sentAfterStop: late.map(({ to, part, at }) => `${to} part ${part} at ${at}`) };
}
