import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/**
 * Messages of a campaign with a budget (`maxPerSender`) that each sender has taken on: all parts of every recipient it
 * began. Written in the claim's own transaction, so it is as exact as the claims are.
 */
@Entity('campaign_sender_use')
export class CampaignSenderUse {
  @PrimaryColumn('uuid', { name: 'campaign_id' })
  @ForeignKey('Campaign', { onDelete: 'CASCADE' })
  campaignId!: string;

  @PrimaryColumn('uuid', { name: 'sender_id' })
  senderId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('integer')
  messages!: number;
}
