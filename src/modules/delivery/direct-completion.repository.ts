import type { Tx } from '../../db/index.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import { isIn } from './delivery-stage.js';

const COMPLETE_BATCH = 5_000;

/**
 * Completes hidden campaigns without a waiting recipient; at most 100,000 in one call. One that cannot be completed does
 * not keep the others from it.
 */
export async function completeDirectCampaigns(tx: Tx, logger: Logger): Promise<void> {
  try {
    for (let batch = 0; batch < 20; batch += 1) {
      if ((await completeBatch(tx)) < COMPLETE_BATCH) return;
    }
  } catch (error) {
    if (unavailableResource(error) !== undefined) throw error;
    await completeOneByOne(tx, logger);
  }
}

async function completeOneByOne(tx: Tx, logger: Logger): Promise<void> {
  const done = await tx.query<{ id: string }[]>(
    `SELECT k.id FROM campaigns k WHERE ${DONE} ORDER BY k.id LIMIT $1`,
    [COMPLETE_BATCH],
  );
  for (const { id } of done) {
    try {
      await completeBatch(tx, id);
    } catch (error) {
      if (unavailableResource(error) !== undefined) throw error;
      const report = { alert: 'campaign.not_completed', campaignId: id, error: errorMessage(error) };
      logger.error(report, 'a direct send could not be completed; trying again');
    }
  }
}

const DONE = `k.kind = 'direct' AND k.status = 'running' AND (k.scheduled_at IS NULL OR k.scheduled_at <= now())
  AND NOT EXISTS (
    SELECT FROM deliveries r WHERE r.campaign_id = k.id AND ${isIn(['pending', 'queued', 'sending'], 'r')})`;

async function completeBatch(tx: Tx, only?: string): Promise<number> {
  const [row] = await tx.query<{ completed: number }[]>(
    `WITH done AS (
       SELECT k.id FROM campaigns k
       WHERE ${DONE} AND ($2::uuid IS NULL OR k.id = $2)
       ORDER BY k.id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
     ), completed AS (
       UPDATE campaigns k SET status = 'completed', completed_at = now(), waiting_reason = NULL, waiting_until = NULL,
         updated_at = now()
       FROM done WHERE k.id = done.id RETURNING 1)
     SELECT count(*)::int AS completed FROM completed`,
    [COMPLETE_BATCH, only ?? null],
  );
  return row?.completed ?? 0;
}
