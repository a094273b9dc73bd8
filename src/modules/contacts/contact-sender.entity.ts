import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/**
 * The sender a contact last talked to: the sticky choice. A narrow table of its own, because it is written with every
 * first message to somebody, and a contact's row has many indexes.
 */
@Entity('contact_senders')
export class ContactSender {
  @PrimaryColumn('uuid', { name: 'contact_id' })
  @ForeignKey('Contact', { onDelete: 'CASCADE' })
  contactId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'sender_id' })
  senderId!: string;
}
