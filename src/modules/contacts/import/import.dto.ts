import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MAX_SOURCE_LENGTH } from '../consent/consent.dto.js';
import { encodingNames } from './core/encodings.js';
import { columnTypes, type ColumnType } from './core/mapping.js';
import type { ImportStatus } from './import.entity.js';

/** A tab is hard to type into a form. */
export const delimiterNames = [',', ';', '|', '\t', 'comma', 'semicolon', 'pipe', 'tab'] as const;
export type DelimiterName = (typeof delimiterNames)[number];

/** More than blanks. */
const SOMETHING = /\S/;

/** The text fields that come with an uploaded file. */
export class ImportContactsDto {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @Matches(SOMETHING, { message: 'must not be blank; give the name of a list, or leave the field out' })
  @JSONSchema({
    description: 'All contacts of the file become members; made when there is none of that name.',
  })
  listName?: string;

  @IsOptional()
  @IsString()
  @Length(2, 2, { message: 'must be a two-letter country code such as BR' })
  @JSONSchema({ description: 'The country of numbers without a country code.', examples: ['BR'] })
  defaultCountry?: string;

  @IsOptional()
  @IsString()
  @MaxLength(20_000)
  @Matches(SOMETHING, { message: 'must not be blank; give a JSON object, or leave the field out' })
  @JSONSchema({
    description:
      'JSON: `phoneNumber`, `name`, `tags`, `optedOut` or an attribute to the title of its column, or the position of the column from 1. `{"column":"VIP","type":"boolean"}` makes the values of an attribute true or false.',
    examples: ['{"phoneNumber":"Celular","name":"Cliente","vip":{"column":"VIP","type":"boolean"}}'],
  })
  mapping?: string;

  @IsOptional()
  @IsIn(['update', 'skip'], { message: 'must be update or skip' })
  @JSONSchema({ description: 'What to do with contacts that exist.', default: 'update' })
  onDuplicate?: 'update' | 'skip';

  @IsOptional()
  @IsString()
  @MaxLength(MAX_SOURCE_LENGTH)
  @Matches(SOMETHING, {
    message: 'must not be blank; say where the consent is from, or leave the field out',
  })
  @JSONSchema({
    description: 'Records consent with this source for all contacts of the file who have not opted out.',
    examples: ['web form'],
  })
  consentSource?: string;

  @IsOptional()
  @IsIn(delimiterNames, { message: 'must be comma, semicolon, pipe or tab' })
  @JSONSchema({ description: 'Of a csv file; found by itself when it is not given.' })
  delimiter?: DelimiterName;

  @IsOptional()
  @IsString()
  @MaxLength(40)
  @Matches(SOMETHING, {
    message: 'must not be blank; give a name such as windows-1250, or leave the field out',
  })
  @JSONSchema({
    description: `Of a csv file that is not UTF-8 or UTF-16: ${encodingNames.join(', ')}, or a usual name of one of them.`,
    examples: ['windows-1250'],
  })
  encoding?: string;

  @IsOptional()
  @IsIn(['include', 'skip'], { message: 'must be include or skip' })
  @JSONSchema({
    description: 'What to do with rows of a sheet that a filter or its author has hidden.',
    default: 'skip',
  })
  hiddenRows?: 'include' | 'skip';
}

export class ImportAcceptedDto {
  @IsUUID()
  id!: string;
}

export class ImportCountsDto {
  /** The sum of the others. */
  @IsInt()
  rows!: number;

  @IsInt()
  created!: number;

  @IsInt()
  updated!: number;

  @IsInt()
  unchanged!: number;

  /** Rows that repeat an earlier row's number. */
  @IsInt()
  duplicate!: number;

  @IsInt()
  invalid!: number;
}

export class ImportAttributeDto {
  @IsString()
  key!: string;

  /** The title of its column. */
  @IsString()
  column!: string;

  @IsIn(columnTypes)
  type!: ColumnType;
}

/** What each column was taken for, by the titles; `column 1`, `column 2`, ... in a file without titles. */
export class ImportColumnsDto {
  @IsString()
  @JSONSchema({ description: 'The column of numbers.' })
  phoneNumber!: string;

  @IsArray()
  @IsString({ each: true })
  @JSONSchema({ description: 'Looked at, in this order, in rows in which that one holds no usable number.' })
  otherPhoneNumbers!: string[];

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  @JSONSchema({ description: 'Columns of LIDs and business-scoped ids; absent where there are none.' })
  identities?: string[];

  @IsArray()
  @IsString({ each: true })
  @JSONSchema({
    description:
      'Columns that say which country a number without its code is from; they are attributes, too.',
  })
  country!: string[];

  @IsArray()
  @IsString({ each: true })
  @JSONSchema({
    description:
      'Columns of area codes, such as `DDD`, that go with the numbers beside them; they are attributes, too.',
  })
  areaCode!: string[];

  @IsArray()
  @IsString({ each: true })
  name!: string[];

  @IsArray()
  @IsString({ each: true })
  tags!: string[];

  @IsArray()
  @IsString({ each: true })
  @JSONSchema({
    description:
      'Columns that say who opted out; those of a status or a consent only where their cells do so in words.',
  })
  optedOut!: string[];

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ImportAttributeDto)
  attributes!: ImportAttributeDto[];

  @IsArray()
  @IsString({ each: true })
  ignored!: string[];
}

const statuses: readonly ImportStatus[] = ['queued', 'running', 'completed', 'failed'];

export class ImportDto {
  @IsUUID()
  id!: string;

  @IsIn(statuses)
  status!: ImportStatus;

  @IsString()
  fileName!: string;

  @IsOptional()
  @IsUUID()
  listId!: string | null;

  @ValidateNested()
  @Type(() => ImportCountsDto)
  counts!: ImportCountsDto;

  @IsInt()
  @JSONSchema({ description: 'Percent of the file.' })
  progress!: number;

  /** What was found out about the file, in sentences: a guessed encoding, hidden rows, rows above the titles. */
  @IsArray()
  @IsString({ each: true })
  @JSONSchema({ description: 'Sentences about the file; known once the import has ended.' })
  warnings!: string[];

  /** There as soon as the titles were read. */
  @IsOptional()
  @ValidateNested()
  @Type(() => ImportColumnsDto)
  columns?: ImportColumnsDto;

  /** Why the file was refused. */
  @IsOptional()
  @IsString()
  error?: string;

  /** The rejected rows as csv; there when there are any. */
  @IsOptional()
  @IsString()
  errorsUrl?: string;

  @IsISO8601()
  createdAt!: string;

  @IsOptional()
  @IsISO8601()
  startedAt!: string | null;

  @IsOptional()
  @IsISO8601()
  completedAt!: string | null;
}
