import type { JobOutcome } from './job.js';
import type { RecordedStart, StartWatch, WatchedWork } from './start-watch.js';

/** The job has killed its process or thread too often without getting on. */
export class DiedTooOften extends Error {
  constructor(
    readonly work: WatchedWork,
    readonly deaths: number,
  ) {
    super(`Its process or thread died ${deaths} times without any progress in between.`);
    this.name = 'DiedTooOften';
  }
}

/** What `src/threads/` throws for work whose thread has died: by its name, because the queue knows no threads. */
function isThreadDeath(error: unknown): boolean {
  return error instanceof Error && error.name === 'ThreadDied';
}

/**
 * Runs a job whose starts are recorded, unless it has to wait. `draining` is aborted when the process stops: that its
 * threads end then is nobody's fault.
 * @throws DiedTooOften when it is not to be tried again; what the job throws otherwise.
 */
export async function runWatched(
  watch: StartWatch,
  work: WatchedWork,
  draining: AbortSignal,
  run: (signal: AbortSignal) => Promise<JobOutcome>,
): Promise<JobOutcome | { kind: 'wait'; ms: number }> {
  const admission = await watch.begin(work);
  if (admission.kind === 'wait') return admission;
  if (admission.kind === 'given_up') throw new DiedTooOften(work, admission.deaths);
  const { start } = admission;
  let outcome: JobOutcome;
  try {
    outcome = await run(AbortSignal.any([draining, start.signal]));
  } catch (error) {
    if (isThreadDeath(error) && !draining.aborted) await noteThreadDeath(start, work);
    else await start.handedBack();
    // What is asked to hand back may throw: that is no failure of the job.
    if (start.signal.aborted) return { kind: 'wait', ms: 0 };
    throw error;
  }
  await (outcome.kind === 'done' ? start.ended() : start.handedBack());
  return outcome;
}

async function noteThreadDeath(start: RecordedStart, work: WatchedWork): Promise<void> {
  const { deaths, givenUp } = await start.threadDied();
  if (givenUp) throw new DiedTooOften(work, deaths);
}
