import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A saved question about contacts; who belongs is decided when it is used. */
@Entity('segments')
@Index('segments_tenant_name', ['tenantId', 'name'], { unique: true })
export class Segment {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('text')
  name!: string;

  /** The tree of conditions (see core/filter.ts). */
  @Column('jsonb')
  filter!: Record<string, unknown>;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
