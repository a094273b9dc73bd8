import type { AudienceRules } from './audience/core/audience-rules.js';
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { CampaignPart } from '../content/index.js';
import type { Purpose, SendWindow } from '../tenants/index.js';
import type { SenderPool } from '../senders/index.js';
import type { UnknownChoice } from '../delivery/index.js';
import type { CampaignStatus } from './core/campaign-status.js';

/** One of several versions of a campaign; recipients are divided among them by weight. */
export interface CampaignVariant {
  name: string;
  /** Relative to the other variants' weights. */
  weight: number;
  parts: CampaignPart[];
  /** How many recipients were assigned to it. */
  recipients?: number;
}

/** Sends to a few recipients first, then waits for an operator, or goes on by itself when the limits hold. */
export interface Canary {
  /** How many recipients go first. */
  recipients: number;
  /** The share of the audience it was given as. */
  percent?: number;
  /** Absent: an operator has to continue. */
  continueWhen?: { maxFailedPercent: number; maxOptedOutPercent: number; afterMinutes: number };
  /** When the first recipients were done. */
  reachedAt?: string;
  /** Set once the campaign goes on. */
  passedAt?: string;
  /** Set when the limits were exceeded: from then on only an operator can continue it. */
  broken?: { at: string; failedPercent: number; optedOutPercent: number };
}

/** Repeats a campaign: every run is a campaign of its own with the audience of that moment. */
export interface Recurrence {
  /** Five fields, in `timeZone`. */
  cron?: string;
  everyMinutes?: number;
  timeZone: string;
  until?: string;
}

@Entity('campaigns')
@Index('campaigns_tenant_created', ['tenantId', 'createdAt'])
@Index('campaigns_status', ['status'])
@Index('campaigns_stuck', ['id'], { where: 'stuck_since IS NOT NULL OR stalled_since IS NOT NULL' })
@Index('campaigns_due', ['scheduledAt'], { where: `status = 'scheduled'` })
@Index('campaigns_ended', ['tenantId', 'completedAt'], {
  where: 'completed_at IS NOT NULL AND NOT recipients_gone',
})
@Index('campaigns_occurrence', ['originId', 'occurrenceAt'], { unique: true })
export class Campaign {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  status!: CampaignStatus;

  @Column('jsonb')
  parts!: CampaignPart[];

  @Column('jsonb')
  pool!: SenderPool;

  /** The lists the audience came from; inline contacts are among the recipients only. */
  @Column('uuid', { name: 'list_ids', array: true, default: () => `'{}'` })
  listIds!: string[];

  /** Which of the tenant's rules bind its messages. */
  @Column('text', { default: 'marketing' })
  purpose!: Purpose;

  /** What it is about: people may be left alone with one topic only. */
  @Column('text', { nullable: true })
  topic!: string | null;

  /** Null: all recipients get `parts`. */
  @Column('jsonb', { nullable: true })
  variants!: CampaignVariant[] | null;

  @Column('jsonb', { nullable: true })
  audience!: AudienceRules | null;

  /** 1 (first) to 10; decides who goes first when several campaigns want the same senders. */
  @Column('smallint', { default: 5 })
  priority!: number;

  @Column('timestamptz', { name: 'scheduled_at', nullable: true })
  scheduledAt!: Date | null;

  /** Recipients not sent to by then are skipped (outside_window_expired). */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** Null: the tenant's own window, if it has one. */
  @Column('jsonb', { name: 'send_window', nullable: true })
  sendWindow!: SendWindow | null;

  /** Ceiling of the whole campaign; null for none. */
  @Column('integer', { name: 'max_per_minute', nullable: true })
  maxPerMinute!: number | null;

  /** Minutes in which the pace rises from a tenth to the full ceiling; null for none. */
  @Column('integer', { name: 'ramp_up_minutes', nullable: true })
  rampUpMinutes!: number | null;

  /** Most messages of this campaign through one sender; null for no limit. */
  @Column('integer', { name: 'max_per_sender', nullable: true })
  maxPerSender!: number | null;

  @Column('jsonb', { nullable: true })
  canary!: Canary | null;

  @Column('jsonb', { nullable: true })
  recurrence!: Recurrence | null;

  /** The campaign this one repeats, copies or retries. */
  @Column('uuid', { name: 'origin_id', nullable: true })
  originId!: string | null;

  /** Which run of a recurring campaign this is: at most one per time. */
  @Column('timestamptz', { name: 'occurrence_at', nullable: true })
  occurrenceAt!: Date | null;

  /** When the ceiling lets the next message leave; null before the first. */
  @Column('timestamptz', { name: 'next_slot_at', nullable: true })
  nextSlotAt!: Date | null;

  /** When the first message left under the ceiling; the ramp counts from there. */
  @Column('timestamptz', { name: 'ramp_started_at', nullable: true })
  rampStartedAt!: Date | null;

  /** A campaign of higher priority has recipients waiting for the same senders, which go first. */
  @Column('boolean', { default: false })
  preempted!: boolean;

  /** Milliseconds between two messages of one sender. */
  @Column('integer', { name: 'min_delay' })
  minDelay!: number;

  @Column('integer', { name: 'max_delay' })
  maxDelay!: number;

  /** Prefer the contact's last sender. */
  @Column('boolean', { name: 'sticky_sender', default: true })
  stickySender!: boolean;

  /** Skip numbers that a recent check did not find on WhatsApp. */
  @Column('boolean', { name: 'skip_unregistered', default: true })
  skipUnregistered!: boolean;

  @Column('text', { name: 'on_unknown', default: 'leave' })
  onUnknown!: UnknownChoice;

  @Column('integer', { name: 'total_recipients' })
  totalRecipients!: number;

  /** Why nothing is sent at present: no_sender_connected, quota_used_up, all_unhealthy, ...; null while it flows. */
  @Column('text', { name: 'waiting_reason', nullable: true })
  waitingReason!: string | null;

  @Column('timestamptz', { name: 'waiting_until', nullable: true })
  waitingUntil!: Date | null;

  /** Since when it waits for what time alone does not bring. What counts is `waitingReason`: when that is null, it is over. */
  @Column('timestamptz', { name: 'stuck_since', nullable: true })
  stuckSince!: Date | null;

  /** The same, once its log tells so. */
  @Column('timestamptz', { name: 'stalled_since', nullable: true })
  stalledSince!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;

  /** Since when its recipients are not there any more, because the tenant keeps them for so many days only. */
  @Column('timestamptz', { name: 'recipients_removed_at', nullable: true })
  recipientsRemovedAt!: Date | null;

  /** Retention has removed the last of them. */
  @Column('boolean', { name: 'recipients_gone', default: false })
  recipientsGone!: boolean;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
