import { readWidePage, type Tx } from '../../db/index.js';
import type { Page } from '../../lib/pages.js';
import { Campaign } from './campaign.entity.js';
import { noCounts, type Counter, type Counts } from './core/counts.js';
import { isIn } from '../delivery/index.js';
import type { CampaignStatus } from './core/campaign-status.js';
import { writeStatusEvents } from './status-events.js';

export interface CampaignFilter {
  limit: number;
  status?: CampaignStatus;
  originId?: string;
  /** The id of the last campaign of the page before. */
  before?: string;
}

export async function insertCampaign(tx: Tx, campaign: Partial<Campaign> & { id: string }): Promise<void> {
  await tx.insert(Campaign, campaign);
}

export async function findCampaign(tx: Tx, tenantId: string, id: string): Promise<Campaign | undefined> {
  return (await tx.findOneBy(Campaign, { tenantId, id })) ?? undefined;
}

/** Newest first (ids sort by creation time); a page that is too long is `too_large` before it is read. */
export async function listCampaigns(
  tx: Tx,
  tenantId: string,
  filter: CampaignFilter,
): Promise<Page<Campaign>> {
  const { status, originId, before, limit } = filter;
  const query = tx
    .createQueryBuilder(Campaign, 'campaign')
    .where('campaign.tenantId = :tenantId', { tenantId });
  if (status) query.andWhere('campaign.status = :status', { status });
  if (originId) query.andWhere('campaign.originId = :originId', { originId });
  if (before) query.andWhere('campaign.id < :before', { before });
  const wide = ['parts', 'variants', 'audience', 'pool', 'listIds'] as const;
  return readWidePage(tx, query, { limit, wide });
}

/** Locks the row against other changes of its status; recipients may still change (their counts refer to the row). */
export async function lockCampaign(tx: Tx, tenantId: string, id: string): Promise<Campaign | undefined> {
  const rows = await tx.query<unknown[]>(
    'SELECT 1 FROM campaigns WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
    [tenantId, id],
  );
  return rows.length > 0 ? findCampaign(tx, tenantId, id) : undefined;
}

export async function updateCampaign(tx: Tx, id: string, change: Partial<Campaign>): Promise<void> {
  await tx.update(Campaign, { id }, change);
}

/** False when the campaign is not in one of the `from` states (any more), or is not the tenant's. Writes the event, too. */
export async function changeStatus(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  from: CampaignStatus[],
  change: { to: CampaignStatus; at: Date; reason?: string },
): Promise<boolean> {
  const [row] = await tx.query<{ before: CampaignStatus }[]>(
    `WITH found AS MATERIALIZED (
       SELECT id, status FROM campaigns WHERE tenant_id = $1 AND id = $2 AND status = ANY($3::text[])
       FOR NO KEY UPDATE
     ), changed AS (
       UPDATE campaigns SET
         status = $4,
         started_at = CASE WHEN $4 = 'running' THEN coalesce(started_at, $5) ELSE started_at END,
         completed_at = CASE WHEN $4 IN ('completed', 'failed', 'stopped') THEN $5::timestamptz END,
         waiting_reason = NULL, waiting_until = NULL, updated_at = $5
       FROM found WHERE campaigns.id = found.id
       RETURNING found.status AS before)
     SELECT before FROM changed`,
    [campaign.tenantId, campaign.id, from, change.to, change.at],
  );
  if (!row) return false;
  const { tenantId, id } = campaign;
  await writeStatusEvents(tx, [
    { tenantId, id, before: row.before, status: change.to, reason: change.reason },
  ]);
  return true;
}

export async function removeCampaign(tx: Tx, id: string): Promise<void> {
  await tx.query('DELETE FROM campaigns WHERE id = $1', [id]);
}

/** A segment or recurring campaign that evaluates, each time, who got a campaign. */
export interface CampaignUser {
  kind: 'segment' | 'series';
  name: string;
}

const USERS_NAMED = 5;

/** Saved segments and recurring campaigns that name the campaign; reads the segments module's table. */
export async function usersOfCampaign(tx: Tx, tenantId: string, id: string): Promise<CampaignUser[]> {
  return tx.query<CampaignUser[]>(
    `SELECT 'segment' AS kind, name FROM segments WHERE tenant_id = $1 AND position($2 IN lower(filter::text)) > 0
     UNION ALL
     SELECT 'series', name FROM campaigns
     WHERE tenant_id = $1 AND recurrence IS NOT NULL AND status IN ('draft', 'scheduled') AND id <> $2::uuid
       AND position($2 IN lower((audience - 'summary')::text)) > 0
     ORDER BY kind, name LIMIT ${USERS_NAMED}`,
    [tenantId, id.toLowerCase()],
  );
}

/**
 * Those of the tenant's campaigns whose recipients are gone, with since when; the others keep them until the transaction
 * ends.
 */
export async function keepRecipients(tx: Tx, tenantId: string, ids: string[]): Promise<Map<string, Date>> {
  const rows = await tx.query<{ id: string; removedAt: Date | null }[]>(
    `SELECT id, recipients_removed_at AS "removedAt" FROM campaigns
     WHERE tenant_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR KEY SHARE`,
    [tenantId, ids],
  );
  return new Map(rows.flatMap(({ id, removedAt }) => (removedAt ? [[id, removedAt]] : [])));
}

/** Several campaigns' counters at once; `entries` is how many entries their ledgers have gained since the last fold. */
export async function countsOf(
  tx: Tx,
  campaignIds: string[],
): Promise<Map<string, { counts: Counts; entries: number }>> {
  const rows = await tx.query<{ campaign_id: string; counter: Counter; sum: number; entries: number }[]>(
    `SELECT campaign_id, counter, sum(delta)::int AS sum,
            (count(*) FILTER (WHERE NOT folded))::int AS entries
     FROM campaign_counts WHERE campaign_id = ANY($1::uuid[]) GROUP BY campaign_id, counter`,
    [campaignIds],
  );
  const found = new Map(campaignIds.map((id) => [id, { counts: noCounts(), entries: 0 }]));
  for (const row of rows) {
    const campaign = found.get(row.campaign_id);
    if (!campaign) continue;
    campaign.counts[row.counter] = row.sum;
    campaign.entries += row.entries;
  }
  return found;
}

/** A running campaign's feed folds its ledgers above so many new entries, before a reader has to. */
export const FEED_FOLDS_ABOVE = 500;

/** Reading a ledger with more new entries folds it, because after the end of a campaign nothing is fed any more. */
export const READ_FOLDS_ABOVE = 1_000;

/**
 * Folds the entries of a campaign's ledgers into their sums, one row of each kind. One statement sees one snapshot:
 * entries appended meanwhile are neither deleted nor summed. Does nothing while another process folds the same
 * campaign.
 */
export async function foldCounts(tx: Tx, campaignId: string): Promise<void> {
  await tx.query(FOLD_RECIPIENTS, [campaignId, FOLD_LOCKS]);
  await tx.query(FOLD_MESSAGES, [campaignId, FOLD_LOCKS]);
}

/** Advisory locks of two numbers: this one, and the campaign's hash. */
const FOLD_LOCKS = 742_021;

const gained = (ledger: string, columns: string): string =>
  `WITH lock AS (SELECT pg_try_advisory_xact_lock($2, hashtext($1::text)) AS is_mine),
   gained AS (
     DELETE FROM ${ledger} WHERE campaign_id = $1::uuid AND NOT folded AND (SELECT is_mine FROM lock)
     RETURNING tenant_id, campaign_id, ${columns}, delta)`;

const FOLD_RECIPIENTS = `${gained('campaign_counts', 'counter, variant, code, sender_ids, sender_deltas')},
   of_senders AS (
     INSERT INTO campaign_sender_counts (tenant_id, campaign_id, counter, sender_id, variant, code, delta)
     SELECT tenant_id, campaign_id, counter, served.sender_id, variant, code, sum(served.delta)
     FROM gained, unnest(sender_ids, sender_deltas) AS served (sender_id, delta)
     GROUP BY tenant_id, campaign_id, counter, served.sender_id, variant, code HAVING sum(served.delta) <> 0
     ON CONFLICT (campaign_id, counter, sender_id, variant, code)
       DO UPDATE SET delta = campaign_sender_counts.delta + excluded.delta)
   INSERT INTO campaign_counts (tenant_id, campaign_id, counter, variant, code, delta, folded)
   SELECT tenant_id, campaign_id, counter, variant, code, sum(delta), true FROM gained
   GROUP BY tenant_id, campaign_id, counter, variant, code HAVING sum(delta) <> 0
   ON CONFLICT (campaign_id, counter, variant, code) WHERE folded
     DO UPDATE SET delta = campaign_counts.delta + excluded.delta`;

const FOLD_MESSAGES = `${gained('campaign_message_counts', 'part, counter, quarter')}
   INSERT INTO campaign_message_counts (tenant_id, campaign_id, part, counter, quarter, delta, folded)
   SELECT tenant_id, campaign_id, part, counter, quarter, sum(delta), true FROM gained
   GROUP BY tenant_id, campaign_id, part, counter, quarter HAVING sum(delta) <> 0
   ON CONFLICT (campaign_id, part, counter, quarter) WHERE folded
     DO UPDATE SET delta = campaign_message_counts.delta + excluded.delta`;

/** Recipients that wait, or are in the queue. */
export async function countWaiting(tx: Tx, campaignId: string): Promise<number> {
  const [row]: { count: number }[] = await tx.query(
    `SELECT count(*)::int AS count FROM deliveries WHERE campaign_id = $1 AND ${isIn(['pending', 'queued'])}`,
    [campaignId],
  );
  return row?.count ?? 0;
}

/** Recipients that are being handed over now. */
export async function countSending(tx: Tx, campaignId: string): Promise<number> {
  const [row] = await tx.query<{ sending: number }[]>(
    `SELECT count(*)::int AS sending FROM deliveries WHERE campaign_id = $1 AND ${isIn(['sending'])}`,
    [campaignId],
  );
  return row?.sending ?? 0;
}

export interface CountedCampaign {
  campaign: Campaign;
  counts: Counts;
}
