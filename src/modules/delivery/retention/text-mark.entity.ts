import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/**
 * How far retention has come in the messages of a tenant. Of every message up to here the text is gone, or the message is
 * marked as overdue: nothing before it is read again, except what is overdue.
 */
@Entity('message_text_marks')
export class MessageTextMark {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** Of the last message that was looked at. */
  @Column('uuid')
  reached!: string;
}
