import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** What the ledger of messages counts: a fact with its time, or an end. */
export type MessageCounter = 'sent' | 'delivered' | 'read' | 'failed' | 'unknown';

/**
 * An append-only ledger of a campaign's messages per part: how many were taken by WhatsApp, delivered and read in a
 * quarter of an hour, and how many ended as failed or unknown. A trigger on messages writes it, as with CampaignCount.
 */
@Entity('campaign_message_counts')
@Index('campaign_message_counts_campaign', ['campaignId'])
// One sum of each kind; see migrations/initial-schema/ledgers.ts.
@Index('campaign_message_counts_sum', { synchronize: false })
export class MessageCount {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'campaign_id' })
  @ForeignKey('Campaign', { onDelete: 'CASCADE' })
  campaignId!: string;

  @Column('integer')
  part!: number;

  @Column('text')
  counter!: MessageCounter;

  /** The quarter of an hour it happened in; null for ends. */
  @Column('timestamptz', { nullable: true })
  quarter!: Date | null;

  @Column('integer')
  delta!: number;

  /** A sum; see foldCounts. */
  @Column('boolean', { default: false })
  folded!: boolean;
}
