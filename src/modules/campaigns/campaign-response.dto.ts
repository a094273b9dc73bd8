import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import type { RecipientState } from './campaign-contact.entity.js';
import { CampaignPartResponse } from './campaign-part.dto.js';
import { campaignStatuses, recipientStates } from './campaign.dto.js';
import type { CampaignStatus } from './campaign.entity.js';
import { CampaignVariantResponse } from './campaign-variant.dto.js';

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
  @IsInt()
  replied!: number;
  @IsInt()
  optedOut!: number;
}

export class CampaignWarningResponse {
  @IsString()
  code!: string;
  @IsString()
  variable!: string;
  /** Recipients it concerns. */
  @IsInt()
  count!: number;
  @IsString()
  message!: string;
}

export class CampaignResponse {
  @IsUUID()
  id!: string;
  /** The same as id. */
  @IsUUID()
  campaignId!: string;
  @IsString()
  name!: string;
  @IsIn(campaignStatuses)
  status!: CampaignStatus;
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
  senderIds!: string[];
  @IsArray()
  @IsString({ each: true })
  senderTags!: string[];
  @IsInt()
  minDelay!: number;
  @IsInt()
  maxDelay!: number;
  @IsBoolean()
  stickySender!: boolean;
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
}

export class CheckedCampaignResponse extends CampaignResponse {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CampaignWarningResponse)
  warnings!: CampaignWarningResponse[];
}

/** Recipients a sender served, by their furthest state. */
export class SenderShareResponse {
  @IsUUID()
  senderId!: string;
  /** Absent when the sender was deleted. */
  @IsOptional()
  @IsString()
  name!: string | null;
  @IsInt()
  total!: number;
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
  unknown!: number;
  @IsInt()
  replied!: number;
}

export class CodeCountResponse {
  @IsIn(recipientStates)
  state!: RecipientState;
  @IsString()
  code!: string;
  @IsInt()
  count!: number;
}

export class WaitingResponse {
  @IsString()
  reason!: string;
  @IsString()
  message!: string;
  @IsOptional()
  @IsISO8601()
  until?: string;
}

export class CampaignStatsResponse extends CampaignCountsResponse {
  @IsInt()
  total!: number;
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => SenderShareResponse)
  bySender!: SenderShareResponse[];
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CodeCountResponse)
  byCode!: CodeCountResponse[];
  /** Why nothing is sent just now; absent while it flows. */
  @IsOptional()
  @ValidateNested()
  @Type(() => WaitingResponse)
  waitingFor?: WaitingResponse;
  /** At the campaign's pace over the senders connected now; quotas and breaks come on top. */
  @IsOptional()
  @IsISO8601()
  estimatedFinishAt?: string;
}

export class RecipientResponse {
  @IsUUID()
  id!: string;
  @IsUUID()
  contactId!: string;
  @IsString()
  phoneNumber!: string;
  @IsOptional()
  @IsString()
  name!: string | null;
  @IsIn(recipientStates)
  state!: RecipientState;
  /** Why it was skipped, failed or is unknown. */
  @IsOptional()
  @IsString()
  code!: string | null;
  @IsOptional()
  @IsUUID()
  senderId!: string | null;
  @IsOptional()
  @IsString()
  senderName!: string | null;
  @IsOptional()
  @IsISO8601()
  sentAt!: string | null;
  @IsOptional()
  @IsISO8601()
  deliveredAt!: string | null;
  @IsOptional()
  @IsISO8601()
  readAt!: string | null;
  @IsOptional()
  @IsISO8601()
  repliedAt!: string | null;
  @IsOptional()
  @IsISO8601()
  optedOutAt!: string | null;
}
