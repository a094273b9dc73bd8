import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { BusinessScopedIdDto, IdentityDto, LID_HINT, MAX_LID } from './identities/identity.dto.js';
import { PageQuery } from '../../lib/page-query.js';
import { MAX_ATTRIBUTE_LENGTH, MAX_NAME_LENGTH, type Attributes } from './core/attributes.js';
import { MAX_TAG_LENGTH, MAX_TAGS } from './core/tags.js';

const MAX_PHONE_LENGTH = 100;

@JSONSchema({
  examples: [{ phoneNumber: '+5511987654321', name: 'Ana', attributes: { city: 'Recife' }, tags: ['vip'] }],
})
export class CreateContactDto {
  @IsOptional()
  @IsString()
  @MaxLength(MAX_PHONE_LENGTH)
  @JSONSchema({
    description: 'With its country code, or national where the server has a default country.',
    examples: ['+5511987654321'],
  })
  phoneNumber?: string | null;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_LID)
  @JSONSchema({ description: `The id WhatsApp shows in place of a hidden number, ${LID_HINT}.` })
  lid?: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => BusinessScopedIdDto)
  @JSONSchema({
    description: 'The id of the Cloud API. Of phoneNumber, lid and businessScopedId one is needed.',
  })
  businessScopedId?: BusinessScopedIdDto | null;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  name?: string | null;

  @IsOptional()
  @IsObject()
  @JSONSchema({
    description: 'Free fields for templates, such as `{{ contact.city }}`.',
    additionalProperties: true,
  })
  attributes?: Attributes;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_TAGS)
  @IsString({ each: true })
  @MaxLength(MAX_TAG_LENGTH, { each: true })
  tags?: string[];

  @IsOptional()
  @IsBoolean()
  optedOut?: boolean;

  /** Lists the contact becomes a member of. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  listIds?: string[];
}

@JSONSchema({ examples: [{ name: 'Ana Maria', attributes: { city: 'Olinda' } }] })
export class UpdateContactDto {
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  name?: string | null;

  @IsOptional()
  @IsObject()
  @JSONSchema({ additionalProperties: true })
  attributes?: Attributes;

  @IsOptional()
  @IsIn(['merge', 'replace'])
  @JSONSchema({
    description:
      '`merge` keeps keys that are not named and removes those set to null; `replace` starts anew.',
    default: 'merge',
  })
  attributesMode?: 'merge' | 'replace';

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_TAGS)
  @IsString({ each: true })
  @MaxLength(MAX_TAG_LENGTH, { each: true })
  @JSONSchema({ description: 'All tags the contact has from now on.' })
  tags?: string[];

  @IsOptional()
  @IsBoolean()
  optedOut?: boolean;
}

export class ContactsQuery extends PageQuery {
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  @JSONSchema({
    description:
      'A part of the name (with one or two letters: the start of a word), or the start of the number or LID.',
  })
  q?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_PHONE_LENGTH)
  @JSONSchema({ description: 'Exactly this number.' })
  phoneNumber?: string;

  @IsOptional()
  @Matches(/^\d{1,20}$/, { message: 'must be the digits of a LID, without @lid' })
  @JSONSchema({ description: 'The contact with exactly this LID.' })
  lid?: string;

  @IsOptional()
  @Matches(/^[A-Z]{2}\.[\w-]{1,128}$/, { message: 'must be a country, a dot and the id, such as BR.1a2b3c' })
  @JSONSchema({ description: 'The contact with exactly this business-scoped id, in `portfolio`.' })
  businessScopedId?: string;

  @IsOptional()
  @Matches(/^[\w-]{0,64}$/, { message: 'must be letters, digits, hyphens and underscores' })
  @JSONSchema({ description: 'The business portfolio of `businessScopedId`.' })
  portfolio?: string;

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
  @JSONSchema({ description: 'Contacts with this tag; given several times, with all of them.' })
  tag?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(20)
  @IsString({ each: true })
  @MaxLength(MAX_ATTRIBUTE_LENGTH, { each: true })
  @JSONSchema({
    description: 'Contacts with this attribute, as `key:value`; given several times, with all of them.',
  })
  attribute?: string[];

  @IsOptional()
  @IsBoolean()
  optedOut?: boolean;
}

/** What the person said last about being written to. */
export class LatestConsentDto {
  @IsIn(['granted', 'withdrawn'])
  kind!: 'granted' | 'withdrawn';

  @IsString()
  source!: string;

  @IsISO8601()
  at!: string;
}

export class ContactDto {
  @IsUUID()
  id!: string;

  @IsOptional()
  @IsString()
  @JSONSchema({ description: 'In E.164; null for a person whose number is not known.' })
  phoneNumber!: string | null;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => IdentityDto)
  @JSONSchema({
    description: 'All that the person is known by: what is written to first, what is no longer theirs last.',
  })
  identities!: IdentityDto[];

  @IsOptional()
  @IsString()
  name!: string | null;

  @IsObject()
  @JSONSchema({ additionalProperties: true })
  attributes!: Attributes;

  @IsArray()
  @IsString({ each: true })
  tags!: string[];

  @IsBoolean()
  optedOut!: boolean;

  @IsOptional()
  @IsISO8601()
  optedOutAt!: string | null;

  /** `keyword`, `api` or `import`. */
  @IsOptional()
  @IsString()
  optOutSource!: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => LatestConsentDto)
  consent!: LatestConsentDto | null;

  @IsOptional()
  @IsBoolean()
  @JSONSchema({ description: 'What the last number check found; null when there was none.' })
  onWhatsApp!: boolean | null;

  @IsISO8601()
  createdAt!: string;

  @IsISO8601()
  updatedAt!: string;
}
