import { Type } from 'class-transformer';
import {
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  ValidateNested,
} from 'class-validator';
import { PageQuery } from '../../lib/page-query.js';
import type { MessageState } from './message.entity.js';

export const messageStates = [
  'pending',
  'queued',
  'sending',
  'sent',
  'delivered',
  'read',
  'played',
  'failed',
  'skipped',
  'unknown',
  'received',
] as const satisfies readonly MessageState[];
export const messageDirections = ['in', 'out'] as const;

export class ListMessagesQuery extends PageQuery {
  @IsOptional()
  @IsUUID()
  campaignId?: string;

  @IsOptional()
  @IsUUID()
  contactId?: string;

  @IsOptional()
  @IsUUID()
  senderId?: string;

  @IsOptional()
  @IsIn(messageStates)
  state?: MessageState;

  /** `out` was sent by a sender, `in` was received. */
  @IsOptional()
  @IsIn(messageDirections)
  direction?: 'in' | 'out';
}

export class MessageMediaResponse {
  @IsUUID()
  id!: string;

  /** Where it can be downloaded, unless it was deleted since. */
  @IsString()
  contentUrl!: string;

  /** The name the recipient sees, where the part gave one. */
  @IsOptional()
  @IsString()
  fileName!: string | null;
}

export class MessageResponse {
  @IsUUID()
  id!: string;

  @IsIn(messageDirections)
  direction!: 'in' | 'out';

  @IsIn(messageStates)
  state!: MessageState;

  /** Why it failed, was skipped, or is of unknown fate. */
  @IsOptional()
  @IsString()
  code!: string | null;

  @IsUUID()
  senderId!: string;

  /** WhatsApp's own id. */
  @IsOptional()
  @IsString()
  waMessageId!: string | null;

  @IsOptional()
  @IsUUID()
  contactId!: string | null;

  @IsOptional()
  @IsUUID()
  campaignId!: string | null;

  /** Which part of the campaign's sequence, from 0. */
  @IsInt()
  part!: number;

  @IsString()
  type!: string;

  /** The text as the recipient sees it, or as it was received: of an image its caption, of a poll its question. */
  @IsOptional()
  @IsString()
  content!: string | null;

  /** The file it carries. */
  @IsOptional()
  @ValidateNested()
  @Type(() => MessageMediaResponse)
  media!: MessageMediaResponse | null;

  /** The other fields of a location, a contact card or a poll, as they were sent. */
  @IsOptional()
  @IsObject()
  details!: Record<string, unknown> | null;

  @IsISO8601()
  createdAt!: string;

  @IsOptional()
  @IsISO8601()
  sentAt!: string | null;

  @IsOptional()
  @IsISO8601()
  deliveredAt!: string | null;

  @IsOptional()
  @IsISO8601()
  readAt!: string | null;
}
