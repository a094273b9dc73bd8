import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * An append-only ledger of how many recipients a campaign gained or lost per counter (a recipient state, `replied` or
 * `opted_out`), variant and code. A trigger on deliveries writes it in the same transaction as the change, so the sum always
 * equals count(*); appending needs no lock on a shared row. Now and then the entries of a campaign's ledger are folded
 * into one row of each kind.
 */
@Entity('campaign_counts')
@Index('campaign_counts_campaign', ['campaignId', 'counter'])
// One sum of each kind; see migrations/initial-schema/ledgers.ts.
@Index('campaign_counts_sum', { synchronize: false })
export class CampaignCount {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'campaign_id' })
  @ForeignKey('Campaign', { onDelete: 'CASCADE' })
  campaignId!: string;

  @Column('text')
  counter!: string;

  @Column('smallint', { default: 0 })
  variant!: number;

  /** Why they were skipped, failed or are unknown. */
  @Column('text', { nullable: true })
  code!: string | null;

  @Column('integer')
  delta!: number;

  /**
   * The senders that served these recipients, with what each of them gained or lost; null stands for those that wait or are
   * on the way. A sum has none: see CampaignSenderCount.
   */
  @Column('uuid', { name: 'sender_ids', array: true, nullable: true })
  senderIds!: (string | null)[] | null;

  @Column('integer', { name: 'sender_deltas', array: true, nullable: true })
  senderDeltas!: number[] | null;

  /** A sum; see foldCounts. */
  @Column('boolean', { default: false })
  folded!: boolean;
}
