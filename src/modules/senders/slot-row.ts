import type { Tx } from '../../db/index.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './core/quota.js';
import type { SenderSlot } from './core/slot.js';

/** A row of `sender_slots` as far as slots and quota windows go. */
export interface SlotRow {
  id: string;
  quota_per_minute: number;
  quota_per_hour: number;
  quota_per_day: number;
  minute_started_at: Date | null;
  minute_used: number;
  hour_started_at: Date | null;
  hour_used: number;
  day_started_at: Date | null;
  day_used: number;
  warm_up_quotas: number[] | null;
  warm_up_since: Date | null;
  warm_up_day_started_at: Date | null;
  warm_up_used: number;
  last_used_micros: string | null;
  next_available_at: Date;
}

export const slotColumns = `sender_id AS id, quota_per_minute, quota_per_hour, quota_per_day, minute_started_at, minute_used,
  hour_started_at, hour_used, day_started_at, day_used, next_available_at,
  warm_up_quotas, warm_up_since, warm_up_day_started_at, warm_up_used,
  (extract(epoch FROM last_used_at) * 1000000)::bigint AS last_used_micros`;

export function toSlot(row: SlotRow): SenderSlot {
  return {
    id: row.id,
    windows: {
      minute: {
        lengthMs: MINUTE_MS,
        quota: row.quota_per_minute,
        startedAt: row.minute_started_at,
        used: row.minute_used,
      },
      hour: {
        lengthMs: HOUR_MS,
        quota: row.quota_per_hour,
        startedAt: row.hour_started_at,
        used: row.hour_used,
      },
      day: { lengthMs: DAY_MS, quota: row.quota_per_day, startedAt: row.day_started_at, used: row.day_used },
    },
    ...(row.warm_up_quotas && {
      warmUp: {
        quotas: row.warm_up_quotas,
        since: row.warm_up_since,
        dayStartedAt: row.warm_up_day_started_at,
        used: row.warm_up_used,
      },
    }),
    // Microseconds fit a double until the year 2255.
    lastUsedMicros: Number(row.last_used_micros ?? 0),
    nextAvailableAt: row.next_available_at,
  };
}

/** Locks these senders' rows in the order of their ids, so that two batches never wait for each other. */
export async function lockSlots(tx: Tx, senderIds: readonly string[]): Promise<SenderSlot[]> {
  const rows: SlotRow[] = await tx.query(
    `SELECT ${slotColumns} FROM sender_slots WHERE sender_id = ANY($1::uuid[]) ORDER BY sender_id FOR NO KEY UPDATE`,
    [senderIds],
  );
  return rows.map(toSlot);
}

/** Writes windows, day of the warm-up plan, last use and next slot of locked rows in one statement. */
export async function writeSlots(tx: Tx, slots: readonly SenderSlot[]): Promise<void> {
  if (slots.length === 0) return;
  await tx.query(
    `UPDATE sender_slots SET minute_started_at = s.minute_started_at, minute_used = s.minute_used,
        hour_started_at = s.hour_started_at, hour_used = s.hour_used,
        day_started_at = s.day_started_at, day_used = s.day_used,
        last_used_at = CASE WHEN s.micros > 0 THEN timestamptz 'epoch' + s.micros * interval '1 microsecond' END,
        next_available_at = s.next_available_at, warm_up_since = s.warm_up_since,
        warm_up_day_started_at = s.warm_up_day_started_at, warm_up_used = s.warm_up_used
      FROM unnest($1::uuid[], $2::timestamptz[], $3::integer[], $4::timestamptz[], $5::integer[],
        $6::timestamptz[], $7::integer[], $8::bigint[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
        $12::integer[])
        AS s(id, minute_started_at, minute_used, hour_started_at, hour_used, day_started_at, day_used, micros,
          next_available_at, warm_up_since, warm_up_day_started_at, warm_up_used)
      WHERE sender_slots.sender_id = s.id`,
    [
      slots.map((slot) => slot.id),
      slots.map((slot) => slot.windows.minute.startedAt),
      slots.map((slot) => slot.windows.minute.used),
      slots.map((slot) => slot.windows.hour.startedAt),
      slots.map((slot) => slot.windows.hour.used),
      slots.map((slot) => slot.windows.day.startedAt),
      slots.map((slot) => slot.windows.day.used),
      slots.map((slot) => slot.lastUsedMicros),
      slots.map((slot) => slot.nextAvailableAt),
      slots.map((slot) => slot.warmUp?.since ?? null),
      slots.map((slot) => slot.warmUp?.dayStartedAt ?? null),
      slots.map((slot) => slot.warmUp?.used ?? 0),
    ],
  );
}

/** What the network asked of a sender. */
export interface SlotLimit {
  senderId: string;
  /** No conversation may be opened before. */
  restrictedUntil?: Date | undefined;
  /** No message may be sent before. */
  notBefore?: Date | undefined;
}

/** A sender that may open no conversations from now on. */
export interface Restricted {
  tenantId: string;
  id: string;
  until: Date;
}

/**
 * Of locked rows. Later limits replace earlier ones, and never the other way round. Returns those that were not
 * restricted before.
 */
export async function limitSlots(tx: Tx, limits: readonly SlotLimit[], now: Date): Promise<Restricted[]> {
  if (limits.length === 0) return [];
  const [rows] = await tx.query<[(Restricted & { isNew: boolean })[], number]>(
    `UPDATE sender_slots slot SET restricted_until = greatest(slot.restricted_until, asked.restricted),
       next_available_at = greatest(slot.next_available_at, asked.earliest)
     FROM (SELECT id, max(restricted) AS restricted, max(earliest) AS earliest
           FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) AS a (id, restricted, earliest)
           GROUP BY id) asked
       JOIN sender_slots before ON before.sender_id = asked.id
     WHERE slot.sender_id = asked.id
     RETURNING slot.sender_id AS id, slot.tenant_id AS "tenantId", slot.restricted_until AS until,
       slot.restricted_until > $4 AND (before.restricted_until > $4) IS NOT TRUE AS "isNew"`,
    [
      limits.map(({ senderId }) => senderId),
      limits.map(({ restrictedUntil }) => restrictedUntil ?? null),
      limits.map(({ notBefore }) => notBefore ?? null),
      now,
    ],
  );
  return rows.filter(({ isNew }) => isNew);
}
