import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsNumber,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import { CampaignCountsResponse } from '../campaign-response.dto.js';
import { campaignStatuses, recipientStates } from '../campaign.dto.js';
import type { CampaignStatus } from '../campaign.entity.js';
import type { RecipientState } from '../campaign-contact.entity.js';

/** A share of recipients, with Wilson's interval in which it lies in 95 of 100 cases. */
export class RateResponse {
  @IsInt()
  count!: number;
  /** Out of how many. */
  @IsInt()
  of!: number;
  /** `count / of`, 0 to 1; absent while there is nothing to count. */
  @IsOptional()
  @IsNumber()
  rate!: number | null;
  @IsOptional()
  @IsNumber()
  low!: number | null;
  @IsOptional()
  @IsNumber()
  high!: number | null;
}

/** `delivered`, `read`, `replied` and `optedOut` are of those WhatsApp took the message for; `failed` of all tried. */
export class RatesResponse {
  @ValidateNested()
  @Type(() => RateResponse)
  delivered!: RateResponse;
  @ValidateNested()
  @Type(() => RateResponse)
  read!: RateResponse;
  @ValidateNested()
  @Type(() => RateResponse)
  replied!: RateResponse;
  @ValidateNested()
  @Type(() => RateResponse)
  optedOut!: RateResponse;
  @ValidateNested()
  @Type(() => RateResponse)
  failed!: RateResponse;
}

/** Recipients a sender served, by their furthest state. */
export class SenderShareResponse extends CampaignCountsResponse {
  @IsUUID()
  senderId!: string;
  /** Absent when the sender was deleted. */
  @IsOptional()
  @IsString()
  name!: string | null;
  @IsInt()
  total!: number;
  /** Messages of this campaign it may still take on; absent without `maxPerSender`. */
  @IsOptional()
  @IsInt()
  budgetLeft?: number;
}

export class CodeCountResponse {
  @IsIn(recipientStates)
  state!: RecipientState;
  @IsString()
  code!: string;
  @IsInt()
  count!: number;
  /** The code in words. */
  @IsString()
  reason!: string;
}

export class VariantResultResponse extends CampaignCountsResponse {
  @IsString()
  name!: string;
  @IsNumber()
  weight!: number;
  @IsInt()
  recipients!: number;
  @ValidateNested()
  @Type(() => RatesResponse)
  rates!: RatesResponse;
}

/** Whether the best variant is really better than the next one. */
export class VariantVerdictResponse {
  @IsBoolean()
  significant!: boolean;
  /** How likely chance alone makes such a difference; absent where too little was seen. */
  @IsOptional()
  @IsNumber()
  pValue?: number;
  /** The better variant, when the difference is significant. */
  @IsOptional()
  @IsString()
  winner?: string;
  /** The verdict in words. */
  @IsString()
  statement!: string;
}

export class VariantComparisonResponse {
  @ValidateNested()
  @Type(() => VariantVerdictResponse)
  read!: VariantVerdictResponse;
  @ValidateNested()
  @Type(() => VariantVerdictResponse)
  replied!: VariantVerdictResponse;
}

/** Messages of one part; each number counts everything that got as far. */
export class PartStatsResponse {
  /** From 0. */
  @IsInt()
  part!: number;
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
}

/** What happened in one hour. */
export class HourStatsResponse {
  /** Its beginning. */
  @IsISO8601()
  hour!: string;
  /** The same on the zone's wall clock. */
  @IsString()
  local!: string;
  /** Messages WhatsApp took in this hour. */
  @IsInt()
  sent!: number;
  @IsInt()
  delivered!: number;
  @IsInt()
  read!: number;
}

export class WaitingResponse {
  @IsString()
  reason!: string;
  /** The reason in words. */
  @IsString()
  message!: string;
  @IsOptional()
  @IsISO8601()
  until?: string;
}

export class CampaignStatsResponse extends CampaignCountsResponse {
  @IsInt()
  total!: number;
  @ValidateNested()
  @Type(() => RatesResponse)
  rates!: RatesResponse;
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => SenderShareResponse)
  bySender!: SenderShareResponse[];
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CodeCountResponse)
  byCode!: CodeCountResponse[];
  /** Of a campaign with variants. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => VariantResultResponse)
  byVariant?: VariantResultResponse[];
  @IsOptional()
  @ValidateNested()
  @Type(() => VariantComparisonResponse)
  comparison?: VariantComparisonResponse;
  /** With `by=part`. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PartStatsResponse)
  byPart?: PartStatsResponse[];
  /** With `by=hour`; hours in which nothing happened are left out. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => HourStatsResponse)
  byHour?: HourStatsResponse[];
  /** Whose hours `byHour` has. */
  @IsOptional()
  @IsString()
  zone?: string;
  /** Why nothing is sent just now; absent while it flows. */
  @IsOptional()
  @ValidateNested()
  @Type(() => WaitingResponse)
  waitingFor?: WaitingResponse;
  /** When the last message is expected to leave, as things stand; absent when that is not to be expected. */
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
  /** The code in words. */
  @IsOptional()
  @IsString()
  reason!: string | null;
  /** The name of its variant, in a campaign that has variants. */
  @IsOptional()
  @IsString()
  variant!: string | null;
  /** Parts WhatsApp has taken. */
  @IsInt()
  partsSent!: number;
  @IsOptional()
  @IsUUID()
  senderId!: string | null;
  @IsOptional()
  @IsString()
  senderName!: string | null;
  @IsOptional()
  @IsISO8601()
  queuedAt!: string | null;
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

export class TraceStepResponse {
  @IsISO8601()
  at!: string;
  /** What happened: added, started, queued, waited, came_back, sending, sent, delivered, read, failed, ... */
  @IsString()
  step!: string;
  /** The same in words. */
  @IsString()
  text!: string;
  /** Of which message of the campaign, from 0. */
  @IsOptional()
  @IsInt()
  part?: number;
  @IsOptional()
  @IsUUID()
  senderId?: string;
  @IsOptional()
  @IsString()
  senderName?: string;
  @IsOptional()
  @IsString()
  code?: string;
}

export class TraceResponse {
  /** The recipient. */
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
  @IsOptional()
  @IsString()
  code!: string | null;
  /** Why it was sent, or why not (yet), in a sentence or two. */
  @IsString()
  summary!: string;
  /** In the order in which they happened. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => TraceStepResponse)
  steps!: TraceStepResponse[];
}

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
