import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** How many bytes of a kind a tenant keeps. */
@Entity('tenant_usage')
export class TenantUsage {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @PrimaryColumn('text')
  kind!: string;

  @Column('bigint')
  bytes!: string;
}
