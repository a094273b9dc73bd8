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
import { OtherIdentityDto } from '../contacts/index.js';
import { PageQuery } from '../../lib/page-query.js';
import { sourceKinds, type MessageDirection, type MessageState, type SourceKind } from '../delivery/index.js';

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
export const messageDirections = ['in', 'out', 'own'] as const satisfies readonly MessageDirection[];

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

  /** `out` was sent by a sender, `in` was received, `own` is what the account's owner wrote on the phone. */
  @IsOptional()
  @IsIn(messageDirections)
  direction?: MessageDirection;

  /** `direct` was sent with /api/message/send or send-bulk, `campaign` by a campaign, `test` as a test of one. */
  @IsOptional()
  @IsIn(sourceKinds)
  kind?: SourceKind;

  /** The id that /api/message/send-bulk returned. */
  @IsOptional()
  @IsUUID()
  bulkId?: string;

  /** The id that /api/campaigns/{id}/test returned. */
  @IsOptional()
  @IsUUID()
  testId?: string;
}

export class MessageWaitResponse {
  /** As in `waitingFor` of a campaign's statistics. */
  @IsString()
  reason!: string;

  @IsOptional()
  @IsISO8601()
  until!: string | null;
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

export class MessageResponse extends OtherIdentityDto {
  @IsUUID()
  id!: string;

  @IsIn(messageDirections)
  direction!: MessageDirection;

  /** Null for what came in. */
  @IsOptional()
  @IsIn(sourceKinds)
  kind!: SourceKind | null;

  @IsIn(messageStates)
  state!: MessageState;

  /** Why it failed, was skipped or is unknown. */
  @IsOptional()
  @IsString()
  code!: string | null;

  /** Null while a direct message waits for any free sender. */
  @IsOptional()
  @IsUUID()
  senderId!: string | null;

  /** The recipient's number; null for what came in, and where another identity was written to. */
  @IsOptional()
  @IsString()
  to!: string | null;

  /** The number of the person it came from; null for what was sent, and while the number is not known. */
  @IsOptional()
  @IsString()
  from!: string | null;

  /** The id of the message that it answers; null for what answers none, and once that message is gone. */
  @IsOptional()
  @IsUUID()
  replyTo!: string | null;

  /** When a scheduled message is to leave. */
  @IsOptional()
  @IsISO8601()
  sendAt!: string | null;

  /** What a queued message waits for, when that is more than the usual pause of a sender. */
  @IsOptional()
  @ValidateNested()
  @Type(() => MessageWaitResponse)
  waitingFor!: MessageWaitResponse | null;

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

  /** The other fields of a location, a contact card, a poll or a tapped button; `file` says what a file that came in is. */
  @IsOptional()
  @IsObject()
  details!: Record<string, unknown> | null;

  /** What the person who wrote calls himself on WhatsApp. */
  @IsOptional()
  @IsString()
  pushName!: string | null;

  /** WhatsApp's id of the message that this one, which came in, quotes. */
  @IsOptional()
  @IsString()
  quotedWaMessageId!: string | null;

  /** When the person last changed the text; `content` is the text since then. */
  @IsOptional()
  @IsISO8601()
  editedAt!: string | null;

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

  /** When text, file and details were removed, after the days of `retention` in the settings. */
  @IsOptional()
  @IsISO8601()
  textRemovedAt!: string | null;
}
