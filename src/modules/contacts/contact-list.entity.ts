import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

@Entity('contact_lists')
@Index('contact_lists_tenant_name', ['tenantId', 'name'], { unique: true })
export class ContactList {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('text')
  name!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

@Entity('contact_list_members')
@Index('contact_list_members_contact', ['contactId'])
export class ContactListMember {
  @PrimaryColumn('uuid', { name: 'list_id' })
  @ForeignKey('ContactList', { onDelete: 'CASCADE' })
  listId!: string;

  @PrimaryColumn('uuid', { name: 'contact_id' })
  @ForeignKey('Contact', { onDelete: 'CASCADE' })
  contactId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('timestamptz', { name: 'added_at', default: () => 'now()' })
  addedAt!: Date;
}
