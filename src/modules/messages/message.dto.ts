import { IsIn, IsInt, IsISO8601, IsOptional, IsString, IsUUID } from 'class-validator';
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

  /** The text as the recipient sees it, or as it was received. */
  @IsOptional()
  @IsString()
  content!: string | null;

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
