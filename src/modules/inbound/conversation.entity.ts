import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A person and a sender that talk: made by the first message that the person writes to the sender. */
@Entity('conversations')
@Index('conversations_sender', ['senderId'])
export class Conversation {
  @PrimaryColumn('uuid', { name: 'contact_id' })
  @ForeignKey('Contact', { onDelete: 'CASCADE' })
  contactId!: string;

  @PrimaryColumn('uuid', { name: 'sender_id' })
  @ForeignKey('Sender', { onDelete: 'CASCADE' })
  senderId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  /** When the person last wrote to this sender: while that is less than a day ago, what goes out may be an answer. */
  @Column('timestamptz', { name: 'last_inbound_at' })
  lastInboundAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
