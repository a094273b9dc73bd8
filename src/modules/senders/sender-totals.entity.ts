import { Column, Entity, ForeignKey, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** The results that one batch has of a tenant's senders, added up for each; waits to be folded into the totals. */
@Entity('sender_results')
export class SenderResults {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  /** Each once. */
  @Column('uuid', { name: 'sender_ids', array: true })
  senderIds!: string[];

  @Column('integer', { array: true })
  sent!: number[];

  @Column('integer', { array: true })
  failed!: number[];
}

/** What was folded so far. */
@Entity('sender_totals')
export class SenderTotal {
  @PrimaryColumn('uuid', { name: 'sender_id' })
  @ForeignKey('Sender', { onDelete: 'CASCADE' })
  senderId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('bigint')
  sent!: string;

  @Column('bigint')
  failed!: string;
}
