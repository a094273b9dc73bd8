import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A number that must never be written to, whether or not it is a contact. */
@Entity('suppressions')
@Index('suppressions_tenant_phone', ['tenantId', 'phone'], { unique: true })
export class Suppression {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** E.164 with the leading plus sign. */
  @Column('text')
  phone!: string;

  @Column('text', { nullable: true })
  reason!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
