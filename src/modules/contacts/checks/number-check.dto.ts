import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { NumberCheckStatus } from './number-check.entity.js';

const MAX_NUMBERS_PER_REQUEST = 500;

@JSONSchema({ examples: [{ phoneNumbers: ['+5511987654321'] }] })
export class CheckNumbersDto {
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_NUMBERS_PER_REQUEST)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  @JSONSchema({ description: 'Send this, `contactIds` or `listId`.' })
  phoneNumbers?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_NUMBERS_PER_REQUEST)
  @IsUUID(undefined, { each: true })
  contactIds?: string[];

  @IsOptional()
  @IsUUID()
  @JSONSchema({ description: 'All members of this list, up to 100,000.' })
  listId?: string;

  @IsOptional()
  @IsBoolean()
  @JSONSchema({
    description: "Check as many as the day's ration allows, instead of refusing.",
    default: false,
  })
  partial?: boolean;
}

export class NumberCheckCountsDto {
  @IsInt()
  total!: number;

  /** Known from a check of the last 30 days; these cost nothing. */
  @IsInt()
  cached!: number;

  @IsInt()
  pending!: number;

  @IsInt()
  onWhatsApp!: number;

  @IsInt()
  notOnWhatsApp!: number;

  /** Left out, because of the ration or because the check ended early. */
  @IsInt()
  unchecked!: number;
}

const statuses: readonly NumberCheckStatus[] = ['queued', 'running', 'completed', 'failed'];

export class NumberCheckDto {
  @IsUUID()
  id!: string;

  @IsIn(statuses)
  status!: NumberCheckStatus;

  @ValidateNested()
  @Type(() => NumberCheckCountsDto)
  counts!: NumberCheckCountsDto;

  /** Why it ended early. */
  @IsOptional()
  @IsString()
  error?: string;

  @IsISO8601()
  createdAt!: string;

  @IsOptional()
  @IsISO8601()
  completedAt!: string | null;
}

export class NumberCheckResultDto {
  /** E.164. */
  @IsString()
  phoneNumber!: string;

  @IsOptional()
  @IsBoolean()
  @JSONSchema({ description: 'Null while it is not known.' })
  onWhatsApp!: boolean | null;

  /** From an earlier check. */
  @IsBoolean()
  cached!: boolean;

  @IsOptional()
  @IsISO8601()
  checkedAt!: string | null;
}
