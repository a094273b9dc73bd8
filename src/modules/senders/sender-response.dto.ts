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
