import { Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** A name that attributes of a tenant's contacts have. Written before the first contact that has it. */
@Entity('contact_attribute_names')
export class ContactAttributeName {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @PrimaryColumn('text')
  name!: string;
}
