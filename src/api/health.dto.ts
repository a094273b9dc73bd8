import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';

export class LiveDto {
  @IsIn(['live'])
  status!: string;
}

export class HealthCheckDto {
  @IsString()
  name!: string;

  @IsBoolean()
  ok!: boolean;

  @IsOptional()
  @IsString()
  detail?: string;
}

export class ReadyDto {
  @IsIn(['ready', 'not_ready'])
  status!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => HealthCheckDto)
  checks!: HealthCheckDto[];
}

/** What people wrote and is not worked off, up to 100,000 each; null while the database does not answer. */
export class InboundDto {
  /** Stored a moment ago, as a rule. */
  @IsOptional()
  @IsInt()
  waiting!: number | null;

  /** Failed too often: logged with the alert `inbound.parked`. */
  @IsOptional()
  @IsInt()
  parked!: number | null;

  /** Could not be stored as what it is: logged with the alert `inbound.dropped`. */
  @IsOptional()
  @IsInt()
  refused!: number | null;
}

/** Carries the fields of every document that describes `GET /health`. */
export class HealthDto {
  @IsBoolean()
  success!: boolean;

  @IsString()
  message!: string;

  @IsIn(['healthy', 'unhealthy'])
  status!: string;

  @IsISO8601()
  timestamp!: string;

  @IsString()
  version!: string;

  /** Seconds since the process started. */
  @IsInt()
  uptime!: number;

  /** Senders that are connected. */
  @IsInt()
  sessions!: number;

  /** How many senders there are by status. */
  @IsObject()
  senders!: Record<string, number>;

  @ValidateNested()
  @Type(() => InboundDto)
  inbound!: InboundDto;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => HealthCheckDto)
  checks!: HealthCheckDto[];
}
