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
import { MAX_EXPORT_COLUMNS } from './export-parts.js';
import type { ExportFormat } from './export.service.js';

const formats: readonly ExportFormat[] = ['csv', 'xlsx'];

/** The filters of the list; an export has no pages. */
export class ExportContactsQuery {
  @IsOptional()
  @IsIn(formats)
  @JSONSchema({ default: 'csv' })
  format?: ExportFormat;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_EXPORT_COLUMNS)
  @IsString({ each: true })
  @MaxLength(64, { each: true })
  @JSONSchema({
    description:
      'Titles of the columns, such as `phoneNumber` or the name of an attribute, in their order; all unless given.',
  })
  columns?: string[];

  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  q?: string;

  @IsOptional()
  @IsString()
  @MaxLength(100)
  phoneNumber?: string;

  @IsOptional()
  @IsBoolean()
  hasPhone?: boolean;

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
