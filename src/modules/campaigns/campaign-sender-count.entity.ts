import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** How many recipients of each kind a sender served, as far as the entries of the ledger (CampaignCount) are folded. */
@Entity('campaign_sender_counts')
// One sum of each kind; see migrations/initial-schema/ledgers.ts.
@Index('campaign_sender_counts_sum', { synchronize: false })
export class CampaignSenderCount {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'campaign_id' })
  @ForeignKey('Campaign', { onDelete: 'CASCADE' })
  campaignId!: string;

  @Column('text')
  counter!: string;

  /** Null for those that wait or are on the way. */
  @Column('uuid', { name: 'sender_id', nullable: true })
  senderId!: string | null;

  @Column('smallint', { default: 0 })
  variant!: number;

  /** Why they were skipped, failed or are unknown. */
  @Column('text', { nullable: true })
  code!: string | null;

  @Column('integer')
  delta!: number;
}
