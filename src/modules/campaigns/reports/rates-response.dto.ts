import { Type } from 'class-transformer';
import { IsInt, IsNumber, IsOptional, ValidateNested } from 'class-validator';

/** A share of recipients, with Wilson's interval in which it lies in 95 of 100 cases. */
export class RateResponse {
  @IsInt()
  count!: number;
  /** Out of how many. */
  @IsInt()
  of!: number;
  /** `count / of`, 0 to 1; absent while there is nothing to count. */
  @IsOptional()
  @IsNumber()
  rate!: number | null;
  @IsOptional()
  @IsNumber()
  low!: number | null;
  @IsOptional()
  @IsNumber()
  high!: number | null;
}

/** `delivered`, `read`, `replied` and `optedOut` are of those WhatsApp took the message for; `failed` of all tried. */
export class RatesResponse {
  @ValidateNested()
  @Type(() => RateResponse)
  delivered!: RateResponse;
  @ValidateNested()
  @Type(() => RateResponse)
  read!: RateResponse;
  @ValidateNested()
  @Type(() => RateResponse)
  replied!: RateResponse;
  @ValidateNested()
  @Type(() => RateResponse)
  optedOut!: RateResponse;
  @ValidateNested()
  @Type(() => RateResponse)
  failed!: RateResponse;
}
