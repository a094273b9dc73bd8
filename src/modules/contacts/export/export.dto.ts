import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MAX_ATTRIBUTE_LENGTH, MAX_NAME_LENGTH } from '../core/attributes.js';
import { MAX_TAG_LENGTH } from '../core/tags.js';
import type { ExportFormat } from './export.service.js';

const formats: readonly ExportFormat[] = ['csv', 'xlsx'];

/** The filters of the list; an export has no pages. */
export class ExportContactsQuery {
  @IsOptional()
  @IsIn(formats)
  @JSONSchema({ default: 'csv' })
  format?: ExportFormat;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  q?: string;

  @IsOptional()
  @IsString()
  @MaxLength(100)
  phoneNumber?: string;

  @IsOptional()
  @IsUUID()
  listId?: string;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(MAX_TAG_LENGTH, { each: true })
  tag?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(MAX_ATTRIBUTE_LENGTH, { each: true })
  attribute?: string[];

  @IsOptional()
  @IsBoolean()
  optedOut?: boolean;
}
