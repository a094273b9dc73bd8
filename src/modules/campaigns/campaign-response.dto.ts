import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { filterSchema } from '../segments/index.js';
import { AudienceExclusionsDto, CampaignAudienceResponse } from './audience/audience.dto.js';
import { CanaryResponse } from './canary/canary.dto.js';
import { CampaignTimingResponse } from './campaign-timing.dto.js';
import { campaignStatuses } from './campaign-query.dto.js';
import { unknownChoices } from './campaign.dto.js';
import { CampaignVariantResponse } from './variants/variant.dto.js';
import { CampaignPartResponse } from '../content/index.js';
import type { UnknownChoice } from '../delivery/index.js';
import { purposes, type Purpose } from '../tenants/index.js';
import type { CampaignStatus } from './core/campaign-status.js';

/** Recipients by their furthest state; `replied` and `optedOut` are counted besides. */
export class CampaignCountsResponse {
  @IsInt()
  pending!: number;
  @IsInt()
  queued!: number;
  @IsInt()
  sending!: number;
  @IsInt()
  sent!: number;
  @IsInt()
  delivered!: number;
  @IsInt()
  read!: number;
  @IsInt()
  failed!: number;
  @IsInt()
  skipped!: number;
  @IsInt()
  unknown!: number;
  /** Taken out by the campaign's exclusions; not among the recipients that are counted in total. */
  @IsInt()
  excluded!: number;
  @IsInt()
  replied!: number;
  @IsInt()
  optedOut!: number;
}

export class CampaignWarningResponse {
  @IsString()
  code!: string;
  @IsOptional()
  @IsString()
  variable?: string;
  /** Recipients it concerns. */
  @IsInt()
  count!: number;
  @IsString()
  message!: string;
}

export class CampaignOptionsResponse {
  @IsBoolean()
  stickySender!: boolean;
  @IsBoolean()
  skipUnregistered!: boolean;
  @IsIn(unknownChoices)
  onUnknown!: UnknownChoice;
}

export class CampaignResponse extends CampaignTimingResponse {
  @IsUUID()
  id!: string;
  /** The same as id. */
  @IsUUID()
  campaignId!: string;
  @IsString()
  name!: string;
  @IsIn(campaignStatuses)
  status!: CampaignStatus;
  @IsIn(purposes)
  purpose!: Purpose;
  @IsOptional()
  @IsString()
  topic!: string | null;
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CampaignPartResponse)
  messages!: CampaignPartResponse[];
  /** The versions of a campaign that has several; `messages` are then those of the first. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CampaignVariantResponse)
  variants?: CampaignVariantResponse[];
  @IsArray()
  @IsUUID(undefined, { each: true })
  listIds!: string[];
  @IsArray()
  @IsUUID(undefined, { each: true })
  segmentIds!: string[];
  @IsOptional()
  @IsObject()
  @JSONSchema(filterSchema)
  filter!: object | null;
  @IsArray()
  @IsUUID(undefined, { each: true })
  importIds!: string[];
  @ValidateNested()
  @Type(() => AudienceExclusionsDto)
  exclude!: AudienceExclusionsDto;
  /** How the audience came about when the campaign was created. */
  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignAudienceResponse)
  audience!: CampaignAudienceResponse | null;
  @IsArray()
  @IsUUID(undefined, { each: true })
  senderIds!: string[];
  @IsArray()
  @IsString({ each: true })
  senderTags!: string[];
  @IsInt()
  minDelay!: number;
  @IsInt()
  maxDelay!: number;
  @ValidateNested()
  @Type(() => CampaignOptionsResponse)
  options!: CampaignOptionsResponse;
  @IsOptional()
  @ValidateNested()
  @Type(() => CanaryResponse)
  canary!: CanaryResponse | null;
  /** The most messages of this campaign through one sender. */
  @IsOptional()
  @IsInt()
  maxPerSender!: number | null;
  @IsInt()
  totalRecipients!: number;
  /** The same as totalRecipients. */
  @IsInt()
  totalContacts!: number;
  /** Parts every recipient gets. */
  @IsInt()
  totalMessages!: number;
  /** Parts times recipients. */
  @IsInt()
  totalRequests!: number;
  @ValidateNested()
  @Type(() => CampaignCountsResponse)
  counts!: CampaignCountsResponse;
  @IsISO8601()
  createdAt!: string;
  @IsOptional()
  @IsISO8601()
  startedAt!: string | null;
  @IsOptional()
  @IsISO8601()
  completedAt!: string | null;
  /** Since when its recipients are gone, because the tenant keeps them for so many days only; the counts stay. */
  @IsOptional()
  @IsISO8601()
  recipientsRemovedAt!: string | null;
}

export class CheckedCampaignResponse extends CampaignResponse {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CampaignWarningResponse)
  warnings!: CampaignWarningResponse[];
}
