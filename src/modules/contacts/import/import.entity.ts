import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

export type ImportStatus = 'queued' | 'running' | 'completed' | 'failed';

/** One uploaded contacts file on its way into the database. */
@Entity('imports')
@Index('imports_tenant_created', ['tenantId', 'createdAt'])
@Index('imports_open', ['tenantId', 'id'], { where: `status IN ('queued', 'running')` })
export class Import {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('text')
  status!: ImportStatus;

  /** The name the uploader gave the file. */
  @Column('text', { name: 'file_name' })
  fileName!: string;

  /** Below DATA_DIR; removed once the import has ended. */
  @Column('text', { name: 'file_path' })
  filePath!: string;

  /** Counted for the tenant until the import has ended. */
  @Column('bigint', { name: 'file_bytes', default: 0 })
  fileBytes!: string;

  /** Of its rejected rows, counted for as long as they are kept. */
  @Column('bigint', { name: 'rejected_bytes', default: 0 })
  rejectedBytes!: string;

  @Column('jsonb')
  options!: Record<string, unknown>;

  @Column('uuid', { name: 'list_id', nullable: true })
  listId!: string | null;

  /** Data rows already committed: a restarted import goes on behind them. */
  @Column('integer', { name: 'rows_done', default: 0 })
  rowsDone!: number;

  /** How much of the file is committed, in percent. */
  @Column('integer', { default: 0 })
  progress!: number;

  @Column('integer', { default: 0 })
  created!: number;

  @Column('integer', { default: 0 })
  updated!: number;

  @Column('integer', { default: 0 })
  unchanged!: number;

  /** Rows that repeat an earlier row of the same file. */
  @Column('integer', { default: 0 })
  duplicate!: number;

  @Column('integer', { default: 0 })
  invalid!: number;

  /** Sentences about the file that the uploader should read; known once the import has ended. */
  @Column('jsonb', { default: [] })
  warnings!: string[];

  /** Why the whole file was refused. */
  @Column('text', { nullable: true })
  error!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}

/**
 * The lines an import has met, so that a repeat is found however large the file is and however often the import was
 * resumed. Kept when it completes: they are an audience for campaigns.
 */
@Entity('import_phones')
export class ImportPhone {
  @PrimaryColumn('uuid', { name: 'import_id' })
  @ForeignKey('Import', { onDelete: 'CASCADE' })
  importId!: string;

  /** In the one form of lib/phone-line.ts. */
  @PrimaryColumn('text')
  line!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;
}

/** A row that was not imported, and why. */
@Entity('import_rejections')
export class ImportRejection {
  @PrimaryColumn('uuid', { name: 'import_id' })
  @ForeignKey('Import', { onDelete: 'CASCADE' })
  importId!: string;

  /** The line of the file (csv) or the row of the sheet (xlsx), counted from 1. */
  @PrimaryColumn('integer')
  line!: number;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  reason!: string;

  /** The row as it stood in the file. */
  @Column('jsonb')
  cells!: string[];
}
