import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

export type ContactChangeKind = 'merged' | 'identity_added' | 'identity_changed';

/** Addresses, as core/identity.ts writes them, and the id of a contact that is gone. */
export interface ContactChangeDetail {
  contactId?: string;
  address?: string;
  addresses?: string[];
  from?: string[];
  to?: string[];
}

/** What made one contact of two, or changed what a person is known by; never changed, only added to. */
@Entity('contact_changes')
@Index('contact_changes_contact', ['contactId', 'id'])
export class ContactChange {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'PK_contact_changes' })
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'contact_id' })
  @ForeignKey('Contact', { onDelete: 'CASCADE', name: 'FK_contact_changes' })
  contactId!: string;

  @Column('text')
  kind!: ContactChangeKind;

  /** `whatsapp`: a transport said so; `api`: a user did it. */
  @Column('text')
  source!: 'whatsapp' | 'api';

  @Column('jsonb', { default: () => `'{}'` })
  detail!: ContactChangeDetail;

  @Column('timestamptz')
  at!: Date;
}
