import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, IsString, IsUUID, ValidateNested } from 'class-validator';
import { ShownIdentityDto } from '../../contacts/index.js';
import { renderFailures, type RenderFailure } from '../../content/index.js';

const codes = [...renderFailures, 'internal_error'] as const;

export class PartProblemResponse {
  /** From 0. */
  @IsInt()
  part!: number;
  /** `internal_error` of a recipient that has failed; the others of one that is still to be sent to. */
  @IsIn(codes)
  code!: RenderFailure | 'internal_error';
  @IsString()
  message!: string;
  /** The variable that is missing, as the text writes it. */
  @IsOptional()
  @IsString()
  variable?: string;
}

export class RecipientProblemsResponse extends ShownIdentityDto {
  @IsUUID()
  id!: string;
  @IsUUID()
  contactId!: string;
  @IsOptional()
  @IsString()
  name!: string | null;
  /** Which variant the recipient would get, in a campaign that has some. */
  @IsOptional()
  @IsString()
  variant?: string;
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PartProblemResponse)
  problems!: PartProblemResponse[];
}
