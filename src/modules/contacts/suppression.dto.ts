import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { PageQuery } from '../../lib/page-query.js';
import { BusinessScopedIdDto, LID_HINT, MAX_LID, ShownIdentityDto } from './identities/identity.dto.js';
import { suppressionScopes, type SuppressionScope } from './core/suppression-scope.js';
import type { SuppressionOrigin } from './suppression.entity.js';

const MAX_NUMBERS_PER_REQUEST = 10_000;

@JSONSchema({ examples: [{ phoneNumbers: ['+5511987654399'], reason: 'asked on the phone' }] })
export class AddSuppressionsDto {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_NUMBERS_PER_REQUEST)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  @JSONSchema({ examples: [['+5511987654399']] })
  phoneNumbers?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_NUMBERS_PER_REQUEST)
  @IsString({ each: true })
  @MaxLength(MAX_LID, { each: true })
  @JSONSchema({ description: `The ids WhatsApp shows in place of hidden numbers, ${LID_HINT}.` })
  lids?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_NUMBERS_PER_REQUEST)
  @ValidateNested({ each: true })
  @Type(() => BusinessScopedIdDto)
  @JSONSchema({ description: 'Ids of the Cloud API.' })
  businessScopedIds?: BusinessScopedIdDto[];

  @IsOptional()
  @IsIn(suppressionScopes)
  @JSONSchema({
    description:
      '`everything`; `marketing`: messages of that purpose only; `topic`: campaigns about `topic` only.',
    default: 'everything',
  })
  scope?: SuppressionScope | null;

  @IsOptional()
  @IsString()
  @MaxLength(64)
  @JSONSchema({ description: 'With the scope `topic`: that of the campaigns.', examples: ['newsletter'] })
  topic?: string | null;

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

  @IsOptional()
  @IsString()
  @MaxLength(MAX_LID)
  @JSONSchema({ description: `Exactly this LID, ${LID_HINT}.` })
  lid?: string;

  @IsOptional()
  @IsIn(suppressionScopes)
  @JSONSchema({ description: 'Suppressions of this scope.' })
  scope?: SuppressionScope;
}

/** Of phoneNumber, lid and businessScopedId one is there. */
export class SuppressionDto extends ShownIdentityDto {
  @IsUUID()
  id!: string;

  @IsIn(suppressionScopes)
  scope!: SuppressionScope;

  @IsOptional()
  @IsString()
  topic!: string | null;

  @IsIn(['tenant', 'network'])
  @JSONSchema({
    description:
      '`tenant`: set by a user or an import; `network`: by WhatsApp, which no transport reports yet.',
  })
  origin!: SuppressionOrigin;

  @IsOptional()
  @IsString()
  reason!: string | null;

  @IsISO8601()
  createdAt!: string;
}
