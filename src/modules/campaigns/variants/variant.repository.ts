import type { Tx } from '../../../db/index.js';
import type { CampaignVariant } from '../campaign.entity.js';
import { variantCycle } from './core/variants.js';

/**
 * Deals the audience to the variants: exactly by weight over every cycle of them, in random order within a cycle (permuted
 * block randomisation, so that no order of the audience favours a variant), the same however often it is done: the
 * chance comes from the random bits of the recipients' ids. Those who will get nothing are dealt last, so that the
 * shares hold among the others. Answers the variants with how many recipients each got.
 */
export async function assignVariants(
  tx: Tx,
  campaignId: string,
  variants: readonly CampaignVariant[],
): Promise<CampaignVariant[]> {
  const cycle = variantCycle(variants.map(({ weight }) => weight));
  await tx.query(
    `WITH numbered AS (
       SELECT id, row_number() OVER (ORDER BY state <> 'pending', id) - 1 AS n
       FROM campaign_contacts WHERE campaign_id = $1 AND state <> 'excluded'
     ), dealt AS (
       SELECT id, ($2::smallint[])[row_number() OVER (PARTITION BY n / $3::int ORDER BY right(id::text, 10), id)] AS variant
       FROM numbered
     )
     UPDATE campaign_contacts r SET variant = dealt.variant FROM dealt
     WHERE r.id = dealt.id AND r.variant <> dealt.variant`,
    [campaignId, cycle, cycle.length],
  );
  const rows = await tx.query<{ variant: number; recipients: number }[]>(
    `SELECT variant, count(*)::int AS recipients FROM campaign_contacts
     WHERE campaign_id = $1 AND state <> 'excluded' GROUP BY variant`,
    [campaignId],
  );
  const sizes = new Map(rows.map(({ variant, recipients }) => [variant, recipients]));
  return variants.map((variant, index) => ({ ...variant, recipients: sizes.get(index) ?? 0 }));
}

/** Everybody gets the one text there is. */
export async function forgetVariants(tx: Tx, campaignId: string): Promise<void> {
  await tx.query('UPDATE campaign_contacts SET variant = 0 WHERE campaign_id = $1 AND variant <> 0', [
    campaignId,
  ]);
}
