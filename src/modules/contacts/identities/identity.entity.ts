import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { IdentityKind } from '../core/identity.js';

/**
 * What a person is known by beside what stands in the contact itself: LIDs, business-scoped ids, further numbers, and all
 * that were retired. One that is current belongs to one contact of the tenant.
 */
@Entity('contact_identities')
// With an operator class, which TypeORM cannot say.
@Index('contact_identities_current', ['tenantId', 'line'], { unique: true, where: 'until IS NULL' })
@Index('contact_identities_contact', ['contactId'])
export class ContactIdentity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'PK_contact_identities' })
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'contact_id' })
  @ForeignKey('Contact', { onDelete: 'CASCADE', name: 'FK_contact_identities' })
  contactId!: string;

  @Column('text')
  kind!: IdentityKind;

  /** The business portfolio of a business-scoped id; empty otherwise. */
  @Column('text', { default: '' })
  scope!: string;

  /** A number as its line, a LID in digits, a business-scoped id as `CC.xxxx`. */
  @Column('text')
  value!: string;

  /** A number in the form it was given. */
  @Column('text', { nullable: true })
  written!: string | null;

  /** By which it is looked up, made by the database: see core/identity.ts. */
  @Column({
    type: 'text',
    generatedType: 'STORED',
    asExpression:
      "CASE kind WHEN 'phone' THEN value WHEN 'lid' THEN 'lid:' || value ELSE 'bsuid:' || scope || ':' || value END",
    insert: false,
    update: false,
  })
  line!: string;

  @Column('timestamptz')
  since!: Date;

  /** When it became another's, or nobody's; null while it is the person's. */
  @Column('timestamptz', { nullable: true })
  until!: Date | null;
}
