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
const STOP = 'STOP';
/** One in so many recipients writes. */
const ONE_IN = 25;
/** Between two texts of one person: all are stored at different moments of the faults. */
const EVERY_MS = 400;
/** From a claim that began before the STOP was stored to the arrival of its message, on a machine under full load. */
const UNDER_WAY_MS = 5_000;

/** Recipients whom nothing else is asked for: requests are for the first ones, and answers for the last. */
export function planWriters(
  {
    recipients,
    senders,
    direct,
    answers,
  }: Pick<ChaosOptions, 'recipients' | 'senders' | 'direct' | 'answers'>,
  last?: number,
): PlannedWriter[] {
  const first = Math.ceil(direct / 2);
  const count = Math.max(0, Math.floor((recipients - first - Math.ceil(answers / 2)) / ONE_IN));
  return momentsOf(count, last).map((at, index) => ({
    at,
    from: campaignPhone(first + index * ONE_IN),
    sender: index % senders,
    texts: [...Array.from({ length: NOTES }, (_, note) => `Note ${note} of ${index}`), STOP],
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

/** What a database has heard of a writer, worked off or not. */
export interface HeardRow {
  phone: string;
  texts: string[];
  /** When the STOP was stored, ISO 8601. */
  stoppedAt: string | null;
}

/** What was stored after a backup, in the database that was then lost, by its writer. */
export interface LostTexts {
  texts: ReadonlySet<string>;
  /** When a STOP among them was stored, in milliseconds: it bound until the database was replaced. */
  stoppedAt: number | undefined;
}

/** What the one database has heard of the writers and the other one, which takes its place, has not. */
export function lostTexts(
  lastSeen: readonly HeardRow[],
  backedUp: readonly HeardRow[],
): ReadonlyMap<string, LostTexts> {
  const known = new Map(backedUp.map(({ phone, texts }) => [phone, new Set(texts)]));
  return new Map(
    lastSeen.map(({ phone, texts, stoppedAt }) => {
      const lost = new Set(texts.filter((text) => !known.get(phone)?.has(text)));
      const stopIsLost = lost.has(STOP) && stoppedAt !== null;
      return [phone, { texts: lost, stoppedAt: stopIsLost ? new Date(stoppedAt).getTime() : undefined }];
    }),
  );
}

/** Whether every STOP that is not forgotten is there, and all that was heard is worked off; undefined while PostgreSQL cannot say. */
export async function allHeard(
  databaseUrl: string,
  plan: readonly PlannedWriter[],
  isForgotten: (phone: string) => boolean,
): Promise<boolean | undefined> {
  const waiting = 'SELECT id FROM inbound_events WHERE done_at IS NULL AND parked_at IS NULL LIMIT 1';
  const found = await Promise.all([readWriters(databaseUrl, plan), query(databaseUrl, waiting)]).catch(
    () => undefined,
  );
  if (!found) return undefined;
  const [rows, left] = found;
  const stopped = new Set(rows.filter(({ stoppedAt }) => stoppedAt !== null).map(({ phone }) => phone));
  const areThere = plan.every(({ from }) => stopped.has(from) || isForgotten(from));
  return areThere && left.length === 0;
}

/** What is worked off already is a message; what is not waits as it was heard. */
export function readHeard(
  databaseUrl: string,
  plan: readonly Pick<PlannedWriter, 'from'>[],
): Promise<HeardRow[]> {
  return query(
    databaseUrl,
    `SELECT phone, json_agg(text ORDER BY stored_at) AS texts, min(stored_at) FILTER (WHERE stops) AS "stoppedAt"
     FROM (
       SELECT c.phone, m.body AS text, e.stored_at, e.stops
       FROM contacts c
       JOIN messages m ON m.contact_id = c.id AND m.direction = 'in'
       JOIN inbound_events e ON e.sender_id = m.sender_id AND e.wa_id = m.wa_message_id
       UNION
       SELECT payload #>> '{from,phone}', payload #>> '{content,text}', stored_at, stops
       FROM inbound_events WHERE kind = 'message' AND done_at IS NULL
     ) heard
     WHERE phone = ANY($1::text[]) GROUP BY phone`,
    [plan.map(({ from }) => from)],
  );
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

/** What a restore has done to what people wrote. */
export interface RestoredTexts {
  writers: ReadonlyMap<string, LostTexts>;
  replacedAt: Date;
  /** Before that the journal was read, and nothing was sent. */
  settledAt: Date;
  /** What the journal had until then is gone with it, in milliseconds; undefined where it is whole. */
  forgottenUpTo: number | undefined;
}

/** Whether the STOP of this writer was lost with the database, and with the journal. */
export function isStopForgotten(
  phone: string,
  { writers, forgottenUpTo }: Pick<RestoredTexts, 'writers' | 'forgottenUpTo'>,
): boolean {
  const storedAt = writers.get(phone)?.stoppedAt;
  return storedAt !== undefined && forgottenUpTo !== undefined && storedAt <= forgottenUpTo;
}

/**
 * What is wrong with what the writers wrote, in words; nothing where all is well. Notes that a restored database does not know
 * may be there again or not; a STOP has to be, and binds without a break, unless the journal was lost as well.
 */
export function judgeWriters(
  plan: readonly PlannedWriter[],
  rows: readonly WriterRow[],
  arrivals: readonly LedgerEntry[],
  restore?: RestoredTexts,
): { wrong: string[]; sentAfterStop: string[] } {
  const byPhone = new Map(rows.map((row) => [row.phone, row]));
  const wrong: string[] = [];
  /** When nothing may arrive any more. */
  const stops = new Map<string, ReturnType<typeof bound>>();
  for (const { from, texts } of plan) {
    const row = byPhone.get(from);
    const stored = row?.texts ?? [];
    const lost = restore?.writers.get(from);
    const mayLack = restore !== undefined && isStopForgotten(from, restore);
    const expected = texts.filter(
      (text) => stored.includes(text) || !lost?.texts.has(text) || (text === STOP && !mayLack),
    );
    if (stored.join('\n') !== expected.join('\n')) wrong.push(`${from}: ${stored.join(', ')}`);
    if (expected.includes(STOP) && !row?.optedOut) wrong.push(`${from} is not opted out`);
    stops.set(from, bound(row?.stoppedAt ?? undefined, lost, restore));
  }
  const late = arrivals.filter(({ to, at }) => {
    const time = new Date(at).getTime();
    return stops.get(to)?.some(({ from, upTo }) => time > from && time < upTo);
  });
  return { wrong, sentAfterStop: late.map(({ to, part, at }) => `${to} part ${part} at ${at}`) };
}

/** When nothing may arrive for a writer, from and up to, in milliseconds. */
function bound(
  stoppedAt: string | undefined,
  lost: LostTexts | undefined,
  restore: RestoredTexts | undefined,
): { from: number; upTo: number }[] {
  const spans: { from: number; upTo: number }[] = [];
  const storedAt = stoppedAt === undefined ? undefined : new Date(stoppedAt).getTime();
  if (storedAt !== undefined) spans.push({ from: storedAt + UNDER_WAY_MS, upTo: Infinity });
  if (lost?.stoppedAt === undefined || !restore) return spans;
  // What was told again before anything was sent binds without a break.
  const isUnbroken = storedAt !== undefined && storedAt <= restore.settledAt.getTime();
  spans.push({
    from: lost.stoppedAt + UNDER_WAY_MS,
    upTo: isUnbroken ? Infinity : restore.replacedAt.getTime(),
  });
  return spans;
}
