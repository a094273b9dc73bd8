import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * A number whose contact was merged into another: the person may still write from it. A row of its own, because the number
 * may belong to a contact again.
 */
@Entity('contact_merged_numbers')
@Index('contact_merged_numbers_contact', ['contactId'])
export class ContactMergedNumber {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId!: string;

  /** The one form of its line, made by the database: see lib/phone-line.ts. */
  @PrimaryColumn({
    type: 'text',
    generatedType: 'STORED',
    asExpression: 'phone_line(phone)',
    insert: false,
    update: false,
  })
  line!: string;

  /** E.164, in the form the merged contact had. */
  @Column('text')
  phone!: string;

  /** The contact that it is part of now. */
  @Column('uuid', { name: 'contact_id' })
  @ForeignKey('Contact', { onDelete: 'CASCADE' })
  contactId!: string;

  @Column('timestamptz', { name: 'merged_at' })
  mergedAt!: Date;
}
