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
import { recipientStates } from '../campaign-query.dto.js';
import { RatesResponse } from './rates-response.dto.js';
import type { DeliveryState } from '../../delivery/index.js';

/** Recipients a sender has served, by their furthest state; those on the way count for no sender yet. */
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
  state!: DeliveryState;
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

/** Counts of one hour. */
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

/** `quoted` and `latest` make up `replied`. */
export class ReplyCountsResponse {
  /** They quote a message of the campaign. */
  @IsInt()
  quoted!: number;
  /** They quote none, and the campaign was the latest that had written to the person, at most seven days before. */
  @IsInt()
  latest!: number;
}

export class CampaignStatsResponse extends CampaignCountsResponse {
  @IsInt()
  total!: number;
  @ValidateNested()
  @Type(() => RatesResponse)
  rates!: RatesResponse;
  @ValidateNested()
  @Type(() => ReplyCountsResponse)
  replies!: ReplyCountsResponse;
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
  /** The time zone of `byHour`. */
  @IsOptional()
  @IsString()
  timeZone?: string;
  /** Why nothing is sent at present; absent while it sends. */
  @IsOptional()
  @ValidateNested()
  @Type(() => WaitingResponse)
  waitingFor?: WaitingResponse;
  /** When the last message is expected to leave, from the present state; absent when that is not to be expected. */
  @IsOptional()
  @IsISO8601()
  estimatedFinishAt?: string;
}
