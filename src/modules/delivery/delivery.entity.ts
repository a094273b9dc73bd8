import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Purpose } from '../tenants/index.js';
import type { DeliveryState } from './core/delivery-state.js';
import type { Lane } from './core/lane.js';
import type { SourceKind } from './core/source-kind.js';

/** The SQL form of delivery-stage.ts; the last stage is that of the excluded. */
const STAGE =
  "CASE state WHEN 'pending' THEN 0 WHEN 'queued' THEN 1 WHEN 'sending' THEN 1 WHEN 'sent' THEN 2 WHEN 'delivered' THEN 2 WHEN 'read' THEN 2 WHEN 'failed' THEN 3 WHEN 'skipped' THEN 4 WHEN 'unknown' THEN 5 ELSE 6 END";

/** What one chat gets from one source, such as a recipient of a campaign, with what was known of the contact then. */
@Entity('deliveries')
@Index('deliveries_recipient', ['campaignId', 'line'], { unique: true })
@Index('deliveries_stage', ['campaignId', 'stage', 'id'])
@Index('deliveries_contact', ['contactId'])
@Index('deliveries_zone', ['campaignId', 'zone', 'id'], {
  where: `stage = 0 AND zone IS NOT NULL`,
})
@Index('deliveries_due', ['sendAt'], { where: 'campaign_id IS NULL AND stage = 0' })
@Index('deliveries_line', ['tenantId', 'line'], { where: 'campaign_id IS NULL' })
@Index('deliveries_source', ['sourceId', 'id'], { where: 'source_id IS NOT NULL' })
export class Delivery {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text', { default: 'campaign' })
  source!: SourceKind;

  /** Of the source; null for a campaign, whose id is beside it. */
  @Column('uuid', { name: 'source_id', nullable: true })
  sourceId!: string | null;

  @Column('uuid', { name: 'campaign_id', nullable: true })
  @ForeignKey('Campaign', { onDelete: 'CASCADE' })
  campaignId!: string | null;

  @Column('uuid', { name: 'contact_id' })
  contactId!: string;

  /** E.164, as it is dialled, or another identity as contacts/core/identity.ts writes it; `erased-` and the id once the person was erased. */
  @Column('text')
  phone!: string;

  /** The one form of its line, made by the database: see lib/phone-line.ts. */
  @Column({
    type: 'text',
    generatedType: 'STORED',
    asExpression: 'phone_line(phone)',
    insert: false,
    update: false,
  })
  line!: string;

  @Column('text', { nullable: true })
  name!: string | null;

  /** Which rules bind it; of a recipient of a campaign, the campaign's once it is queued. */
  @Column('text', { default: 'marketing' })
  purpose!: Purpose;

  @Column('text', { default: 'campaign' })
  lane!: Lane;

  /** Template variables of this recipient: contact attributes overlaid with the campaign's own. */
  @Column('jsonb', { default: () => `'{}'` })
  variables!: Record<string, unknown>;

  /** Which of the campaign's variants, from 0. */
  @Column('smallint', { default: 0 })
  variant!: number;

  /** The zones its number can be in (see lib/phone-zones.ts), once a window in the recipient's time needs them. */
  @Column('text', { nullable: true })
  zone!: string | null;

  @Column('text', { default: 'pending' })
  state!: DeliveryState;

  /** Made by the database from the state, for the index; see delivery-stage.ts. */
  @Column({
    type: 'smallint',
    generatedType: 'STORED',
    asExpression: STAGE,
    insert: false,
    update: false,
    select: false,
    nullable: true,
  })
  stage!: number;

  /** Why it was skipped, or the code of its failure. */
  @Column('text', { nullable: true })
  code!: string | null;

  /** How many parts it has; known once it is queued. */
  @Column('smallint', { nullable: true })
  parts!: number | null;

  /** The part to send next, from 0; equals the number of parts once all were sent. */
  @Column('integer', { name: 'next_part', default: 0 })
  nextPart!: number;

  /** Rises with every claim; a writer with an older epoch is refused. */
  @Column('integer', { name: 'claim_epoch', default: 0 })
  claimEpoch!: number;

  /** The claim epoch at the last retry of failed recipients: attempts are counted from there. */
  @Column('integer', { name: 'retried_epoch', default: 0 })
  retriedEpoch!: number;

  /** Named in the request itself; the others come from lists, segments and imports. */
  @Column('boolean', { default: false })
  inline!: boolean;

  @Column('uuid', { name: 'sender_id', nullable: true })
  senderId!: string | null;

  /** The one sender that it may take. */
  @Column('uuid', { name: 'only_sender_id', nullable: true })
  onlySenderId!: string | null;

  /** Not to leave before then; what no campaign feeds is queued when this time comes. */
  @Column('timestamptz', { name: 'send_at', nullable: true })
  sendAt!: Date | null;

  /** When the feeder last gave it to the queue. */
  @Column('timestamptz', { name: 'queued_at', nullable: true })
  queuedAt!: Date | null;

  /** What it last had to wait for once it was queued; the usual pause between messages is no wait. */
  @Column('text', { name: 'wait_reason', nullable: true })
  waitReason!: string | null;

  @Column('timestamptz', { name: 'wait_since', nullable: true })
  waitSince!: Date | null;

  /** Until when, as far as was known. */
  @Column('timestamptz', { name: 'wait_until', nullable: true })
  waitUntil!: Date | null;

  @Column('timestamptz', { name: 'sent_at', nullable: true })
  sentAt!: Date | null;

  @Column('timestamptz', { name: 'delivered_at', nullable: true })
  deliveredAt!: Date | null;

  @Column('timestamptz', { name: 'read_at', nullable: true })
  readAt!: Date | null;

  @Column('timestamptz', { name: 'replied_at', nullable: true })
  repliedAt!: Date | null;

  /** Whether that reply quotes one of its messages; otherwise this was merely the latest one to the person. */
  @Column('boolean', { name: 'reply_quotes', nullable: true })
  replyQuotes!: boolean | null;

  @Column('timestamptz', { name: 'opted_out_at', nullable: true })
  optedOutAt!: Date | null;

  /** When its state last changed. */
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
