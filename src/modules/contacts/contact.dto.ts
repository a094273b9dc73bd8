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
  MaxLength,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { PageQuery } from '../../lib/page-query.js';
import { MAX_NAME_LENGTH, type Attributes } from './core/attributes.js';

const MAX_PHONE_LENGTH = 100;

@JSONSchema({ examples: [{ phoneNumber: '+5511987654321', name: 'Ana', attributes: { city: 'Recife' } }] })
export class CreateContactDto {
  @IsString()
  @MaxLength(MAX_PHONE_LENGTH)
  @JSONSchema({
    description: 'With its country code, or national where the server has a default country.',
    examples: ['+5511987654321'],
  })
  phoneNumber!: string;

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
  @IsBoolean()
  optedOut?: boolean;
}

export class ContactsQuery extends PageQuery {
  @IsOptional()
  @IsString()
  @MaxLength(MAX_NAME_LENGTH)
  @JSONSchema({ description: 'The start of the number, or of a word of the name.' })
  q?: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_PHONE_LENGTH)
  @JSONSchema({ description: 'Exactly this number.' })
  phone?: string;

  @IsOptional()
  @IsUUID()
  listId?: string;

  @IsOptional()
  @IsBoolean()
  optedOut?: boolean;
}

export class ContactDto {
  @IsUUID()
  id!: string;

  /** E.164. */
  @IsString()
  phoneNumber!: string;

  @IsOptional()
  @IsString()
  name!: string | null;

  @IsObject()
  @JSONSchema({ additionalProperties: true })
  attributes!: Attributes;

  @IsBoolean()
  optedOut!: boolean;

  @IsOptional()
  @IsISO8601()
  optedOutAt!: string | null;

  /** `keyword`, `api` or `import`. */
  @IsOptional()
  @IsString()
  optOutSource!: string | null;

  @IsISO8601()
  createdAt!: string;

  @IsISO8601()
  updatedAt!: string;
}
