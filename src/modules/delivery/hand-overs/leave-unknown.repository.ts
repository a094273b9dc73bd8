import type { Tx } from '../../../db/index.js';
import { isIn } from '../delivery-stage.js';
import { stateOfRest } from '../queue.repository.js';

/**
 * What no campaign sends and was to leave before the database was restored, of requests from before that: it may have
 * been sent since the backup. It ends as `unknown`; a late receipt can still settle it.
 */
export async function leaveDueUnknown(tx: Tx, restoredAt: Date): Promise<void> {
  await tx.query(
    `WITH due AS (
       SELECT r.id FROM deliveries r
       WHERE r.campaign_id IS NULL AND ${isIn(['pending', 'queued'], 'r')} AND (r.send_at IS NULL OR r.send_at <= $1)
         AND EXISTS (SELECT FROM sends s WHERE s.id = r.source_id AND s.created_at < $1)
       ORDER BY r.id FOR NO KEY UPDATE
     ), ended AS (
       UPDATE deliveries r SET state = 'unknown', code = 'database_restored', updated_at = now()
       FROM due WHERE r.id = due.id
       RETURNING r.id, r.next_part, r.state
     )
     UPDATE messages m SET state = ${stateOfRest('ended')}, code = 'database_restored', updated_at = now()
     FROM ended WHERE m.delivery_id = ended.id AND m.part >= ended.next_part AND m.direction = 'out'
       AND m.state IN ('queued', 'pending')`,
    [restoredAt],
  );
}
