import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** One line of a contact's consent history; never changed, only added to. */
@Entity('contact_consents')
@Index('contact_consents_contact', ['contactId', 'id'])
export class ContactConsent {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'contact_id' })
  @ForeignKey('Contact', { onDelete: 'CASCADE' })
  contactId!: string;

  @Column('text')
  kind!: 'granted' | 'withdrawn';

  /** Where it came from: `form`, `keyword`, `import`, `api`, ... */
  @Column('text')
  source!: string;

  /** What shows it: a text, a link, a form's id. */
  @Column('text', { nullable: true })
  proof!: string | null;

  /** When the person said so. */
  @Column('timestamptz')
  at!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
