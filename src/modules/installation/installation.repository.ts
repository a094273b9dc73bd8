import type { Tx } from '../../db/index.js';
import { newId } from '../../lib/ids.js';
import type { DatabaseIdentity, KnownInstallation, RestoreSign } from './core/recognise.js';
import type { InstallationState } from './installation.entity.js';

/** Which database this is. A server that keeps its cluster to itself says only which tables these are. */
export async function databaseIdentity(tx: Tx): Promise<DatabaseIdentity> {
  const [may]: { tell: boolean }[] = await tx.query(
    `SELECT bool_and(has_function_privilege(name, 'execute')) AS tell
     FROM unnest('{pg_control_system(),pg_control_checkpoint()}'::text[]) AS name`,
  );
  const ofCluster = may?.tell
    ? `(SELECT system_identifier::text FROM pg_control_system()) AS "systemIdentifier",
       (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline`
    : `'' AS "systemIdentifier", 0 AS timeline`;
  const [row]: DatabaseIdentity[] = await tx.query(
    `SELECT 'installation'::regclass::oid::text AS "tableOid", ${ofCluster}`,
  );
  if (!row) throw new Error('The database does not say which one it is.');
  return row;
}

export interface StoredInstallation extends KnownInstallation {
  state: InstallationState;
  restoredAt: Date | null;
  knownUntil: Date | null;
}

const STORED = `id, table_oid AS "tableOid", system_identifier AS "systemIdentifier", timeline, mark::float8 AS mark,
  state, restored_at AS "restoredAt", known_until AS "knownUntil"`;

/** Locks the row; makes it when the database is new. */
export async function lockInstallation(tx: Tx, now: DatabaseIdentity): Promise<StoredInstallation> {
  await tx.query(
    `INSERT INTO installation (id, table_oid, system_identifier, timeline) VALUES ($1, $2, $3, $4)
     ON CONFLICT ((true)) DO NOTHING`,
    [newId(), now.tableOid, now.systemIdentifier, now.timeline],
  );
  const [row]: StoredInstallation[] = await tx.query(`SELECT ${STORED} FROM installation FOR UPDATE`);
  if (!row) throw new Error('The row of the installation is gone.');
  return row;
}

export async function readInstallation(tx: Tx): Promise<StoredInstallation | undefined> {
  const [row]: StoredInstallation[] = await tx.query(`SELECT ${STORED} FROM installation`);
  return row;
}

/** The database knows itself from here on; its mark is not behind the one that was seen outside any more. */
export async function noteRestored(
  tx: Tx,
  now: DatabaseIdentity,
  { sign, seen }: { sign: RestoreSign; seen: number },
): Promise<void> {
  await tx.query(
    `UPDATE installation SET table_oid = $1, system_identifier = $2, timeline = $3, state = 'restored', restore_sign = $4,
       mark = greatest(mark, $5::bigint), restored_at = now(), known_until = least(coalesce(known_until, marked_at), marked_at)`,
    [now.tableOid, now.systemIdentifier, now.timeline, sign, seen],
  );
}

export async function setState(tx: Tx, state: Exclude<InstallationState, 'restored'>): Promise<void> {
  await tx.query(
    `UPDATE installation SET state = $1, known_until = CASE WHEN $1 = 'open' THEN NULL ELSE known_until END`,
    [state],
  );
}

/** Counts the mark up, beyond what was ever seen outside. */
export async function nextMark(tx: Tx, seen: number): Promise<{ id: string; mark: number }> {
  const [[row]] = await tx.query<[{ id: string; mark: number }[], number]>(
    `UPDATE installation SET mark = greatest(mark, $1::bigint) + 1, marked_at = now() RETURNING id, mark::float8 AS mark`,
    [seen],
  );
  if (!row) throw new Error('The row of the installation is gone.');
  return row;
}
