import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { PageQuery } from '../../lib/page-query.js';
import type { DeliveryState } from '../delivery/index.js';
import type { CampaignStatus } from './core/campaign-status.js';

export const campaignStatuses: readonly CampaignStatus[] = [
  'draft',
  'scheduled',
  'running',
  'paused',
  'completed',
  'failed',
  'stopped',
];

export const recipientStates: readonly DeliveryState[] = [
  'pending',
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'failed',
  'skipped',
  'unknown',
  'excluded',
];

export class CampaignListQuery extends PageQuery {
  @IsOptional()
  @IsIn(campaignStatuses)
  status?: CampaignStatus;

  /** Only the runs, copies and second tries of this campaign. */
  @IsOptional()
  @IsUUID()
  originId?: string;
}

export class RecipientListQuery extends PageQuery {
  @IsOptional()
  @IsIn(recipientStates)
  state?: DeliveryState;
}
