import type { Tx } from '../../db/index.js';
import { addMs, latest } from '../../lib/clock.js';
import type { MessageType, TransportName } from '../../transports/transport.js';
import { MAX_CONSECUTIVE_FAILURES, MIN_HEALTH_TO_SEND } from './core/health.js';
import type { SenderSlot } from './core/slot.js';
import type { PoolCensus } from './core/waiting.js';
import type { SenderPool } from './pool.js';
import { slotColumns, toSlot, writeSlots, type SlotRow } from './slot-row.js';

/** A pool as the reservation searches it. All requests of one batch share it. */
export interface PoolSearch {
  tenantId: string;
  pool: SenderPool;
  newConversation: boolean;
  messages: number;
  messageTypes: readonly MessageType[];
  /** The transports that can carry those types. */
  transports: readonly TransportName[];
  /** Members of the pool that may not serve these requests: their budget for the campaign is used up. */
  excludedSenderIds?: readonly string[];
  /** May take senders that are kept for urgent requests. */
  urgent?: boolean;
  /** Takes only senders that requests with precedence have left free for a moment. */
  yields?: boolean;
  /** The worker that asks. Senders whose session another one hosts are not for it to use. */
  workerId?: string;
}

/** Time others have for taking a free sender before a request that yields gets it. */
const YIELD_MS = 500;

/** Slots read when telling waiting requests when to ask again. */
export const UPCOMING_SLOTS = 50;

/** The parameters of one statement, numbered as they are added. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

export interface Eligible {
  /** Locked until the transaction ends. */
  slots: SenderSlot[];
  /** Of those that were named: who may send now, but not from here. */
  elsewhere: Set<string>;
}

type PlacedRow = SlotRow & { is_here: boolean };

/**
 * Locks up to `limit` senders that may send now from this worker, least recently used first, and those named in
 * `namedIds`. Rows that another worker holds are skipped.
 */
export async function lockEligible(
  tx: Tx,
  search: PoolSearch,
  namedIds: readonly string[],
  limit: number,
  now: Date,
): Promise<Eligible> {
  const found = new Map<string, SenderSlot>();
  const elsewhere = new Set<string>();
  const collect = async (ids: readonly string[] | undefined, most: number) => {
    const { text, values } = eligibleQuery(search, now, { ids, limit: most });
    const rows: PlacedRow[] = await tx.query(text, values);
    for (const row of rows) {
      if (row.is_here) found.set(row.id, toSlot(row));
      else elsewhere.add(row.id);
    }
  };
  if (namedIds.length > 0) await collect(namedIds, namedIds.length);
  // When every request got the sender it named, no further senders are needed.
  if (found.size < limit) await collect(undefined, limit);
  return { slots: [...found.values()], elsewhere };
}

/**
 * The statement behind `lockEligible`; exported so that a test can look at its plan. It chooses in two steps, so that
 * its cost does not grow with the pool: of those that have been free for longest, as many as could be needed are
 * looked at, and of those the least recently used are locked. The conditions are asked again with the lock: another
 * worker may have used a sender since it was looked at.
 */
export function eligibleQuery(
  search: PoolSearch,
  now: Date,
  options: { ids: readonly string[] | undefined; limit: number },
): { text: string; values: unknown[] } {
  const parameters = new Parameters();
  const at = parameters.add(now, 'timestamptz');
  const messages = parameters.add(search.messages, 'integer');
  const member = poolConditions(search, parameters).join(' AND ');
  const conditions = [
    ...ableConditions(search, parameters),
    search.yields
      ? `next_available_at <= ${at} - interval '${YIELD_MS} milliseconds'`
      : `next_available_at <= ${at}`,
    ...(search.urgent ? [] : [`(held_until IS NULL OR held_until <= ${at})`]),
    ...(search.newConversation ? [`(restricted_until IS NULL OR restricted_until <= ${at})`] : []),
    ...['minute', 'hour', 'day'].map((window) => roomIn(window, messages, at)),
    roomInWarmUp(messages, at),
  ].join(' AND ');
  const limit = parameters.add(options.limit, 'integer');
  const isHere = hostedHere(search, parameters);
  // By their place in the table, which holds within one statement and needs no index.
  const looked = options.ids
    ? `id = ANY(${parameters.add(options.ids, 'uuid[]')})`
    : `ctid = ANY(ARRAY(${longestFree(search, `${member} AND ${conditions} AND ${isHere}`, limit)}))`;
  const asked = options.ids || !keepsItsMembers(search) ? `${member} AND ${conditions}` : conditions;
  const text = `SELECT ${slotColumns}, ${isHere} AS is_here FROM senders WHERE ${looked} AND ${asked}
    ORDER BY last_used_at NULLS FIRST LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED`;
  return { text, values: parameters.values };
}

/**
 * Whether the worker that asks can send through a sender: it hosts the session, or there is none to be hosted. A
 * subquery per row on purpose: as a join it would be planned to read all sessions.
 */
function hostedHere({ workerId }: PoolSearch, parameters: Parameters): string {
  if (workerId === undefined) return 'true';
  const here = parameters.add(workerId, 'uuid');
  return `(SELECT worker_id IS NOT DISTINCT FROM ${here} FROM sessions WHERE sender_id = senders.id) IS NOT FALSE`;
}

/** Ids do not change; asking twice whether a row has one of hundreds would cost more than all other conditions. */
function keepsItsMembers({ pool }: PoolSearch): boolean {
  return pool.senderTags.length === 0;
}

/** More than are wanted: some may be held by another worker, and the order among them is by use. */
const LOOKED_AT = { atLeast: 50, perWanted: 1.5 };

/**
 * A pool that names its senders is read as a whole: otherwise the planner walks all senders in the order of time, and
 * many outside the pool may have been free for longer.
 */
function longestFree({ pool }: PoolSearch, conditions: string, limit: string): string {
  const most = `greatest(${LOOKED_AT.atLeast}, ${LOOKED_AT.perWanted} * ${limit})::integer`;
  if (pool.senderIds.length === 0) {
    return `SELECT ctid FROM senders WHERE ${conditions} ORDER BY next_available_at LIMIT ${most}`;
  }
  return `WITH free AS MATERIALIZED (SELECT ctid AS place, next_available_at FROM senders WHERE ${conditions})
    SELECT place FROM free ORDER BY next_available_at LIMIT ${most}`;
}

/** A request larger than the quota itself asks for the whole quota (see `grantable`). */
function roomIn(window: string, messages: string, at: string): string {
  return `(${window}_started_at IS NULL OR ${window}_started_at + interval '1 ${window}' <= ${at}
    OR quota_per_${window} - ${window}_used >= least(${messages}, ${smallestQuota(at)}))`;
}

/** The same for the day of a warm-up plan (see `warmUpWindow`). */
function roomInWarmUp(messages: string, at: string): string {
  const today = warmUpToday(at);
  return `(${today} IS NULL OR warm_up_day_started_at IS NULL
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

/** Writes the senders that a batch used, in one statement. */
export async function writeReserved(tx: Tx, slots: readonly SenderSlot[]): Promise<void> {
  await writeSlots(tx, slots);
}

/** A slot, and whether the worker that asks could use it. */
export interface UpcomingSlot extends SenderSlot {
  isHere: boolean;
}

/** The senders of the pool that will be free soonest. With `ids`, those senders only, all of them. */
export async function upcomingSlots(
  tx: Tx,
  search: PoolSearch,
  ids: readonly string[] | undefined,
  now: Date,
): Promise<UpcomingSlot[]> {
  const parameters = new Parameters();
  const conditions = [...poolConditions(search, parameters), ...ableConditions(search, parameters)];
  if (search.newConversation) {
    conditions.push(
      `(restricted_until IS NULL OR restricted_until <= ${parameters.add(now, 'timestamptz')})`,
    );
  }
  if (ids) conditions.push(`id = ANY(${parameters.add(ids, 'uuid[]')})`);
  const limit = parameters.add(ids ? ids.length : UPCOMING_SLOTS, 'integer');
  const isHere = hostedHere(search, parameters);
  const rows: (PlacedRow & { held_until: Date | null })[] = await tx.query(
    `SELECT ${slotColumns}, held_until, ${isHere} AS is_here FROM senders WHERE ${conditions.join(' AND ')}
      ORDER BY next_available_at LIMIT ${limit}`,
    parameters.values,
  );
  return rows.map((row) => {
    const slot = { ...(search.yields ? afterOthers(toSlot(row), now) : toSlot(row)), isHere: row.is_here };
    if (search.urgent || !row.held_until) return slot;
    return { ...slot, nextAvailableAt: latest(slot.nextAvailableAt, row.held_until) };
  });
}

/** One that is free is so for a request that yields a moment later; others are asked for again when they are free. */
function afterOthers(slot: SenderSlot, now: Date): SenderSlot {
  if (slot.nextAvailableAt > now) return slot;
  return { ...slot, nextAvailableAt: addMs(slot.nextAvailableAt, YIELD_MS) };
}

interface CensusRow {
  total: string;
  supported: string;
  connected: string;
  unpaused: string;
  healthy: string;
  unspent: string;
  restricted_until: Date | null;
}

/** Counts the pool by condition. Reads all of it, so it runs only when no sender could ever serve the request. */
export async function poolCensus(tx: Tx, search: PoolSearch, id: string | undefined): Promise<PoolCensus> {
  const parameters = new Parameters();
  const conditions = poolConditions(search, parameters);
  if (id !== undefined) conditions.push(`id = ${parameters.add(id, 'uuid')}`);
  const supported = `transport = ANY(${parameters.add(search.transports, 'text[]')})`;
  const connected = `${supported} AND status = 'connected'`;
  const unpaused = `${connected} AND paused_at IS NULL`;
  const healthy = `${unpaused} AND ${healthyCondition}`;
  const excluded = parameters.add(search.excludedSenderIds ?? [], 'uuid[]');
  const unspent = `${healthy} AND id <> ALL(${excluded})`;
  const [row]: CensusRow[] = await tx.query(
    `SELECT count(*) AS total, count(*) FILTER (WHERE ${supported}) AS supported,
      count(*) FILTER (WHERE ${connected}) AS connected, count(*) FILTER (WHERE ${unpaused}) AS unpaused,
      count(*) FILTER (WHERE ${healthy}) AS healthy,
      count(*) FILTER (WHERE ${unspent}) AS unspent,
      min(restricted_until) FILTER (WHERE ${unspent}) AS restricted_until
      FROM senders WHERE ${conditions.join(' AND ')}`,
    parameters.values,
  );
  return {
    total: Number(row?.total ?? 0),
    supported: Number(row?.supported ?? 0),
    connected: Number(row?.connected ?? 0),
    unpaused: Number(row?.unpaused ?? 0),
    healthy: Number(row?.healthy ?? 0),
    unspent: Number(row?.unspent ?? 0),
    restrictedUntil: row?.restricted_until ?? null,
  };
}

const healthyCondition = `health_score >= ${MIN_HEALTH_TO_SEND} AND consecutive_failures < ${MAX_CONSECUTIVE_FAILURES}`;

/** Connected, unpaused and healthy; the first two are the predicate of the partial index. */
function ableConditions(search: PoolSearch, parameters: Parameters): string[] {
  const excluded = search.excludedSenderIds ?? [];
  return [
    `status = 'connected' AND paused_at IS NULL`,
    healthyCondition,
    `transport = ANY(${parameters.add(search.transports, 'text[]')})`,
    ...(excluded.length > 0 ? [`id <> ALL(${parameters.add(excluded, 'uuid[]')})`] : []),
  ];
}

function poolConditions({ tenantId, pool }: PoolSearch, parameters: Parameters): string[] {
  const conditions = [`tenant_id = ${parameters.add(tenantId, 'uuid')}`];
  const membership = poolMembership(pool, (value, type) => parameters.add(value, type));
  return membership ? [...conditions, membership] : conditions;
}

/** The SQL condition for membership; undefined when every sender belongs. */
export function poolMembership(
  pool: SenderPool,
  add: (value: unknown, type: string) => string,
): string | undefined {
  const parts: string[] = [];
  if (pool.senderIds.length > 0) parts.push(`id = ANY(${add(pool.senderIds, 'uuid[]')})`);
  if (pool.senderTags.length > 0) parts.push(`tags && ${add(pool.senderTags, 'text[]')}`);
  return parts.length > 0 ? `(${parts.join(' OR ')})` : undefined;
}
