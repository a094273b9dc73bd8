import { Type } from 'class-transformer';
import { IsInt, IsISO8601, IsOptional, IsString, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsMoment } from '../../lib/moment.js';
import { SendWindowDto } from '../tenants/index.js';

/** A year. */
const MAX_MINUTES = 525_600;

export class RecurrenceDto {
  /** Five fields: minute, hour, day of month, month, day of week. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cron?: string;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_MINUTES)
  everyMinutes?: number;

  /** The time zone whose wall clock `cron` goes by; the tenant's unless given. */
  @IsOptional()
  @IsString()
  @MaxLength(64)
  timeZone?: string;

  /** No run after this time. */
  @IsOptional()
  @IsMoment()
  until?: string;
}

/** When a campaign's messages may leave, and how many. All of it can be changed in a draft; null clears a field. */
export class CampaignTimingDto {
  /** Starts by itself then. */
  @IsOptional()
  @IsMoment()
  scheduledAt?: string | null;

  /** Recipients not sent to by then are skipped. */
  @IsOptional()
  @IsMoment()
  expiresAt?: string | null;

  /** Null: the tenant's own send window, if it has one. */
  @IsOptional()
  @ValidateNested()
  @Type(() => SendWindowDto)
  sendWindow?: SendWindowDto | null;

  /** The most messages of the whole campaign that leave in any minute. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(60_000)
  maxPerMinute?: number | null;

  /** Minutes from the first message in which `maxPerMinute` rises from a tenth to all of it. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10_080)
  rampUpMinutes?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10)
  @JSONSchema({ description: '1 goes first when campaigns want the same senders, 10 last.', default: 5 })
  priority?: number | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => RecurrenceDto)
  recurrence?: RecurrenceDto | null;
}

export class RecurrenceResponse {
  @IsOptional()
  @IsString()
  cron?: string;
  @IsOptional()
  @IsInt()
  everyMinutes?: number;
  @IsString()
  timeZone!: string;
  @IsOptional()
  @IsISO8601()
  until?: string;
}

/** The timing of a campaign in responses. */
export class CampaignTimingResponse {
  /** Of a recurring campaign: the next run. */
  @IsOptional()
  @IsISO8601()
  scheduledAt!: string | null;
  @IsOptional()
  @IsISO8601()
  expiresAt!: string | null;
  @IsOptional()
  @ValidateNested()
  @Type(() => SendWindowDto)
  sendWindow!: SendWindowDto | null;
  @IsOptional()
  @IsInt()
  maxPerMinute!: number | null;
  @IsOptional()
  @IsInt()
  rampUpMinutes!: number | null;
  @IsInt()
  priority!: number;
  @IsOptional()
  @ValidateNested()
  @Type(() => RecurrenceResponse)
  recurrence!: RecurrenceResponse | null;
  /** The campaign this one is a run, a copy or a second try of. */
  @IsOptional()
  @IsString()
  originId!: string | null;
  /** Of a run of a recurring campaign: the time it was due. */
  @IsOptional()
  @IsISO8601()
  occurrenceAt!: string | null;
}
