import type { JobCatalog, JobName } from './catalog.js';
import type { StoredBullQueue } from './stored-job.js';

const LONGEST_CHECK_PAUSE_MS = 5_000;
const SHORTEST_CHECK_PAUSE_MS = 500;

/**
 * Keeps the schedulers of all jobs with `everyMs` in the queue: each runs once per interval in the whole fleet.
 * They are looked after for as long as the process works, because a queue that was lost (a flushed Redis) would
 * otherwise never start the job that rebuilds it. Finding one missing is how the loss is noticed: `onLost`.
 * `firstCheck` resolves also when the queue could not be reached.
 */
export function keepSchedules(
  catalog: JobCatalog,
  queueOf: (name: JobName) => StoredBullQueue,
  reach: <Result>(command: () => Promise<Result>) => Promise<Result>,
  onLost: () => Promise<void>,
): { firstCheck: Promise<void>; stop: () => void } {
  const scheduled = (Object.keys(catalog) as JobName[]).flatMap((name) => {
    const { everyMs } = catalog[name];
    return everyMs === undefined ? [] : [{ name, everyMs }];
  });
  const checkAll = async () => {
    let lost = false;
    for (const { name, everyMs } of scheduled) {
      // `reach` has logged it; the next check tries again.
      lost = (await reach(() => ensureSchedule(queueOf(name), name, everyMs)).catch(() => false)) || lost;
    }
    if (lost) await onLost();
  };
  // One at a time: several that waited for the same server would all notice the same loss.
  let checking: Promise<void> | undefined;
  const check = () => {
    checking ??= checkAll().finally(() => {
      checking = undefined;
    });
    return checking;
  };
  const slowest = Math.max(0, ...scheduled.map(({ everyMs }) => everyMs));
  const checkEveryMs = Math.min(LONGEST_CHECK_PAUSE_MS, Math.max(slowest, SHORTEST_CHECK_PAUSE_MS));
  const timer = setInterval(() => void check(), checkEveryMs);
  timer.unref();
  return { firstCheck: check(), stop: () => clearInterval(timer) };
}

/**
 * Touches a scheduler only when it is missing or has another interval: setting it anew starts its interval again.
 * True when it was missing.
 */
async function ensureSchedule(queue: StoredBullQueue, name: JobName, everyMs: number): Promise<boolean> {
  const existing = await queue.getJobScheduler(name);
  if (existing && Number(existing.every) === everyMs) return false;
  await queue.upsertJobScheduler(name, { every: everyMs }, { name, data: { payload: {} } });
  return !existing;
}
