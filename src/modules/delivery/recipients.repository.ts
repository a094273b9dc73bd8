import type { Tx } from '../../db/index.js';
import { timeZoneKey } from '../../lib/phone-zones.js';
import { inOrder } from './delivery-stage.js';

const PLACES_PER_STATEMENT = 10_000;

/**
 * Writes the time zone keys of the next waiting recipients that have none yet. True when none is left. Only called for
 * campaigns with hours in the recipients' time, so that others do not pay for the column. Needs a transaction.
 */
export async function assignPlaces(tx: Tx, campaignId: string): Promise<boolean> {
  const { where, orderBy } = inOrder(['pending']);
  const unplaced = await tx.query<{ id: string; phone: string }[]>(
    `SELECT id, phone FROM deliveries WHERE campaign_id = $1 AND ${where} AND zone IS NULL
     ORDER BY ${orderBy} LIMIT ${PLACES_PER_STATEMENT} FOR NO KEY UPDATE SKIP LOCKED`,
    [campaignId],
  );
  if (unplaced.length === 0) return true;
  await tx.query(
    `UPDATE deliveries SET zone = placed.zone FROM unnest($1::uuid[], $2::text[]) AS placed(id, zone)
     WHERE deliveries.id = placed.id`,
    [unplaced.map(({ id }) => id), unplaced.map(({ phone }) => timeZoneKey(phone))],
  );
  return unplaced.length < PLACES_PER_STATEMENT;
}

/**
 * Assigns recipients to the variants of their campaign: exactly by weight over every `cycle` of them, in random order within
 * a cycle (permuted block randomisation, so that no order of the audience favours a variant), the same however often it
 * is done: the chance comes from the random bits of the recipients' ids. Those who will get nothing come last, so
 * that the shares hold among the others.
 */
export async function assignToVariants(tx: Tx, campaignId: string, cycle: readonly number[]): Promise<void> {
  await tx.query(
    `WITH numbered AS (
       SELECT id, row_number() OVER (ORDER BY state <> 'pending', id) - 1 AS n
       FROM deliveries WHERE campaign_id = $1 AND state <> 'excluded'
     ), assigned AS (
       SELECT id, ($2::smallint[])[row_number() OVER (PARTITION BY n / $3::int ORDER BY right(id::text, 10), id)] AS variant
       FROM numbered
     )
     UPDATE deliveries r SET variant = assigned.variant FROM assigned
     WHERE r.id = assigned.id AND r.variant <> assigned.variant`,
    [campaignId, cycle, cycle.length],
  );
}

/** Without variants all recipients get the one content. */
export async function forgetVariants(tx: Tx, campaignId: string): Promise<void> {
  await tx.query('UPDATE deliveries SET variant = 0 WHERE campaign_id = $1 AND variant <> 0', [campaignId]);
}
