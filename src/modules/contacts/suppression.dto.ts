import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { PageQuery } from '../../lib/page-query.js';

const MAX_NUMBERS_PER_REQUEST = 10_000;

@JSONSchema({ examples: [{ phoneNumbers: ['+5511987654399'], reason: 'asked on the phone' }] })
export class AddSuppressionsDto {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_NUMBERS_PER_REQUEST)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  @JSONSchema({ examples: [['+5511987654399']] })
  phoneNumbers!: string[];

  @IsOptional()
  @IsString()
  @MaxLength(500)
  reason?: string | null;
}

export class SuppressionsQuery extends PageQuery {
  @IsOptional()
  @IsString()
  @MaxLength(100)
  @JSONSchema({ description: 'A number or the beginning of one, with its country code.' })
  phoneNumber?: string;
}

export class SuppressionDto {
  @IsUUID()
  id!: string;

  /** E.164. */
  @IsString()
  phoneNumber!: string;

  @IsOptional()
  @IsString()
  reason!: string | null;

  @IsISO8601()
  createdAt!: string;
}
