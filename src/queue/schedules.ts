import type { JobDefinition } from './job.js';
import type { StoredBullQueue } from './stored-job.js';

const LONGEST_CHECK_PAUSE_MS = 5_000;
const SHORTEST_CHECK_PAUSE_MS = 500;

interface Schedule {
  name: string;
  everyMs: number;
}

/**
 * Keeps the schedulers of all jobs with `everyMs` in the queue: each runs once per interval in the whole fleet. They
 * are looked after for as long as the process works, because a queue that was lost (a flushed Redis) would otherwise
 * never start the job that rebuilds it. Finding one missing is how the loss is noticed. It is put back when `rebuild`
 * has answered true and not before: a rebuild that failed, or whose process was killed, is done again by the process
 * that checks next. `firstCheck` resolves also when the queue could not be reached.
 */
export function keepSchedules(
  jobs: Iterable<JobDefinition>,
  queueOf: (name: string) => StoredBullQueue,
  reach: <Result>(command: () => Promise<Result>) => Promise<Result>,
  rebuild: () => Promise<boolean>,
): { firstCheck: Promise<void>; stop: () => void } {
  const schedules = [...jobs].flatMap(({ name, everyMs }): Schedule[] =>
    everyMs === undefined ? [] : [{ name, everyMs }],
  );
  const checkAll = async () => {
    const wanting: Schedule[] = [];
    let lost = false;
    for (const schedule of schedules) {
      const existing = await reach(() => queueOf(schedule.name).getJobScheduler(schedule.name));
      // One that is right is left alone: setting it anew starts its interval again.
      if (!existing || Number(existing.every) !== schedule.everyMs) wanting.push(schedule);
      lost ||= !existing;
    }
    if (lost && !(await rebuild())) return;
    for (const { name, everyMs } of wanting) {
      await reach(() =>
        queueOf(name).upsertJobScheduler(name, { every: everyMs }, { name, data: { payload: {} } }),
      );
    }
  };
  // One at a time: several that waited for the same server would all notice the same loss.
  let checking: Promise<void> | undefined;
  const check = () => {
    checking ??= checkAll()
      // `reach` has logged it; the next check tries again.
      .catch(() => undefined)
      .finally(() => {
        checking = undefined;
      });
    return checking;
  };
  const slowest = Math.max(0, ...schedules.map(({ everyMs }) => everyMs));
  const checkEveryMs = Math.min(LONGEST_CHECK_PAUSE_MS, Math.max(slowest, SHORTEST_CHECK_PAUSE_MS));
  const timer = setInterval(() => void check(), checkEveryMs);
  timer.unref();
  return { firstCheck: check(), stop: () => clearInterval(timer) };
}
