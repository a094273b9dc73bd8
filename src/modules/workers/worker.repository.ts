import type { Tx } from '../../db/index.js';
import type { WorkerProcess } from './worker.entity.js';

export type WorkerIdentity = Pick<WorkerProcess, 'id' | 'hostname' | 'pid'>;

/** Registers the worker, or writes its heartbeat. Times are the database's, so that hosts need not agree on one. */
export async function beat(tx: Tx, worker: WorkerIdentity): Promise<void> {
  await tx.query(
    `INSERT INTO workers (id, hostname, pid) VALUES ($1, $2, $3)
      ON CONFLICT (id) DO UPDATE SET heartbeat_at = now()`,
    [worker.id, worker.hostname, worker.pid],
  );
}

/** True when a worker has sent a heartbeat within the last `silentMs`. */
export async function isAnyWorkerAlive(tx: Tx, silentMs: number): Promise<boolean> {
  const [row] = await tx.query<{ alive: boolean }[]>(
    `SELECT EXISTS (SELECT FROM workers
                    WHERE heartbeat_at > now() - $1::double precision * interval '1 millisecond') AS alive`,
    [silentMs],
  );
  return row?.alive ?? false;
}

export async function workersOn(tx: Tx, hostname: string): Promise<WorkerIdentity[]> {
  return await tx.query('SELECT id, hostname, pid FROM workers WHERE hostname = $1', [hostname]);
}

export async function removeWorkers(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.query('DELETE FROM workers WHERE id = ANY($1::uuid[])', [ids]);
}

/** Rows of workers that fell silent long ago; their leases ran out by themselves. */
export async function removeSilentWorkers(tx: Tx, silentMs: number): Promise<void> {
  await tx.query(
    `DELETE FROM workers WHERE heartbeat_at < now() - $1::double precision * interval '1 millisecond'`,
    [silentMs],
  );
}
