import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * An append-only ledger of how many recipients a campaign gained or lost per counter (a recipient state, `replied` or
 * `opted_out`). A trigger on campaign_contacts writes it in the same transaction as the change, so the sum always
 * equals count(*); appending needs no lock on a shared row. Maintenance folds a campaign's rows into one per counter.
 */
@Entity('campaign_counts')
@Index('campaign_counts_campaign', ['campaignId', 'counter'])
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

  @Column('integer')
  delta!: number;
}
