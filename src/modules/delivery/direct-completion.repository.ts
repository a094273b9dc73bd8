import type { Tx } from '../../db/index.js';
import { isIn } from './delivery-stage.js';

const COMPLETE_BATCH = 5_000;

/** Completes hidden campaigns without a waiting recipient; at most 100,000 in one call. */
export async function completeDirectCampaigns(tx: Tx): Promise<void> {
  for (let batch = 0; batch < 20; batch += 1) {
    const [row] = await tx.query<{ completed: number }[]>(
      `WITH done AS (
         SELECT k.id FROM campaigns k
         WHERE k.kind = 'direct' AND k.status = 'running' AND (k.scheduled_at IS NULL OR k.scheduled_at <= now())
           AND NOT EXISTS (
             SELECT FROM campaign_contacts r WHERE r.campaign_id = k.id AND ${isIn(['pending', 'queued', 'sending'], 'r')})
         ORDER BY k.id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
       ), completed AS (
         UPDATE campaigns k SET status = 'completed', completed_at = now(), waiting_reason = NULL, waiting_until = NULL,
           updated_at = now()
         FROM done WHERE k.id = done.id RETURNING 1)
       SELECT count(*)::int AS completed FROM completed`,
      [COMPLETE_BATCH],
    );
    if ((row?.completed ?? 0) < COMPLETE_BATCH) return;
  }
}
