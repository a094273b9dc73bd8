import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { PageQuery } from '../../lib/page-query.js';
import type { TransportName } from '../../transports/transport.js';

export const transportNames = ['whatsapp-web', 'baileys', 'waha', 'cloud-api', 'simulator'] as const;
const connectionStatuses = [
  'created',
  'connecting',
  'qr',
  'connected',
  'disconnected',
  'logged_out',
  'banned',
] as const;
export const presentedStatuses = [...connectionStatuses, 'paused'] as const;
type PresentedStatus = (typeof presentedStatuses)[number];

/** PostgreSQL's integer. */
const MAX_QUOTA = 2_147_483_647;

/** Seventeen a second, more than anybody types. */
const MAX_ANSWERS_PER_MINUTE = 1_000;

const MAX_WARM_UP_DAYS = 365;

export class WarmUpDto {
  /** The most messages of the first, second, ... day; the plan ends after the last. Days last 24 hours from the first message. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_WARM_UP_DAYS)
  @IsInt({ each: true })
  @Min(1, { each: true })
  @Max(MAX_QUOTA, { each: true })
  quotas!: number[];
}

class SenderSettingsDto {
  /** With country code, such as +5511987654321. When given, only this phone may be paired. */
  @IsOptional()
  @IsString()
  @MaxLength(40)
  phoneNumber?: string | null;

  /** Settings of the transport; each transport checks its own. */
  @IsOptional()
  @IsObject()
  transportConfig?: Record<string, unknown>;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_QUOTA)
  quotaPerMinute?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_QUOTA)
  quotaPerHour?: number;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_QUOTA)
  quotaPerDay?: number;

  /** The most answers (messages with `replyTo`) in a minute, 60 unless set. They count in none of the other quotas. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_ANSWERS_PER_MINUTE)
  answersPerMinute?: number;

  /** Campaigns choose senders by these. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @IsNotEmpty({ each: true })
  @MaxLength(60, { each: true })
  tags?: string[];

  /** Caps a new sender day by day, below its quotas; null for none. */
  @IsOptional()
  @ValidateNested()
  @Type(() => WarmUpDto)
  warmUp?: WarmUpDto | null;
}

@JSONSchema({
  examples: [{ name: 'Front desk', transport: 'simulator', quotaPerMinute: 20, tags: ['sales'] }],
})
export class CreateSenderDto extends SenderSettingsDto {
  @IsString()
  @Matches(/\S/, { message: 'name must not be empty' })
  @MaxLength(120)
  name!: string;

  @IsIn(transportNames)
  transport!: TransportName;
}

@JSONSchema({ examples: [{ quotaPerMinute: 10, tags: ['sales', 'support'] }] })
export class UpdateSenderDto extends SenderSettingsDto {
  @IsOptional()
  @IsString()
  @Matches(/\S/, { message: 'name must not be empty' })
  @MaxLength(120)
  name?: string;
}

export class ListSendersQuery extends PageQuery {
  @IsOptional()
  @IsIn(presentedStatuses)
  status?: PresentedStatus;

  @IsOptional()
  @IsIn(transportNames)
  transport?: TransportName;

  @IsOptional()
  @IsString()
  tag?: string;

  /** Part of the name. */
  @IsOptional()
  @IsString()
  name?: string;
}

export class QrQuery {
  /** `json` (a data URL) unless given. */
  @IsOptional()
  @IsIn(['json', 'png', 'raw', 'svg'])
  format?: 'json' | 'png' | 'raw' | 'svg';
}
