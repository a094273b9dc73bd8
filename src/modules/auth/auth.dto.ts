import { Type } from 'class-transformer';
import {
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { Role } from './auth.entity.js';
import { scopes, type Scope } from './principal.js';

const roles: readonly Role[] = ['owner', 'admin', 'manager', 'agent', 'viewer'];

@JSONSchema({ examples: [{ email: 'owner@example.com', password: 'correct horse battery' }] })
export class LoginDto {
  @IsString()
  @MinLength(1)
  @MaxLength(320)
  email!: string;

  @IsString()
  @MinLength(1)
  @MaxLength(1_024)
  password!: string;
}

@JSONSchema({ examples: [{ refreshToken: 'the refreshToken of the last answer' }] })
export class RefreshTokenDto {
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  refreshToken!: string;
}

export class UserDto {
  @IsUUID()
  id!: string;

  @IsUUID()
  tenantId!: string;

  @IsString()
  email!: string;

  @IsIn(roles)
  role!: Role;
}

export class TokensDto {
  @IsString()
  accessToken!: string;

  /** Works once: every refresh returns the next one. */
  @IsString()
  refreshToken!: string;

  /** Seconds until the access token expires. */
  @IsInt()
  expiresIn!: number;

  @ValidateNested()
  @Type(() => UserDto)
  user!: UserDto;
}

export class LoggedOutDto {
  @IsBoolean()
  loggedOut!: boolean;
}

export class MeDto extends UserDto {
  @IsArray()
  @IsIn(scopes, { each: true })
  scopes!: Scope[];

  @IsIn(['jwt', 'api_key', 'basic', 'none'])
  via!: string;
}

@JSONSchema({ examples: [{ name: 'Web shop', scopes: ['contacts:read', 'contacts:write'] }] })
export class CreateApiKeyDto {
  @IsString()
  @MinLength(1)
  @MaxLength(100)
  name!: string;

  @IsArray()
  @ArrayNotEmpty()
  @IsIn(scopes, { each: true, message: `must be among ${scopes.join(', ')}` })
  scopes!: Scope[];

  @IsOptional()
  @IsISO8601({ strict: true })
  expiresAt?: string | null;
}

export class ApiKeyDto {
  @IsUUID()
  id!: string;

  @IsString()
  name!: string;

  /** The first characters of the key. */
  @IsString()
  prefix!: string;

  @IsArray()
  @IsIn(scopes, { each: true })
  scopes!: string[];

  @IsOptional()
  @IsISO8601()
  expiresAt!: string | null;

  @IsOptional()
  @IsISO8601()
  revokedAt!: string | null;

  @IsOptional()
  @IsISO8601()
  lastUsedAt!: string | null;

  @IsISO8601()
  createdAt!: string;
}

export class CreatedApiKeyDto extends ApiKeyDto {
  /** The key itself. It is shown this once. */
  @IsString()
  key!: string;
}
