import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

export type BulkEditStatus = 'queued' | 'running' | 'completed' | 'failed';

/** One change to many contacts, done batch by batch. */
@Entity('contact_bulk_edits')
@Index('contact_bulk_edits_open', ['tenantId', 'id'], { where: `status IN ('queued', 'running')` })
export class ContactBulkEdit {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('text')
  status!: BulkEditStatus;

  /** Which contacts: ids, or a filter. Emptied, as the changes are, when it has ended. */
  @Column('jsonb')
  target!: Record<string, unknown>;

  @Column('jsonb')
  changes!: Record<string, unknown>;

  /** Contacts that fitted when it was asked for. */
  @Column('integer')
  matched!: number;

  @Column('integer', { default: 0 })
  processed!: number;

  /** Those of the processed that are different now. */
  @Column('integer', { default: 0 })
  changed!: number;

  /** The last contact of the last committed batch: a restart goes on behind it. */
  @Column('uuid', { name: 'last_contact_id', nullable: true })
  lastContactId!: string | null;

  @Column('text', { nullable: true })
  error!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}
