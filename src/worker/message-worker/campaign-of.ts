import type { LoadedDelivery } from '../../modules/delivery/index.js';

/** The campaign that shows what its deliveries wait for; undefined for what no campaign sends. */
export function campaignOf({
  tenantId,
  campaignId,
}: LoadedDelivery['delivery']): { tenantId: string; campaignId: string } | undefined {
  return campaignId === null ? undefined : { tenantId, campaignId };
}
