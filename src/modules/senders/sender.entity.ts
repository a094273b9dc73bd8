import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { TransportName } from '../../transports/transport.js';

/** The state of the account's connection. Pausing is separate (`pausedAt`): a paused sender stays connected. */
export type SenderStatus =
  'created' | 'connecting' | 'qr' | 'connected' | 'disconnected' | 'logged_out' | 'banned';

/** A WhatsApp account that sends. What each message changes of it is in `SenderSlotRow`. */
@Entity('senders')
@Index('senders_tenant_name', ['tenantId', 'name'], { unique: true })
export class Sender {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('text')
  name!: string;

  /** E.164; known once paired, or given at creation to make sure the right phone is paired. */
  @Column('text', { name: 'phone_number', nullable: true })
  phoneNumber!: string | null;

  @Column('text')
  transport!: TransportName;

  @Column('jsonb', { name: 'transport_config', default: () => `'{}'` })
  transportConfig!: Record<string, unknown>;

  @Column('text', { array: true, default: () => `'{}'` })
  tags!: string[];

  @Column('text', { default: 'created' })
  status!: SenderStatus;

  /** Why it is not connected, in words for people; null when there is nothing to explain. */
  @Column('text', { name: 'status_reason', nullable: true })
  statusReason!: string | null;

  @Column('timestamptz', { name: 'paused_at', nullable: true })
  pausedAt!: Date | null;

  /** `operator`, or the code of the failure that paused it. */
  @Column('text', { name: 'pause_reason', nullable: true })
  pauseReason!: string | null;

  /** 0 to 100; below 50 the sender is skipped. */
  @Column('integer', { name: 'health_score', default: 100 })
  healthScore!: number;

  /** From when idle time earns health back. */
  @Column('timestamptz', { name: 'health_since', default: () => 'now()' })
  healthSince!: Date;

  @Column('integer', { name: 'consecutive_failures', default: 0 })
  consecutiveFailures!: number;

  @Column('integer', { name: 'quota_per_minute', default: 20 })
  quotaPerMinute!: number;

  @Column('integer', { name: 'quota_per_hour', default: 500 })
  quotaPerHour!: number;

  @Column('integer', { name: 'quota_per_day', default: 5000 })
  quotaPerDay!: number;

  /** Of answers, which count in no other quota. */
  @Column('integer', { name: 'answers_per_minute', default: 60 })
  answersPerMinute!: number;

  /** Caps a new sender: the most messages of its first, second, ... day; null without a plan. */
  @Column('integer', { name: 'warm_up_quotas', array: true, nullable: true })
  warmUpQuotas!: number[] | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
