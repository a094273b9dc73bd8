import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import { CampaignCountsResponse } from '../campaign-response.dto.js';
import { campaignStatuses } from '../campaign-query.dto.js';
import { RatesResponse } from './rates-response.dto.js';
import type { CampaignStatus } from '../core/campaign-status.js';

export class ComparedCampaignResponse extends CampaignCountsResponse {
  @IsUUID()
  id!: string;
  @IsString()
  name!: string;
  @IsIn(campaignStatuses)
  status!: CampaignStatus;
  @IsInt()
  total!: number;
  @IsOptional()
  @IsISO8601()
  startedAt!: string | null;
  @IsOptional()
  @IsISO8601()
  completedAt!: string | null;
  @ValidateNested()
  @Type(() => RatesResponse)
  rates!: RatesResponse;
}

export class CampaignDifferenceResponse {
  @IsIn(['delivered', 'read', 'replied', 'optedOut', 'failed'])
  rate!: string;
  /** The campaign with the higher rate. */
  @IsUUID()
  higher!: string;
  @IsUUID()
  lower!: string;
}

export class CampaignComparisonResponse {
  /** In the order asked for. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ComparedCampaignResponse)
  campaigns!: ComparedCampaignResponse[];
  /** Pairs whose rates differ by more than chance explains (95 %). */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CampaignDifferenceResponse)
  differences!: CampaignDifferenceResponse[];
}
