import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * A long job that a process has begun. The row goes when the job ends or hands its work back; that of a process that died
 * stays, until the work gets on or ends.
 */
@Entity('job_starts')
@Index('job_starts_running', ['job', 'workId'], { unique: true, where: 'died_at IS NULL' })
@Index('job_starts_turn', ['alone'], { unique: true, where: 'alone AND died_at IS NULL' })
export class JobStart {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** The name of the job. */
  @Column('text')
  job!: string;

  /** The row it works on: an import, a bulk edit, ... */
  @Column('uuid', { name: 'work_id' })
  workId!: string;

  @Column('uuid', { name: 'worker_id' })
  workerId!: string;

  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt!: Date;

  /** How much was committed: as it began, and as it died. Opaque, only compared. */
  @Column('text')
  progress!: string;

  /** It has the turn of the suspects, of which one at a time runs in the whole installation. */
  @Column('boolean', { default: false })
  alone!: boolean;

  @Column('timestamptz', { name: 'died_at', nullable: true })
  diedAt!: Date | null;

  /** It died with its process, perhaps because of another job, and goes on alone until it gets on. */
  @Column('boolean', { default: false })
  suspect!: boolean;

  /** Nothing else can have been the cause, and nothing was committed: the third such death is the last. */
  @Column('boolean', { default: false })
  counted!: boolean;
}
