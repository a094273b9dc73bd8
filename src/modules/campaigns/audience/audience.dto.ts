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
import { audienceSources, type AudienceSource } from './core/audience-rules.js';

const MAX_EXCLUDED_NUMBERS = 10_000;

/** Who does not get a campaign, however they came into its audience. */
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

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_EXCLUDED_NUMBERS)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  phoneNumbers?: string[];
}

export class AudienceSourceResponse {
  @IsIn(audienceSources)
  source!: AudienceSource;
  /** Of the list, segment or import. */
  @IsOptional()
  @IsUUID()
  id?: string;
  /** Contacts it named. */
  @IsInt()
  matched!: number;
  /** Those of them that no source before it had named. */
  @IsInt()
  added!: number;
}

/** How many were taken out of the audience, each counted once: under the first of these that names them. */
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
  /** Named more than once, by one source or several. */
  @IsInt()
  duplicates!: number;
  @ValidateNested()
  @Type(() => AudienceExcludedResponse)
  excluded!: AudienceExcludedResponse;
}
