import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

export class SamplePersonDto {
  @IsString()
  phoneNumber!: string;
}

export class CreateSampleDto {
  @IsString()
  @MaxLength(20)
  name!: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => SamplePersonDto)
  contacts?: SamplePersonDto[];
}

export class ListSamplesQuery {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(500)
  limit: number = 50;

  @IsOptional()
  @IsString()
  cursor?: string;

  @IsOptional()
  @IsBoolean()
  archived?: boolean;

  @IsOptional()
  @IsArray()
  @IsInt({ each: true })
  sizes?: number[];
}

export class SampleFormDto {
  @IsOptional()
  @IsString()
  listName?: string;

  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}

export class SampleDto {
  @IsString()
  name!: string;
}
