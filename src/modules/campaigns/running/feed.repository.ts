import type { Tx } from '../../../db/index.js';
import type { Campaign } from '../campaign.entity.js';
import { findCampaign } from '../campaign.repository.js';
import { mayHaveArrived } from '../may-have-arrived.js';
import { hasAnyIn, inOrder, isIn } from '../recipient-stage.js';

/** Advisory locks of two numbers: this one, and the campaign's hash. */
const FEED_LOCKS = 742_020;

/**
 * The campaign, locked for one feeder until the transaction ends. Against pauses and changes it is held in share mode,
 * as claims hold it: those go on while thousands are queued. A canary's verdict changes the row, which takes it alone.
 */
export async function lockForFeeding(tx: Tx, tenantId: string, id: string): Promise<Campaign | undefined> {
  await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2::text))', [FEED_LOCKS, id]);
  const [row] = await tx.query<{ judged: boolean }[]>(
    'SELECT canary IS NOT NULL AS judged FROM campaigns WHERE tenant_id = $1 AND id = $2',
    [tenantId, id],
  );
  if (!row) return undefined;
  await tx.query(`SELECT 1 FROM campaigns WHERE id = $1 FOR ${row.judged ? 'NO KEY UPDATE' : 'SHARE'}`, [id]);
  return findCampaign(tx, tenantId, id);
}

export interface ClaimedRecipient {
  id: string;
  claimEpoch: number;
}

const pending = inOrder(['pending'], { after: '$3::uuid' });

const NEXT_PENDING = `SELECT id FROM campaign_contacts
  WHERE campaign_id = $1 AND ${pending.where}
  ORDER BY ${pending.orderBy} LIMIT $2 FOR UPDATE SKIP LOCKED`;

/** Before every id there is. */
const BEGINNING = '00000000-0000-0000-0000-000000000000';

/** The first of every place, then of those the first: each place has its own stretch of the index. */
const NEXT_PENDING_AT_PLACES = `SELECT id FROM campaign_contacts WHERE ${isIn(['pending'])} AND id IN (
    SELECT first.id FROM unnest($3::text[]) AS place, LATERAL (
      SELECT id FROM campaign_contacts
      WHERE campaign_id = $1 AND ${isIn(['pending'])} AND zone IS NOT NULL AND zone = place
      ORDER BY id LIMIT $2) first
    ORDER BY first.id LIMIT $2)
  ORDER BY id FOR UPDATE SKIP LOCKED`;

/**
 * Takes the next recipients in audience order, with `places` only those who are there, otherwise those behind `after`;
 * those another transaction holds are passed over.
 */
export async function claimPending(
  tx: Tx,
  campaignId: string,
  limit: number,
  { places, after }: { places?: string[]; after?: string } = {},
): Promise<ClaimedRecipient[]> {
  return tx.query<ClaimedRecipient[]>(
    `WITH due AS (${places ? NEXT_PENDING_AT_PLACES : NEXT_PENDING}
     ), claimed AS (
       UPDATE campaign_contacts SET state = 'queued', claim_epoch = claim_epoch + 1, updated_at = now(),
         queued_at = now(), wait_reason = NULL, wait_since = NULL, wait_until = NULL
       WHERE id = ANY(ARRAY(SELECT id FROM due))
       RETURNING id, claim_epoch)
     SELECT id, claim_epoch AS "claimEpoch" FROM claimed ORDER BY id`,
    [campaignId, limit, places ?? after ?? BEGINNING],
  );
}

/** Gives back recipients whose jobs could not be queued, unless somebody else has moved them meanwhile. */
export async function putBackClaimed(tx: Tx, claimed: ClaimedRecipient[]): Promise<void> {
  await tx.query(
    `WITH mine AS (
       SELECT recipient.id FROM campaign_contacts recipient
       JOIN unnest($1::uuid[], $2::int[]) AS taken(id, claim_epoch)
         ON taken.id = recipient.id AND taken.claim_epoch = recipient.claim_epoch
       WHERE recipient.state = 'queued' ORDER BY recipient.id FOR UPDATE OF recipient)
     UPDATE campaign_contacts SET state = 'pending', updated_at = now()
     FROM mine WHERE campaign_contacts.id = mine.id`,
    [claimed.map(({ id }) => id), claimed.map(({ claimEpoch }) => claimEpoch)],
  );
}

/** Completes a campaign that runs, or has expired, nobody of which waits or is on the way. Looks at the recipients, not at the counters. */
export async function completeWhenDone(tx: Tx, campaignId: string, at: Date): Promise<boolean> {
  // A statement of its own: the check below must see what whoever held the lock before has committed.
  await tx.query('SELECT 1 FROM campaigns WHERE id = $1 FOR NO KEY UPDATE', [campaignId]);
  const rows = await tx.query<unknown[]>(
    `WITH completed AS (
       UPDATE campaigns SET status = 'completed', completed_at = $2, waiting_reason = NULL, waiting_until = NULL,
         updated_at = $2
       WHERE id = $1 AND (status = 'running' OR (status = 'paused' AND expires_at <= $2))
         AND NOT ${hasAnyIn(['queued', 'sending', 'pending'], '$1')}
       RETURNING id)
     SELECT id FROM completed`,
    [campaignId, at],
  );
  return rows.length > 0;
}

/**
 * Ends waiting recipients (those whose ids `chosen` has) with a code, and what they have in the queue. A part that may
 * have reached the phone before a crash cannot be called skipped: its fate is unknown.
 */
export function endOf(chosen: string, code: 'campaign_stopped' | 'outside_window_expired'): string {
  return `ended AS (
       UPDATE campaign_contacts r SET code = '${code}', updated_at = now(), state = CASE WHEN EXISTS (
           SELECT FROM messages m WHERE m.campaign_contact_id = r.id AND m.part = r.next_part AND m.direction = 'out'
             AND m.state = 'queued' AND ${mayHaveArrived('m')}) THEN 'unknown' ELSE 'skipped' END
       FROM ${chosen} WHERE r.id = ${chosen}.id
       RETURNING r.id, r.next_part, r.state
     ), told AS (
       UPDATE messages m SET state = ended.state, code = '${code}', updated_at = now()
       FROM ended WHERE m.campaign_contact_id = ended.id AND m.part = ended.next_part AND m.direction = 'out'
         AND m.state IN ('queued', 'pending'))`;
}

/** Recipients of a stopped campaign ended in one statement, and statements in one go. */
const SKIP_BATCH = 5_000;
const SKIP_BATCHES = 20;

/** Ends the recipients of a stopped campaign that were not on their way yet: at most 100,000 in one go. */
export async function skipLeftOver(tx: Tx, campaignId: string): Promise<void> {
  for (let batch = 0; batch < SKIP_BATCHES; batch += 1) {
    if ((await skipBatch(tx, campaignId)) < SKIP_BATCH) return;
  }
}

async function skipBatch(tx: Tx, campaignId: string): Promise<number> {
  const [row] = await tx.query<{ skipped: number }[]>(
    `WITH left_over AS (
       SELECT recipient.id FROM campaign_contacts recipient
       JOIN campaigns ON campaigns.id = recipient.campaign_id AND campaigns.status = 'stopped'
       WHERE recipient.campaign_id = $1 AND ${isIn(['pending', 'queued'], 'recipient')}
       LIMIT $2 FOR UPDATE OF recipient SKIP LOCKED
     ), ${endOf('left_over', 'campaign_stopped')}
     SELECT count(*)::int AS skipped FROM ended`,
    [campaignId, SKIP_BATCH],
  );
  return row?.skipped ?? 0;
}

/**
 * Of all tenants: campaigns that need their feed job, to send, to finish stopping, or to end those who waited in a pause
 * for longer than they may. Direct messages need no feeding.
 */
export async function campaignsToFeed(
  tx: Tx,
  now: Date,
): Promise<{ tenantId: string; campaignId: string }[]> {
  return tx.query<{ tenantId: string; campaignId: string }[]>(
    `SELECT tenant_id AS "tenantId", id AS "campaignId" FROM campaigns
     WHERE kind = 'campaign' AND (status = 'running' OR (status = 'paused' AND expires_at <= $1)
       OR (status = 'stopped' AND ${hasAnyIn(['pending', 'queued'], 'campaigns.id')}))`,
    [now],
  );
}

/** Recipients that are being handed over this moment. */
export async function countSending(tx: Tx, campaignId: string): Promise<number> {
  const [row] = await tx.query<{ sending: number }[]>(
    `SELECT count(*)::int AS sending FROM campaign_contacts WHERE campaign_id = $1 AND ${isIn(['sending'])}`,
    [campaignId],
  );
  return row?.sending ?? 0;
}
