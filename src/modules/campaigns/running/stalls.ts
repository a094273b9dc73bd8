import type { Database, Tx } from '../../../db/index.js';
import { addMs } from '../../../lib/clock.js';
import { writeEvents, type NewEvent } from '../../events/index.js';

/** A connection that comes back sooner tells nothing. */
const STALLED_AFTER_MS = 120_000;
const AT_ONCE = 1_000;

/**
 * Tells in their logs which campaigns have been stuck for two minutes, and which of these go on: once for each time,
 * whatever else they wait for meanwhile. Looks at those alone that are stuck or were.
 */
export async function tellStalls(database: Database, now: Date): Promise<void> {
  await database.transaction(async (tx) => {
    const changes = await changeStalls(tx, addMs(now, -STALLED_AFTER_MS));
    await writeEvents(
      tx,
      changes.flatMap((change) => eventOf(change) ?? []),
    );
  });
}

interface StallChange {
  tenantId: string;
  id: string;
  isStuck: boolean;
  isOpen: boolean;
  reason: string;
  until: Date | null;
  stuckSince: Date;
  /** Since when it was stalled before. */
  stalledSince: Date | null;
}

function eventOf(change: StallChange): NewEvent | undefined {
  const about = { tenantId: change.tenantId, objectId: change.id };
  if (change.isStuck) {
    const { reason, until, stuckSince } = change;
    const since = stuckSince.toISOString();
    return {
      ...about,
      kind: 'campaign.stalled',
      payload: { reason, since, until: until?.toISOString() ?? null },
    };
  }
  // Of one that was paused or has ended its own event tells more.
  if (!change.stalledSince || !change.isOpen) return undefined;
  return { ...about, kind: 'campaign.recovered', payload: { since: change.stalledSince.toISOString() } };
}

const IS_OPEN = `status IN ('running', 'scheduled')`;
/** What it waits for is emptied with every change of the status; since when it is stuck is not. */
const IS_STUCK = `(${IS_OPEN} AND waiting_reason IS NOT NULL AND stuck_since IS NOT NULL)`;

function changeStalls(tx: Tx, before: Date): Promise<StallChange[]> {
  return tx.query<StallChange[]>(
    `WITH found AS MATERIALIZED (
       SELECT id, ${IS_OPEN} AS is_open, ${IS_STUCK} AS is_stuck, stuck_since, stalled_since FROM campaigns
       WHERE (stuck_since IS NOT NULL OR stalled_since IS NOT NULL)
         AND (NOT ${IS_STUCK} OR (stalled_since IS NULL AND stuck_since <= $1))
       ORDER BY id LIMIT ${AT_ONCE} FOR NO KEY UPDATE SKIP LOCKED
     ), changed AS (
       UPDATE campaigns SET stuck_since = CASE WHEN found.is_stuck THEN found.stuck_since END,
         stalled_since = CASE WHEN found.is_stuck THEN found.stuck_since END
       FROM found WHERE campaigns.id = found.id
       RETURNING campaigns.id, tenant_id AS "tenantId", found.is_open AS "isOpen", found.is_stuck AS "isStuck",
         waiting_reason AS reason, waiting_until AS until, found.stuck_since AS "stuckSince",
         found.stalled_since AS "stalledSince")
     SELECT * FROM changed ORDER BY id`,
    [before],
  );
}
