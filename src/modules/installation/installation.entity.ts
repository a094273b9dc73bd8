import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RestoreSign } from './core/recognise.js';

/**
 * `restored`: the database was recognised as restored, and the journal is still to be replayed; `held`: it was replayed,
 * and people decide what goes on.
 */
export type InstallationState = 'open' | 'restored' | 'held';

/** The one row that says which database this is, so that a restored one knows itself. */
@Entity('installation')
export class Installation {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text', { name: 'table_oid' })
  tableOid!: string;

  @Column('text', { name: 'system_identifier' })
  systemIdentifier!: string;

  @Column('integer')
  timeline!: number;

  /** Counts up once a minute, here first and then outside of the database. */
  @Column('bigint', { default: 0 })
  mark!: string;

  @Column('timestamptz', { name: 'marked_at', default: () => 'now()' })
  markedAt!: Date;

  @Column('text', { default: 'open' })
  state!: InstallationState;

  @Column('text', { name: 'restore_sign', nullable: true })
  restoreSign!: RestoreSign | null;

  @Column('timestamptz', { name: 'restored_at', nullable: true })
  restoredAt!: Date | null;

  /** The restored database knows what happened until then. */
  @Column('timestamptz', { name: 'known_until', nullable: true })
  knownUntil!: Date | null;
}
