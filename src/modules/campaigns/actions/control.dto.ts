import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO31661Alpha2,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { ShownIdentityDto } from '../../contacts/index.js';
import { CampaignResponse } from '../campaign-response.dto.js';
import { copiedAudiences, type CopiedAudience } from './copy.service.js';

@JSONSchema({ examples: [{}, { codes: ['gave_up'] }] })
export class RetryFailedDto {
  /** Exactly these codes; without them all but those that would only fail again, such as not_on_whatsapp. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  codes?: string[] | null;

  /** Also `unknown` recipients, whose message may have arrived: they may get it twice. False unless given. */
  @IsOptional()
  @IsBoolean()
  unknown?: boolean | null;
}

@JSONSchema({ examples: [{ name: 'Spring sale again', audience: 'same' }] })
export class DuplicateCampaignDto {
  /** "Copy of ..." unless given. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string | null;

  /**
   * `same` (unless given): the lists, segments and other sources with their present members. `failed`, `unread`: those
   * recipients.
   */
  @IsOptional()
  @IsIn(copiedAudiences)
  audience?: CopiedAudience | null;
}

@JSONSchema({ examples: [{ phoneNumbers: ['+5511987650099'] }] })
export class TestCampaignDto {
  /** Own phones, at most five, by number, LID (`lid:<digits>`) or business-scoped id (`bsuid:<portfolio>:<id>`). */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(5)
  @IsString({ each: true })
  phoneNumbers!: string[];

  /** Whose name and values the texts are written with; the first recipient unless given. */
  @IsOptional()
  @IsUUID()
  contactId?: string | null;

  /** The name of a variant; that of the sample contact unless given. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  variant?: string | null;

  @IsOptional()
  @IsISO31661Alpha2()
  defaultCountry?: string | null;
}

export class TestRunResponse {
  /** `GET /api/messages?campaignId=` with it returns the messages and their delivery status. */
  @IsUUID()
  id!: string;
  @IsArray()
  @IsString({ each: true })
  phoneNumbers!: string[];
  /** Phones that were named by a LID or business-scoped id. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ShownIdentityDto)
  others!: ShownIdentityDto[];
  /** Messages every phone gets. */
  @IsInt()
  messages!: number;
  /** Whose name and values were used. */
  @IsUUID()
  contactId!: string;
  @IsOptional()
  @IsString()
  variant?: string;
}

export class FailedLeftResponse {
  @IsOptional()
  @IsString()
  code!: string | null;
  @IsInt()
  count!: number;
}

export class RetriedCampaignResponse extends CampaignResponse {
  /** Recipients that are sent to again. */
  @IsInt()
  retried!: number;
  /** Recipients that stay failed. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => FailedLeftResponse)
  notRetried!: FailedLeftResponse[];
}

export class ExclusionResponse {
  @IsString()
  reason!: string;
  @IsInt()
  count!: number;
  @IsString()
  message!: string;
}

export class RemovedAtCreationResponse {
  /** Named more than once. */
  @IsInt()
  duplicates!: number;
  /** Taken out by the campaign's exclusions. */
  @IsInt()
  excluded!: number;
}

export class UnableSendersResponse {
  @IsString()
  reason!: string;
  @IsInt()
  senders!: number;
}

export class DryRunSendersResponse {
  @IsInt()
  total!: number;
  /** Can send at present. */
  @IsInt()
  able!: number;
  /** Of them, those under a warm-up plan. */
  @IsInt()
  warmingUp!: number;
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => UnableSendersResponse)
  unable!: UnableSendersResponse[];
}

export class DryRunResponse {
  /** Not served yet. */
  @IsInt()
  recipients!: number;
  /** Recipients that will get nothing, each counted once under the first reason. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ExclusionResponse)
  exclusions!: ExclusionResponse[];
  @IsInt()
  willReceive!: number;
  /** All parts together. */
  @IsInt()
  messages!: number;
  /** When the campaign was made; they are not among its recipients. */
  @ValidateNested()
  @Type(() => RemovedAtCreationResponse)
  removed!: RemovedAtCreationResponse;
  @ValidateNested()
  @Type(() => DryRunSendersResponse)
  senders!: DryRunSendersResponse;
  /** Running campaigns of the same or a higher priority that share its senders; what they need is counted. */
  @IsInt()
  otherCampaigns!: number;
  @IsISO8601()
  startsAt!: string;
  /** When the last message leaves; null when they do not all. */
  @IsOptional()
  @IsISO8601()
  finishAt!: string | null;
  @IsOptional()
  @IsInt()
  durationSeconds!: number | null;
  /** Messages that do not leave, for the reason in `message`. */
  @IsInt()
  messagesLeft!: number;
  @IsString()
  message!: string;
}
