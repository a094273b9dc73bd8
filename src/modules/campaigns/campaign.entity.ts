import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

export type CampaignStatus =
  'draft' | 'scheduled' | 'running' | 'paused' | 'completed' | 'failed' | 'stopped';

/** One message of the sequence every recipient gets. `content` is a Liquid template. */
export interface CampaignPart {
  type: 'text';
  content: string;
}

/** Which senders may serve a campaign: both empty means every sender of the tenant. */
export interface SenderPool {
  senderIds: string[];
  senderTags: string[];
}

@Entity('campaigns')
@Index('campaigns_tenant_created', ['tenantId', 'createdAt'])
@Index('campaigns_status', ['status'])
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

  /** Milliseconds between two messages of one sender. */
  @Column('integer', { name: 'min_delay' })
  minDelay!: number;

  @Column('integer', { name: 'max_delay' })
  maxDelay!: number;

  /** Prefer the sender a contact last talked to. */
  @Column('boolean', { name: 'sticky_sender', default: true })
  stickySender!: boolean;

  @Column('integer', { name: 'total_recipients' })
  totalRecipients!: number;

  /** Why nothing is sent just now: no_sender_connected, quota_used_up, all_unhealthy, ...; null while it flows. */
  @Column('text', { name: 'waiting_reason', nullable: true })
  waitingReason!: string | null;

  @Column('timestamptz', { name: 'waiting_until', nullable: true })
  waitingUntil!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
