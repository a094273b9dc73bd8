import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A saved text for campaigns and direct messages: spintax and Liquid. */
@Entity('templates')
@Index('templates_tenant_name', ['tenantId', 'name'], { unique: true })
export class Template {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('text')
  name!: string;

  @Column('text')
  content!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
