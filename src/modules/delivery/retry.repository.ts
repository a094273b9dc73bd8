import type { Tx } from '../../db/index.js';
import { isIn } from './delivery-stage.js';

export interface RetryChoice {
  /** Only recipients that failed with one of these. */
  codes?: readonly string[];
  /** Not recipients that failed with one of these. */
  butCodes?: readonly string[];
  /** Also `unknown` recipients, who may have got the message. */
  unknown?: boolean;
}

export interface Retried {
  retried: number;
  /** Messages that senders had taken on with recipients of whom they sent nothing: these begin anew, with any sender. */
  begun: { senderId: string; messages: number }[];
}

/**
 * Failed recipients begin again with the part that failed. Where a later part has arrived nothing is repeated: it would
 * come twice.
 */
export async function retryFailed(tx: Tx, campaignId: string, choice: RetryChoice): Promise<Retried> {
  const [row] = await tx.query<Retried[]>(
    `WITH failed AS (
       SELECT r.id, r.sender_id, r.parts,
              least(r.next_part, (SELECT min(m.part) FROM messages m WHERE m.delivery_id = r.id
                                  AND m.direction = 'out' AND m.state = 'failed')) AS from_part
       FROM deliveries r
       WHERE r.campaign_id = $1 AND ${isIn(['failed', 'unknown'], 'r')} AND (r.state = 'failed'
         AND ($2::text[] IS NULL OR r.code = ANY($2::text[]))
         AND ($3::text[] IS NULL OR r.code IS NULL OR r.code <> ALL($3::text[]))
         OR r.state = 'unknown' AND $4::bool)
     ), chosen AS (
       SELECT failed.* FROM failed
       WHERE (parts IS NULL OR from_part < parts) AND NOT EXISTS (
         SELECT FROM messages m WHERE m.delivery_id = failed.id AND m.direction = 'out'
           AND m.part > from_part AND m.state IN ('sent', 'delivered', 'read', 'played'))
     ), reset AS (
       UPDATE messages m SET wa_message_id = NULL, sent_at = NULL, delivered_at = NULL, read_at = NULL, updated_at = now(),
         -- The trace goes on telling what is forgotten here.
         attempts = CASE WHEN m.state = 'failed' AND m.sent_at IS NOT NULL
                         THEN m.attempts || jsonb_build_object('at', m.updated_at, 'senderId', m.sender_id,
                                'outcome', 'undelivered', 'code', coalesce(m.code, 'undeliverable'))
                         ELSE m.attempts END
       FROM chosen WHERE m.delivery_id = chosen.id AND m.direction = 'out' AND m.part >= chosen.from_part
     ), retried AS (
       UPDATE deliveries r SET
         state = 'pending', code = NULL, next_part = chosen.from_part, retried_epoch = r.claim_epoch,
         sender_id = CASE WHEN chosen.from_part = 0 THEN NULL ELSE r.sender_id END,
         sent_at = NULL, delivered_at = NULL, read_at = NULL, queued_at = NULL,
         wait_reason = NULL, wait_since = NULL, wait_until = NULL, updated_at = now()
       FROM chosen WHERE r.id = chosen.id
       RETURNING 1)
     SELECT (SELECT count(*)::int FROM retried) AS retried, coalesce(
       (SELECT json_agg(json_build_object('senderId', sender_id, 'messages', messages)) FROM (
          SELECT sender_id, sum(parts)::int AS messages FROM chosen
          WHERE from_part = 0 AND sender_id IS NOT NULL AND parts IS NOT NULL GROUP BY sender_id) begun), '[]') AS begun`,
    [campaignId, choice.codes ?? null, choice.butCodes ?? null, choice.unknown ?? false],
  );
  return row ?? { retried: 0, begun: [] };
}

/** What is still failed, by code. */
export async function failedByCode(
  tx: Tx,
  campaignId: string,
): Promise<{ code: string | null; count: number }[]> {
  return tx.query<{ code: string | null; count: number }[]>(
    `SELECT code, count(*)::int AS count FROM deliveries
     WHERE campaign_id = $1 AND ${isIn(['failed'])} GROUP BY code ORDER BY count DESC, code`,
    [campaignId],
  );
}
