import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MAX_NAME_LENGTH, type Attributes } from '../core/attributes.js';
import { MAX_TAG_LENGTH, MAX_TAGS } from '../core/tags.js';
import type { BulkEditStatus } from './bulk-edit.entity.js';

const MAX_IDS = 10_000;
const MAX_LISTS = 100;

export class ContactFilterDto {
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
  @JSONSchema({ description: 'Contacts whose number is known, or those whose is not.' })
  hasPhone?: boolean;

  @IsOptional()
  @IsUUID()
  listId?: string;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(MAX_TAG_LENGTH, { each: true })
  @JSONSchema({ description: 'Contacts with all of these tags.' })
  tags?: string[];

  @IsOptional()
  @IsObject()
  @JSONSchema({ description: 'Contacts with all of these attributes.', additionalProperties: true })
  attributes?: Attributes;

  @IsOptional()
  @IsBoolean()
  optedOut?: boolean;
}

export class BulkChangesDto {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_TAGS)
  @IsString({ each: true })
  @MaxLength(MAX_TAG_LENGTH, { each: true })
  addTags?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_TAGS)
  @IsString({ each: true })
  @MaxLength(MAX_TAG_LENGTH, { each: true })
  removeTags?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_LISTS)
  @IsUUID(undefined, { each: true })
  addToListIds?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_LISTS)
  @IsUUID(undefined, { each: true })
  removeFromListIds?: string[];

  @IsOptional()
  @IsObject()
  @JSONSchema({ description: 'Merged; keys set to null go.', additionalProperties: true })
  attributes?: Attributes;

  @IsOptional()
  @IsBoolean()
  optedOut?: boolean;
}

@JSONSchema({
  examples: [
    { filter: { tags: ['vip'] }, changes: { addTags: ['spring'], attributes: { season: 'spring' } } },
  ],
})
export class BulkEditContactsDto {
  @IsOptional()
  @ValidateNested()
  @Type(() => ContactFilterDto)
  @JSONSchema({ description: 'Which contacts; `{}` means all. Send this, `contactIds` or `listId`.' })
  filter?: ContactFilterDto;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IDS)
  @IsUUID(undefined, { each: true })
  contactIds?: string[];

  @IsOptional()
  @IsUUID()
  @JSONSchema({ description: 'All members of this list.' })
  listId?: string;

  @ValidateNested()
  @Type(() => BulkChangesDto)
  changes!: BulkChangesDto;

  @IsOptional()
  @IsBoolean()
  @JSONSchema({ description: 'Only count the contacts; nothing changes.' })
  dryRun?: boolean;
}

const statuses: readonly (BulkEditStatus | 'dry_run')[] = [
  'queued',
  'running',
  'completed',
  'failed',
  'dry_run',
];

export class BulkEditDto {
  @IsOptional()
  @IsUUID()
  @JSONSchema({ description: 'Null for a dry run, of which nothing is kept.' })
  id!: string | null;

  @IsIn(statuses)
  status!: BulkEditStatus | 'dry_run';

  /** Contacts that fitted when it was asked for. */
  @IsInt()
  matched!: number;

  @IsInt()
  processed!: number;

  /** Those that are different now. */
  @IsInt()
  changed!: number;

  @IsInt()
  @JSONSchema({ description: 'Percent.' })
  progress!: number;

  /** Why it ended early. */
  @IsOptional()
  @IsString()
  error?: string;

  @IsOptional()
  @IsISO8601()
  createdAt!: string | null;

  @IsOptional()
  @IsISO8601()
  completedAt!: string | null;
}
