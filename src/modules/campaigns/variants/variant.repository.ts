import type { Tx } from '../../../db/index.js';
import { assignToVariants } from '../../delivery/index.js';
import type { CampaignVariant } from '../campaign.entity.js';
import { variantCycle } from './core/variants.js';

/** Assigns the audience to the variants by weight. Returns the variants with how many recipients each got. */
export async function assignVariants(
  tx: Tx,
  campaignId: string,
  variants: readonly CampaignVariant[],
): Promise<CampaignVariant[]> {
  const cycle = variantCycle(variants.map(({ weight }) => weight));
  await assignToVariants(tx, campaignId, cycle);
  const rows = await tx.query<{ variant: number; recipients: number }[]>(
    `SELECT variant, count(*)::int AS recipients FROM deliveries
     WHERE campaign_id = $1 AND state <> 'excluded' GROUP BY variant`,
    [campaignId],
  );
  const sizes = new Map(rows.map(({ variant, recipients }) => [variant, recipients]));
  return variants.map((variant, index) => ({ ...variant, recipients: sizes.get(index) ?? 0 }));
}
