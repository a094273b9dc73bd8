import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/**
 * The last sender of a contact: the sticky choice. A narrow table of its own, because every first message to a contact
 * writes it, and a contact's row has many indexes.
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
