import { campaignSource } from '../modules/campaigns/index.js';
import { sendSource, type DeliverySources } from '../modules/delivery/index.js';

/** Everything that makes deliveries, by the kind that their rows carry. */
export const deliverySources: DeliverySources = {
  campaign: campaignSource,
  direct: sendSource,
  test: sendSource,
};
