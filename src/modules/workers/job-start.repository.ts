import type { Tx } from '../../db/index.js';
import type { WatchedWork } from '../../queue/start-watch.js';

export interface DeadStart {
  id: string;
  tenantId: string;
  job: string;
  workId: string;
  workerId: string;
  progress: string;
}

export interface PastDeaths {
  /** Deaths that count, since the last progress. */
  counted: number;
  suspect: boolean;
}

/** Held by the process that looks for dead ones, so that all starts of a dead process are judged together, once. */
const JUDGE_LOCK = 742_030;

/** Deaths before the work committed what it has committed now are forgotten. */
export async function pastDeaths(tx: Tx, work: WatchedWork, progress: string): Promise<PastDeaths> {
  const [row]: PastDeaths[] = await tx.query(
    `WITH outdated AS (
       DELETE FROM job_starts WHERE id IN (
         SELECT id FROM job_starts
         WHERE job = $1 AND work_id = $2 AND died_at IS NOT NULL AND progress <> $3 ORDER BY id FOR UPDATE))
     SELECT (count(*) FILTER (WHERE counted))::int AS counted, coalesce(bool_or(suspect), false) AS suspect
     FROM job_starts WHERE job = $1 AND work_id = $2 AND died_at IS NOT NULL AND progress = $3`,
    [work.job, work.id, progress],
  );
  return row ?? { counted: 0, suspect: false };
}

/** True while a suspect of any process is running alone. */
export async function isTurnTaken(tx: Tx): Promise<boolean> {
  const rows: unknown[] = await tx.query('SELECT 1 FROM job_starts WHERE alone AND died_at IS NULL');
  return rows.length > 0;
}

/** False when the work is under way already, or another suspect has the turn. */
export async function insertStart(
  tx: Tx,
  start: { id: string; work: WatchedWork; workerId: string; progress: string; alone: boolean },
): Promise<boolean> {
  const { id, work, workerId, progress, alone } = start;
  const rows: unknown[] = await tx.query(
    `INSERT INTO job_starts (id, tenant_id, job, work_id, worker_id, progress, alone)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT DO NOTHING RETURNING id`,
    [id, work.tenantId, work.job, work.id, workerId, progress, alone],
  );
  return rows.length > 0;
}

/** Also when it was taken for dead by mistake: a process that was silent for long does live. */
export async function removeStart(tx: Tx, id: string): Promise<void> {
  await tx.query('DELETE FROM job_starts WHERE id = $1', [id]);
}

/**
 * Locks all starts of a work, in the order of their ids like everything that locks several: a work is forgotten, its start
 * judged and its turn ended at the same moment, and none may wait for another that waits for it.
 */
export async function lockWork(tx: Tx, { job, id }: WatchedWork): Promise<void> {
  await tx.query('SELECT id FROM job_starts WHERE job = $1 AND work_id = $2 ORDER BY id FOR UPDATE', [
    job,
    id,
  ]);
}

/** Everything that is remembered of a work. */
export async function removeWork(tx: Tx, { job, id }: WatchedWork): Promise<void> {
  await tx.query(
    `DELETE FROM job_starts WHERE id IN (
       SELECT id FROM job_starts WHERE job = $1 AND work_id = $2 ORDER BY id FOR UPDATE)`,
    [job, id],
  );
}

/** The suspect goes on as any other job. */
export async function endTurn(tx: Tx, id: string): Promise<void> {
  await tx.query('UPDATE job_starts SET alone = false WHERE id = $1', [id]);
}

/** Of a work whose starts are locked. */
export async function forgetDeaths(tx: Tx, { job, id }: WatchedWork): Promise<void> {
  await tx.query('DELETE FROM job_starts WHERE job = $1 AND work_id = $2 AND died_at IS NOT NULL', [job, id]);
}

export async function markDead(
  tx: Tx,
  id: string,
  death: { progress: string; suspect: boolean; counted: boolean },
): Promise<void> {
  await tx.query(
    `UPDATE job_starts SET died_at = now(), alone = false, progress = $2, suspect = $3, counted = $4
     WHERE id = $1`,
    [id, death.progress, death.suspect, death.counted],
  );
}

/** False while another process judges; held until the transaction ends. */
export async function lockJudgement(tx: Tx): Promise<boolean> {
  const [row] = await tx.query<{ locked: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
    JUDGE_LOCK,
  ]);
  return row?.locked ?? false;
}

const OF_DEAD_WORKERS = `LEFT JOIN workers w ON w.id = s.worker_id
  WHERE s.died_at IS NULL AND s.worker_id <> $1
    AND (w.id IS NULL OR w.heartbeat_at < now() - $2::double precision * interval '1 millisecond')`;

/**
 * Starts whose process is gone: it does not stand in the register any more, or, where `silentMs` is given, has sent no
 * heartbeat for so long.
 */
export async function startsOfDeadWorkers(
  tx: Tx,
  except: string,
  silentMs: number | undefined,
): Promise<DeadStart[]> {
  const parameters = [except, silentMs ?? null];
  // With the deaths of the same works, which a judgement may forget.
  await tx.query(
    `SELECT other.id FROM job_starts other WHERE (other.job, other.work_id) IN (
       SELECT s.job, s.work_id FROM job_starts s ${OF_DEAD_WORKERS})
     ORDER BY other.id FOR UPDATE`,
    parameters,
  );
  return await tx.query<DeadStart[]>(
    `SELECT s.id, s.tenant_id AS "tenantId", s.job, s.work_id AS "workId", s.worker_id AS "workerId", s.progress
     FROM job_starts s ${OF_DEAD_WORKERS} ORDER BY s.id FOR UPDATE OF s`,
    parameters,
  );
}

/** Those of a process that is stopping: its end is no death. */
export async function removeStartsOf(tx: Tx, workerId: string): Promise<void> {
  await tx.query('DELETE FROM job_starts WHERE worker_id = $1 AND died_at IS NULL', [workerId]);
}

/** Deaths of works that were not begun again since: what they worked on is gone. */
export async function removeOldDeaths(tx: Tx, days: number): Promise<void> {
  await tx.query(`DELETE FROM job_starts WHERE died_at < now() - $1::integer * interval '1 day'`, [days]);
}
