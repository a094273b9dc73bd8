import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A person who may be written to. */
@Entity('contacts')
@Index('contacts_tenant_line', ['tenantId', 'line'], { unique: true })
@Index('contacts_tenant', ['tenantId', 'id'])
@Index('contacts_without_phone', ['tenantId', 'id'], { where: 'phone IS NULL' })
@Index('contacts_opted_out', ['tenantId', 'id'], { where: 'opted_out_at IS NOT NULL' })
// With operator classes and expressions, which TypeORM cannot say: see migrations/initial-schema/contact-search.ts.
@Index('contacts_search', { synchronize: false })
@Index('contacts_phone_start', { synchronize: false })
@Index('contacts_last_digits', { synchronize: false })
export class Contact {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** E.164 with the leading plus sign, in the form it was given: it is shown and dialled. Null for a person without one. */
  @Column('text', { nullable: true })
  phone!: string | null;

  /** Of a person without a number: the LID or the business-scoped id the contact goes by, as core/identity.ts writes it. */
  @Column('text', { nullable: true })
  address!: string | null;

  /** The one form of number or address by which the contact is looked up, made by the database: see lib/phone-line.ts. */
  @Column({
    type: 'text',
    generatedType: 'STORED',
    asExpression: 'coalesce(phone_line(phone), address)',
    insert: false,
    update: false,
  })
  line!: string;

  /** Since when the contact goes by it; null when always. */
  @Column('timestamptz', { name: 'line_since', nullable: true })
  lineSince!: Date | null;

  @Column('text', { nullable: true })
  name!: string | null;

  /** Free fields of the tenant, usable in templates as `{{contact.<key>}}`. */
  @Column('jsonb', { default: () => `'{}'` })
  attributes!: Record<string, unknown>;

  @Column('text', { array: true, default: () => `'{}'` })
  tags!: string[];

  /** Set when the person asked not to be written to. */
  @Column('timestamptz', { name: 'opted_out_at', nullable: true })
  optedOutAt!: Date | null;

  /** How the opt-out came: `keyword`, `api` or `import`. */
  @Column('text', { name: 'opt_out_source', nullable: true })
  optOutSource!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
