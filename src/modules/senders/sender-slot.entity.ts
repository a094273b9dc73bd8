import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { TransportName } from '../../transports/transport.js';

/**
 * What each message changes of a sender, and all that is asked before it is chosen, apart from the row of the sender: no
 * index has a column that a message changes, so that these writes stay within their page. Triggers on `senders` make the
 * row and keep the columns true that follow it; one on `sessions` says who hosts it.
 */
@Entity('sender_slots')
@Index('sender_slots_tenant', ['tenantId'])
export class SenderSlotRow {
  @PrimaryColumn('uuid', { name: 'sender_id' })
  @ForeignKey('Sender', { onDelete: 'CASCADE' })
  senderId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  /** Connected, not paused, and healthy. Follows the sender, as do the quotas, the transport and the warm-up plan. */
  @Column('boolean')
  able!: boolean;

  @Column('integer', { name: 'quota_per_minute' })
  quotaPerMinute!: number;

  @Column('integer', { name: 'quota_per_hour' })
  quotaPerHour!: number;

  @Column('integer', { name: 'quota_per_day' })
  quotaPerDay!: number;

  @Column('integer', { name: 'answers_per_minute' })
  answersPerMinute!: number;

  @Column('text')
  transport!: TransportName;

  @Column('integer', { name: 'warm_up_quotas', array: true, nullable: true })
  warmUpQuotas!: number[] | null;

  /** The worker that hosts the session; null without one. */
  @Column('uuid', { name: 'worker_id', nullable: true })
  workerId!: string | null;

  @Column('integer', { name: 'minute_used', default: 0 })
  minuteUsed!: number;

  @Column('integer', { name: 'hour_used', default: 0 })
  hourUsed!: number;

  @Column('integer', { name: 'day_used', default: 0 })
  dayUsed!: number;

  @Column('integer', { name: 'answers_used', default: 0 })
  answersUsed!: number;

  @Column('integer', { name: 'warm_up_used', default: 0 })
  warmUpUsed!: number;

  /** A window starts at its first message and lasts its full length from there. */
  @Column('timestamptz', { name: 'minute_started_at', nullable: true })
  minuteStartedAt!: Date | null;

  @Column('timestamptz', { name: 'hour_started_at', nullable: true })
  hourStartedAt!: Date | null;

  @Column('timestamptz', { name: 'day_started_at', nullable: true })
  dayStartedAt!: Date | null;

  @Column('timestamptz', { name: 'answers_started_at', nullable: true })
  answersStartedAt!: Date | null;

  /** The first message under the plan; its days of 24 hours are counted from there. */
  @Column('timestamptz', { name: 'warm_up_since', nullable: true })
  warmUpSince!: Date | null;

  /** The day of the plan that `warmUpUsed` belongs to. */
  @Column('timestamptz', { name: 'warm_up_day_started_at', nullable: true })
  warmUpDayStartedAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** The next free slot: pace and used-up quota windows are folded into this one time. */
  @Column('timestamptz', { name: 'next_available_at', default: () => 'now()' })
  nextAvailableAt!: Date;

  /** Until then its next slot is kept for direct messages. */
  @Column('timestamptz', { name: 'held_until', nullable: true })
  heldUntil!: Date | null;

  /** Until then the account may answer but not open conversations (a time-lock by WhatsApp). */
  @Column('timestamptz', { name: 'restricted_until', nullable: true })
  restrictedUntil!: Date | null;
}

/** The tags of a sender once more, one row for each: whoever looks for a tag reads only those that have it. */
@Entity('sender_tags')
@Index('sender_tags_sender', ['senderId'])
export class SenderTag {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @PrimaryColumn('text')
  tag!: string;

  @PrimaryColumn('uuid', { name: 'sender_id' })
  @ForeignKey('Sender', { onDelete: 'CASCADE' })
  senderId!: string;
}
