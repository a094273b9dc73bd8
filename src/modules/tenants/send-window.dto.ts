import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

const TIME_OF_DAY = /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/;
const TIME_MESSAGE = 'write a time of day such as 09:00, or 24:00 for the end of the day';

export class DayHoursDto {
  /** Monday is 1. */
  @IsInt()
  @Min(1)
  @Max(7)
  day!: number;

  @Matches(TIME_OF_DAY, { message: TIME_MESSAGE })
  from!: string;

  /** Not later than `from`: on the next day. */
  @Matches(TIME_OF_DAY, { message: TIME_MESSAGE })
  to!: string;
}

export class SendWindowDto {
  /** `tenant` or `recipient` for their own time, or an IANA time zone such as America/Sao_Paulo. */
  @IsString()
  @MaxLength(64)
  timeZone!: string;

  /** A day that is not listed is closed. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => DayHoursDto)
  days!: DayHoursDto[];
}

export class QuietHoursDto {
  @Matches(TIME_OF_DAY, { message: TIME_MESSAGE })
  from!: string;

  /** Not later than `from`: on the next day. */
  @Matches(TIME_OF_DAY, { message: TIME_MESSAGE })
  to!: string;

  /** `tenant` or `recipient` for their own time, or an IANA time zone such as America/Sao_Paulo. */
  @IsString()
  @MaxLength(64)
  timeZone!: string;
}
