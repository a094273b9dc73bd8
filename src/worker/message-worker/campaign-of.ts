import type { LoadedDelivery } from '../../modules/delivery/index.js';

export interface CampaignKey {
  tenantId: string;
  campaignId: string;
}

/** The campaign that shows what its deliveries wait for; undefined for what no campaign sends. */
export function campaignOf({ tenantId, campaignId }: LoadedDelivery['delivery']): CampaignKey | undefined {
  return campaignId === null ? undefined : { tenantId, campaignId };
}
