import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { CampaignPartDto, CampaignPartResponse, MAX_PARTS } from '../../content/index.js';

/** One version of a campaign; its texts are given like a campaign's own. */
export class CampaignVariantDto {
  /** What the results call it. */
  @IsString()
  name!: string;

  /** Its share of the recipients, relative to the other variants' weights. */
  @IsOptional()
  @IsNumber()
  @JSONSchema({ default: 1, exclusiveMinimum: 0, maximum: 1_000 })
  weight?: number;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_PARTS)
  @ValidateNested({ each: true })
  @Type(() => CampaignPartDto)
  messages?: CampaignPartDto[];

  /** Short for one text part. */
  @IsOptional()
  @IsString()
  template?: string;

  /** A saved text as the one text part. */
  @IsOptional()
  @IsUUID()
  templateId?: string;
}

export class CampaignVariantResponse {
  @IsString()
  name!: string;
  @IsNumber()
  weight!: number;
  /** How many recipients were assigned to it. */
  @IsInt()
  recipients!: number;
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => CampaignPartResponse)
  messages!: CampaignPartResponse[];
}
