import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Peer } from '../../transports/peer.js';
import type { SourceKind } from './core/source-kind.js';

export type MessageState =
  | 'pending'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'played'
  | 'failed'
  | 'skipped'
  | 'unknown'
  | 'received';

/** What came with a message of a person, beside its content. */
export interface Received {
  /** By which identities the person wrote. */
  from: Peer;
  /** What the person called himself. */
  pushName?: string;
  /** WhatsApp's id of the message it quotes. */
  quotes?: string;
  /** The network had kept it while the sender was away. */
  late?: boolean;
  /** When its text was last changed, ISO 8601. */
  editedAt?: string;
  /** The message itself has not come in, only a change of its text. */
  editOnly?: true;
}

/** `own`: what the account's owner wrote on the phone. */
export type MessageDirection = 'in' | 'out' | 'own';

/** One part handed, or about to be handed, to one chat; or one that came in. */
@Entity('messages')
@Index('messages_wa_id', ['waMessageId'])
@Index('messages_delivery_part', ['deliveryId', 'part'], {
  unique: true,
  where: "delivery_id IS NOT NULL AND direction = 'out'",
})
@Index('messages_contact', ['contactId', 'id'])
@Index('messages_tenant', ['tenantId', 'id'])
@Index('messages_text_overdue', ['tenantId', 'id'], { where: 'text_overdue' })
@Index('messages_campaign', ['campaignId', 'id'], { where: 'campaign_id IS NOT NULL' })
@Index('messages_direct', ['tenantId', 'id'], { where: 'source_id IS NOT NULL' })
@Index('messages_scheduled', ['contactId', 'sendAt'], { where: 'send_at IS NOT NULL' })
@Index('messages_source', ['sourceId', 'id'], { where: 'source_id IS NOT NULL' })
@Index('messages_inbound_once', ['senderId', 'waMessageId'], { unique: true, where: `direction = 'in'` })
export class Message {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  direction!: MessageDirection;

  @Column('uuid', { name: 'contact_id', nullable: true })
  contactId!: string | null;

  /** Null while a direct message waits for any free sender. */
  @Column('uuid', { name: 'sender_id', nullable: true })
  senderId!: string | null;

  @Column('uuid', { name: 'campaign_id', nullable: true })
  campaignId!: string | null;

  /** What it was sent for; null for a campaign, and for what came in. */
  @Column('text', { nullable: true })
  source!: SourceKind | null;

  /** Of the source: the request that a direct message or a test belongs to. */
  @Column('uuid', { name: 'source_id', nullable: true })
  sourceId!: string | null;

  /** The message that came in and that this one answers; it may be gone. */
  @Column('uuid', { name: 'reply_to', nullable: true })
  replyTo!: string | null;

  /** When a scheduled direct message is to leave. */
  @Column('timestamptz', { name: 'send_at', nullable: true })
  sendAt!: Date | null;

  @Column('uuid', { name: 'delivery_id', nullable: true })
  deliveryId!: string | null;

  /** Which part of the campaign's sequence, from 0. */
  @Column('integer', { default: 0 })
  part!: number;

  @Column('text')
  type!: string;

  /** The text as the recipient sees it. */
  @Column('text', { nullable: true })
  body!: string | null;

  /** What was sent beside the text: the rendered part without the file's bytes; null for plain text. */
  @Column('jsonb', { nullable: true })
  content!: Record<string, unknown> | null;

  /** Of what came in. */
  @Column('jsonb', { nullable: true })
  received!: Received | null;

  @Column('text')
  state!: MessageState;

  @Column('text', { nullable: true })
  code!: string | null;

  /** WhatsApp's id; allocated before hand-over where the transport accepts one. */
  @Column('text', { name: 'wa_message_id', nullable: true })
  waMessageId!: string | null;

  /** Hand-overs that did not end as sent, oldest first: MessageAttempt of the delivery. */
  @Column('jsonb', { default: () => `'[]'` })
  attempts!: Record<string, unknown>[];

  /** The recipient's claim under which it was handed over. */
  @Column('integer', { name: 'claim_epoch', default: 0 })
  claimEpoch!: number;

  /** The worker that handed it over, or was about to; when that one is gone the claim is dead. */
  @Column('uuid', { name: 'worker_id', nullable: true })
  workerId!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt!: Date | null;

  @Column('timestamptz', { name: 'delivered_at', nullable: true })
  deliveredAt!: Date | null;

  @Column('timestamptz', { name: 'read_at', nullable: true })
  readAt!: Date | null;

  /** When its text and content were removed, because the tenant keeps them for so many days only. */
  @Column('timestamptz', { name: 'text_removed_at', nullable: true })
  textRemovedAt!: Date | null;

  /** Retention has been past it while its text had to stay, or its text came back since. */
  @Column('boolean', { name: 'text_overdue', default: false })
  textOverdue!: boolean;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
