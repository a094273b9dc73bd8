import { Type } from 'class-transformer';
import {
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import { ShownIdentityDto } from '../../contacts/index.js';
import { recipientStates } from '../campaign-query.dto.js';
import type { DeliveryState } from '../../delivery/index.js';

export class RecipientResponse extends ShownIdentityDto {
  @IsUUID()
  id!: string;
  @IsUUID()
  contactId!: string;
  @IsOptional()
  @IsString()
  name!: string | null;
  @IsIn(recipientStates)
  state!: DeliveryState;
  /** Why it was skipped, failed or is unknown. */
  @IsOptional()
  @IsString()
  code!: string | null;
  /** The code in words. */
  @IsOptional()
  @IsString()
  reason!: string | null;
  /** The name of its variant, in a campaign that has variants. */
  @IsOptional()
  @IsString()
  variant!: string | null;
  /** Parts WhatsApp has taken. */
  @IsInt()
  partsSent!: number;
  @IsOptional()
  @IsUUID()
  senderId!: string | null;
  @IsOptional()
  @IsString()
  senderName!: string | null;
  @IsOptional()
  @IsISO8601()
  queuedAt!: string | null;
  @IsOptional()
  @IsISO8601()
  sentAt!: string | null;
  @IsOptional()
  @IsISO8601()
  deliveredAt!: string | null;
  @IsOptional()
  @IsISO8601()
  readAt!: string | null;
  @IsOptional()
  @IsISO8601()
  repliedAt!: string | null;
  @IsOptional()
  @IsISO8601()
  optedOutAt!: string | null;
}

export class TraceStepResponse {
  @IsISO8601()
  at!: string;
  /** What happened: added, started, queued, waited, came_back, sending, sent, delivered, read, failed, ... */
  @IsString()
  step!: string;
  /** The same in words. */
  @IsString()
  text!: string;
  /** Of which message of the campaign, from 0. */
  @IsOptional()
  @IsInt()
  part?: number;
  @IsOptional()
  @IsUUID()
  senderId?: string;
  @IsOptional()
  @IsString()
  senderName?: string;
  @IsOptional()
  @IsString()
  code?: string;
}

export class TraceResponse extends ShownIdentityDto {
  /** The recipient. */
  @IsUUID()
  id!: string;
  @IsUUID()
  contactId!: string;
  @IsOptional()
  @IsString()
  name!: string | null;
  @IsIn(recipientStates)
  state!: DeliveryState;
  @IsOptional()
  @IsString()
  code!: string | null;
  /** Why it was sent, or why not (yet), in a sentence or two. */
  @IsString()
  summary!: string;
  /** In the order in which they happened. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => TraceStepResponse)
  steps!: TraceStepResponse[];
}
