import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import { presentedStatuses, transportNames } from './sender.dto.js';
import type { TransportName } from '../../transports/transport.js';

export class WarmUpPlanResponse {
  /** The most messages of the first, second, ... day. */
  @IsArray()
  @IsInt({ each: true })
  quotas!: number[];

  /** The first message under the plan; null before it. */
  @IsOptional()
  @IsISO8601()
  startedAt!: string | null;

  @IsOptional()
  @IsISO8601()
  endsAt!: string | null;
}

export class SenderResponse {
  @IsUUID()
  id!: string;

  @IsString()
  name!: string;

  @IsOptional()
  @IsString()
  phoneNumber!: string | null;

  @IsIn(transportNames)
  transport!: TransportName;

  @IsObject()
  transportConfig!: Record<string, unknown>;

  @IsArray()
  @IsString({ each: true })
  tags!: string[];

  @IsIn(presentedStatuses)
  status!: (typeof presentedStatuses)[number];

  /** Why it is not connected, where there is something to explain. */
  @IsOptional()
  @IsString()
  statusReason!: string | null;

  @IsOptional()
  @IsISO8601()
  pausedAt!: string | null;

  /** `operator` or `consecutive_failures`. */
  @IsOptional()
  @IsString()
  pauseReason!: string | null;

  @IsInt()
  healthScore!: number;

  @IsInt()
  consecutiveFailures!: number;

  @IsInt()
  quotaPerMinute!: number;

  @IsInt()
  quotaPerHour!: number;

  @IsInt()
  quotaPerDay!: number;

  @IsInt()
  answersPerMinute!: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => WarmUpPlanResponse)
  warmUp!: WarmUpPlanResponse | null;

  @IsOptional()
  @IsISO8601()
  lastUsedAt!: string | null;

  @IsISO8601()
  nextAvailableAt!: string;

  @IsOptional()
  @IsISO8601()
  restrictedUntil!: string | null;

  @IsISO8601()
  createdAt!: string;

  @IsISO8601()
  updatedAt!: string;
}

export class SenderSentResponse {
  @IsInt()
  minute!: number;

  @IsInt()
  hour!: number;

  @IsInt()
  day!: number;

  @IsInt()
  total!: number;
}

export class SenderQuotaLeftResponse {
  @IsInt()
  minuteLeft!: number;

  @IsInt()
  hourLeft!: number;

  @IsInt()
  dayLeft!: number;

  /** Of the minute of answers, which is counted apart. */
  @IsInt()
  answersLeft!: number;
}

/** Where a sender stands in its warm-up plan. */
export class WarmUpStatsResponse {
  /** From 1. */
  @IsInt()
  day!: number;

  @IsInt()
  days!: number;

  @IsInt()
  quotaToday!: number;

  @IsInt()
  leftToday!: number;

  /** Null before the first message, which begins the plan. */
  @IsOptional()
  @IsISO8601()
  endsAt!: string | null;

  @IsString()
  message!: string;
}

export class SenderStatsResponse {
  @ValidateNested()
  @Type(() => SenderSentResponse)
  sent!: SenderSentResponse;

  @ValidateNested()
  @Type(() => SenderQuotaLeftResponse)
  quota!: SenderQuotaLeftResponse;

  @IsInt()
  failed!: number;

  @IsInt()
  healthScore!: number;

  @IsInt()
  consecutiveFailures!: number;

  @IsIn(presentedStatuses)
  status!: (typeof presentedStatuses)[number];

  @IsISO8601()
  nextAvailableAt!: string;

  @IsOptional()
  @IsISO8601()
  restrictedUntil!: string | null;

  /** What keeps it from sending now; null when nothing does. */
  @IsOptional()
  @IsString()
  waitReason!: string | null;

  /** Null without a plan, and when it is over. */
  @IsOptional()
  @ValidateNested()
  @Type(() => WarmUpStatsResponse)
  warmUp!: WarmUpStatsResponse | null;
}

export class SenderQrResponse {
  /** A PNG as a data URL. */
  @IsNotEmpty()
  @IsString()
  qr!: string;

  /** What the image encodes. */
  @IsString()
  payload!: string;

  @IsISO8601()
  expiresAt!: string;
}
