import { Type } from 'class-transformer';
import { IsIn, IsInt, IsISO8601, IsNumber, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { canaryStates, type CanaryState } from './core/canary.js';

/** PostgreSQL's. */
export const MAX_INTEGER = 2_147_483_647;
/** A month. */
const MAX_MINUTES = 43_200;

export class CanaryLimitsDto {
  /** Of the first recipients; no limit unless given. */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(100)
  maxFailedPercent?: number;

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(100)
  maxOptedOutPercent?: number;

  /** Minutes after the first recipients were done. */
  @IsInt()
  @Min(1)
  @Max(MAX_MINUTES)
  afterMinutes!: number;
}

/** Give `recipients` or `percent`. */
export class CanaryDto {
  /** How many recipients go first. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_INTEGER)
  recipients?: number;

  /** The share of the audience that goes first, at least one recipient. */
  @IsOptional()
  @IsNumber()
  @Min(0.01)
  @Max(100)
  percent?: number;

  /** Goes on by itself when these limits hold; without it an operator has to continue. */
  @IsOptional()
  @ValidateNested()
  @Type(() => CanaryLimitsDto)
  continueWhen?: CanaryLimitsDto;
}

export class BrokenCanaryResponse {
  @IsISO8601()
  at!: string;

  @IsNumber()
  failedPercent!: number;

  @IsNumber()
  optedOutPercent!: number;
}

export class CanaryResponse {
  /** With `percent`: how many that are. */
  @IsInt()
  recipients!: number;

  @IsOptional()
  @IsNumber()
  percent?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => CanaryLimitsDto)
  continueWhen?: CanaryLimitsDto;

  /** `waiting`: the first recipients are done; `broken`: the limits were exceeded. */
  @IsIn(canaryStates)
  state!: CanaryState;

  /** When the first recipients were done. */
  @IsOptional()
  @IsISO8601()
  reachedAt?: string;

  @IsOptional()
  @IsISO8601()
  passedAt?: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => BrokenCanaryResponse)
  broken?: BrokenCanaryResponse;
}
