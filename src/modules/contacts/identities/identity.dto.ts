import { Type } from 'class-transformer';
import { IsIn, IsISO8601, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IDENTITY_KINDS, type IdentityKind } from '../core/identity.js';

export const LID_HINT = 'digits only, without @lid';
export const MAX_LID = 20;
const MAX_ID = 131;
const MAX_PORTFOLIO = 64;

@JSONSchema({ examples: [{ id: 'BR.1a2b3c4d', portfolio: '1029384756' }] })
export class BusinessScopedIdDto {
  @IsString()
  @MaxLength(MAX_ID)
  @JSONSchema({ description: 'A country, a dot, and up to 128 letters, digits, hyphens and underscores.' })
  id!: string;

  @IsOptional()
  @IsString()
  @MaxLength(MAX_PORTFOLIO)
  @JSONSchema({ description: 'The business portfolio in which the id holds.' })
  portfolio?: string | null;
}

/** What stands in place of a number for a person without one. */
export class OtherIdentityDto {
  @IsOptional()
  @IsString()
  @JSONSchema({ description: 'The digits of the LID of a person who is known by that.' })
  lid!: string | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => BusinessScopedIdDto)
  @JSONSchema({ description: 'The id of the Cloud API, for a person who is known by that.' })
  businessScopedId!: BusinessScopedIdDto | null;
}

/** One identity of a person. Of an erased person all are null. */
export class ShownIdentityDto extends OtherIdentityDto {
  @IsOptional()
  @IsString()
  @JSONSchema({ description: 'In E.164; null for a person who is known by another identity.' })
  phoneNumber!: string | null;
}

export class IdentityDto {
  @IsIn(IDENTITY_KINDS)
  @JSONSchema({
    description:
      '`phone`: a number; `lid`: the id WhatsApp shows in place of a hidden number; `bsuid`: the business-scoped id of the Cloud API.',
  })
  kind!: IdentityKind;

  @IsString()
  @JSONSchema({
    description: 'A number in E.164, as it was given, a LID in digits, or an id such as `BR.1a2b3c`.',
  })
  value!: string;

  @IsOptional()
  @IsString()
  @JSONSchema({ description: 'The business portfolio in which a business-scoped id holds; null otherwise.' })
  scope!: string | null;

  @IsISO8601()
  since!: string;

  @IsOptional()
  @IsISO8601()
  @JSONSchema({
    description: 'When it stopped being theirs, such as a number they gave up; null while it is theirs.',
  })
  until!: string | null;
}
