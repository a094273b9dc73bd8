import type { Tx } from '../../db/index.js';
import { addMs } from '../../lib/clock.js';
import { READ_AHEAD_MOST, READ_AHEAD_MS, type Candidate } from './core/read-ahead.js';
import type { SenderSlot } from './core/slot.js';
import {
  ableConditions,
  hostedHere,
  Parameters,
  poolConditions,
  type PoolSearch,
} from './pool-conditions.js';
import { slotColumns, toSlot, type SlotRow } from './slot-row.js';

/** Time others have for taking a free sender before a request that yields gets it. */
export const YIELD_MS = 500;

/** More than are wanted: some may be held by another worker, and the order among them is by use. */
const LOOKED_AT = { atLeast: 50, perWanted: 1.5 };

/** How many candidates are looked at to lock so many. */
export function lookedAt(wanted: number): number {
  return Math.max(LOOKED_AT.atLeast, Math.ceil(LOOKED_AT.perWanted * wanted));
}

/** Whom a statement locks: those that were named, those that were read ahead, or whoever has been free longest. */
export type Among = { named: readonly string[] } | { readAhead: readonly string[] } | 'pool';

export interface LockedSlot {
  slot: SenderSlot;
  isHere: boolean;
}

export interface LockedSlots {
  rows: LockedSlot[];
  /** Of the pool, how many are free within a moment, up to `READ_AHEAD_MOST`; 0 when that was not asked, or none was locked. */
  free: number;
}

/** Locks up to `limit` senders that may send now, least recently used first. Rows that another worker holds are skipped. */
export async function lockAmong(
  tx: Tx,
  search: PoolSearch,
  among: Among,
  limit: number,
  now: Date,
): Promise<LockedSlots> {
  const { text, values } = eligibleQuery(search, now, { among, limit });
  const rows: (SlotRow & { is_here: boolean; free: number })[] = await tx.query(text, values);
  return {
    rows: rows.map((row) => ({ slot: toSlot(row), isHere: row.is_here })),
    free: rows[0]?.free ?? 0,
  };
}

/**
 * The statement behind `lockAmong`; exported so that a test can look at its plan. It chooses in two steps: of those that
 * have been free for longest, as many as could be needed are looked at, and of those the least recently used are locked.
 * The conditions are asked again with the lock: another worker may have used a sender since it was looked at.
 */
export function eligibleQuery(
  search: PoolSearch,
  now: Date,
  { among, limit }: { among: Among; limit: number },
): { text: string; values: unknown[] } {
  const parameters = new Parameters();
  const asked = new SlotConditions(search, parameters);
  const at = parameters.add(now, 'timestamptz');
  const isHere = hostedHere(search, parameters);
  const most = parameters.add(limit, 'integer');
  const locked = (condition: string, more: { columns?: string; before?: string; here?: string } = {}) => ({
    text: `${more.before ?? ''} SELECT ${slotColumns}, ${more.here ?? isHere} AS is_here, ${more.columns ?? '0'} AS free
      FROM sender_slots WHERE ${condition} AND ${asked.at(at)}
      ORDER BY last_used_at NULLS FIRST LIMIT ${most} FOR NO KEY UPDATE SKIP LOCKED`,
    values: parameters.values,
  });
  if (among === 'pool') {
    const soon = parameters.add(addMs(now, READ_AHEAD_MS), 'timestamptz');
    const looked = parameters.add(lookedAt(limit), 'integer');
    return locked(
      `${asked.stillMember}
        AND sender_id = ANY(ARRAY(SELECT sender_id FROM free WHERE since <= ${at} ORDER BY since LIMIT ${looked}))`,
      {
        before: `WITH free AS MATERIALIZED (${asked.freeBy(soon, isHere)})`,
        columns: '(SELECT count(*) FROM free)::integer',
      },
    );
  }
  if ('named' in among) {
    return locked(`sender_id = ANY(${parameters.add(among.named, 'uuid[]')}) AND ${asked.member}`);
  }
  return locked(
    `sender_id = ANY(${parameters.add(among.readAhead, 'uuid[]')}) AND ${asked.stillMember} AND ${isHere}`,
    { here: 'true' },
  );
}

/** Those that are free now or within a moment, free longest first. Reads the whole pool. */
export async function readCandidates(tx: Tx, search: PoolSearch, now: Date): Promise<Candidate[]> {
  const parameters = new Parameters();
  const asked = new SlotConditions(search, parameters);
  const soon = parameters.add(addMs(now, READ_AHEAD_MS), 'timestamptz');
  const free = asked.freeBy(soon, hostedHere(search, parameters));
  const [row]: { ids: string[] | null; times: number[] | null }[] = await tx.query(
    `SELECT array_agg(sender_id ORDER BY since) AS ids,
       array_agg(extract(epoch FROM since)::float8 * 1000 ORDER BY since) AS times FROM (${free}) free`,
    parameters.values,
  );
  const times = row?.times ?? [];
  return (row?.ids ?? []).map((id, index) => ({ id, at: new Date(Math.ceil(times[index] ?? 0)) }));
}

/** What is asked of a sender's slot; `at` is the parameter with the time it is asked for. */
class SlotConditions {
  private readonly messages: string;
  private readonly able: string;
  private known: string | undefined;

  constructor(
    private readonly search: PoolSearch,
    private readonly parameters: Parameters,
  ) {
    this.able = ableConditions(search, parameters).join(' AND ');
    this.messages = parameters.add(search.messages, 'integer');
  }

  /** Added when it is asked for: PostgreSQL refuses parameters that its statement does not use. */
  get member(): string {
    this.known ??= poolConditions(this.search, this.parameters).join(' AND ');
    return this.known;
  }

  /** Ids do not change; asking twice whether a row has one of hundreds would cost more than all other conditions. */
  get stillMember(): string {
    return this.search.pool.senderTags.length > 0 ? this.member : 'true';
  }

  /** The cheap ones first: most senders of a busy pool are not due. */
  at(at: string): string {
    return [
      `${this.since} <= ${at}`,
      this.able,
      ...(this.search.urgent ? [] : [`(held_until IS NULL OR held_until <= ${at})`]),
      ...(this.search.newConversation ? [`(restricted_until IS NULL OR restricted_until <= ${at})`] : []),
      ...['minute', 'hour', 'day'].map((window) => roomIn(window, this.messages, at)),
      roomInWarmUp(this.messages, at),
    ].join(' AND ');
  }

  freeBy(at: string, isHere: string): string {
    return `SELECT sender_id, ${this.since} AS since FROM sender_slots
      WHERE ${this.member} AND ${isHere} AND ${this.at(at)} ORDER BY next_available_at LIMIT ${READ_AHEAD_MOST}`;
  }

  private get since(): string {
    return this.search.yields
      ? `(next_available_at + interval '${YIELD_MS} milliseconds')`
      : 'next_available_at';
  }
}

/** The cheap answers first. A request larger than the quota itself asks for the whole quota (see `grantable`). */
function roomIn(window: string, messages: string, at: string): string {
  return `(${window}_started_at IS NULL OR quota_per_${window} - ${window}_used >= ${messages}
    OR ${window}_started_at + interval '1 ${window}' <= ${at}
    OR quota_per_${window} - ${window}_used >= least(${messages}, ${smallestQuota(at)}))`;
}

/** The same for the day of a warm-up plan (see `warmUpWindow`). */
function roomInWarmUp(messages: string, at: string): string {
  const today = warmUpToday(at);
  return `(warm_up_quotas IS NULL OR ${today} IS NULL OR warm_up_day_started_at IS NULL
    OR warm_up_day_started_at + interval '24 hours' <= ${at}
    OR ${today} - warm_up_used >= least(${messages}, ${smallestQuota(at)}))`;
}

/** Null counts for nothing in `least`: without a plan, or when it is over. */
function smallestQuota(at: string): string {
  return `least(quota_per_minute, quota_per_hour, quota_per_day, ${warmUpToday(at)})`;
}

/** Arrays begin at 1, and answer null beyond their end: the plan is over. */
function warmUpToday(at: string): string {
  return `warm_up_quotas[1 + greatest(0, floor(
    extract(epoch FROM ${at} - coalesce(warm_up_since, ${at})) / 86400))::integer]`;
}
