import type { Tx } from '../../../db/index.js';
import { endWaiting, hasAnyIn, isIn, type EndedRecipients } from '../../delivery/index.js';

/**
 * The time zone keys of waiting recipients. Jumps from key to key through the index, so that the cost does not grow
 * with the recipients.
 */
export async function placesOf(tx: Tx, campaignId: string): Promise<string[]> {
  const next = (condition: string) =>
    `(SELECT zone FROM deliveries
      WHERE campaign_id = $1 AND ${isIn(['pending'])} AND zone IS NOT NULL ${condition} ORDER BY zone LIMIT 1)`;
  const rows = await tx.query<{ zone: string }[]>(
    `WITH RECURSIVE places AS (
       SELECT ${next('')} AS zone
       UNION ALL
       SELECT ${next('AND zone > places.zone')} FROM places WHERE places.zone IS NOT NULL)
     SELECT zone FROM places WHERE zone IS NOT NULL`,
    [campaignId],
  );
  return rows.map(({ zone }) => zone);
}

/** Recipients whose time has run out are ended in batches of this size. */
const EXPIRE_BATCH = 20_000;

/** Ends waiting recipients, all or those with some time zone keys, whose sending hours will not come. */
export function skipOutsideWindow(tx: Tx, campaignId: string, places?: string[]): Promise<EndedRecipients> {
  const waiting = {
    sql: `SELECT recipient.id FROM deliveries recipient
      WHERE recipient.campaign_id = $1 AND ${isIn(['pending'], 'recipient')}
        AND ($2::text[] IS NULL OR recipient.zone = ANY($2::text[]))`,
    parameters: [campaignId, places ?? null],
  };
  return endWaiting(tx, 'outside_window_expired', waiting, EXPIRE_BATCH);
}

/**
 * Stores whether a running campaign with queued recipients goes before this one at a sender that both may use now. A
 * campaign that its ceiling defers for longer than it types needs no sender meanwhile. Written only when it changes.
 */
export async function notePreempted(tx: Tx, campaignId: string): Promise<void> {
  await tx.query(
    `WITH judged AS (
       SELECT mine.id, EXISTS (
         SELECT FROM campaigns other
         WHERE other.tenant_id = mine.tenant_id AND other.status = 'running'
           AND other.priority < mine.priority
           AND (other.next_slot_at IS NULL OR other.next_slot_at <= now() + interval '3 seconds')
           AND ${hasAnyIn(['queued', 'sending'], 'other.id')}
           AND EXISTS (SELECT FROM senders
                       WHERE senders.tenant_id = mine.tenant_id
                         AND senders.status = 'connected' AND senders.paused_at IS NULL
                         AND ${memberOf('mine.pool')} AND ${memberOf('other.pool')})) AS preempted
       FROM campaigns mine WHERE mine.id = $1)
     UPDATE campaigns SET preempted = judged.preempted
     FROM judged WHERE campaigns.id = judged.id AND campaigns.preempted <> judged.preempted`,
    [campaignId],
  );
}

function memberOf(pool: string): string {
  return `((${pool} -> 'senderIds' = '[]' AND ${pool} -> 'senderTags' = '[]')
    OR ${pool} -> 'senderIds' ? senders.id::text
    OR EXISTS (SELECT FROM sender_tags member
               WHERE member.sender_id = senders.id AND ${pool} -> 'senderTags' ? member.tag))`;
}
