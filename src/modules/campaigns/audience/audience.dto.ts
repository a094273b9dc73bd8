import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { MAX_ADDRESS_LENGTH } from '../../contacts/index.js';
import { audienceSources, type AudienceSource } from './core/audience-rules.js';

const MAX_EXCLUDED_NUMBERS = 10_000;

/** Recipients to exclude, whatever source they came from. */
export class AudienceExclusionsDto {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  listIds?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  segmentIds?: string[];

  /** Whom these campaigns have reached or may still reach. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  campaignIds?: string[];

  /** People by number, LID (`lid:<digits>`) or business-scoped id (`bsuid:<portfolio>:<id>`). */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_EXCLUDED_NUMBERS)
  @IsString({ each: true })
  @MaxLength(MAX_ADDRESS_LENGTH, { each: true })
  phoneNumbers?: string[];
}

export class AudienceSourceResponse {
  @IsIn(audienceSources)
  source!: AudienceSource;
  /** Of the list, segment or import. */
  @IsOptional()
  @IsUUID()
  id?: string;
  /** Contacts it found. */
  @IsInt()
  matched!: number;
  /** Those of them that no earlier source had found. */
  @IsInt()
  added!: number;
}

/** How many were excluded, each counted once: under the first exclusion that applies. */
export class AudienceExcludedResponse {
  @IsInt()
  phoneNumbers!: number;
  @IsInt()
  lists!: number;
  @IsInt()
  segments!: number;
  @IsInt()
  campaigns!: number;
}

export class CampaignAudienceResponse {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => AudienceSourceResponse)
  sources!: AudienceSourceResponse[];
  /** Found more than once, by one source or several. */
  @IsInt()
  duplicates!: number;
  @ValidateNested()
  @Type(() => AudienceExcludedResponse)
  excluded!: AudienceExcludedResponse;
}
