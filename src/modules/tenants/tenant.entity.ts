import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An isolated customer. Every other table carries its id. */
@Entity('tenants')
export class Tenant {
  @PrimaryColumn('uuid')
  id!: string;

  /** Short, unique, lower-case name, such as `default`. */
  @Column('text', { unique: true })
  slug!: string;

  @Column('text')
  name!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
