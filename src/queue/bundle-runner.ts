import pLimit from 'p-limit';
import type { Bundle } from './bundle.js';
import type { EnqueueOptions, JobOutcome } from './catalog.js';

/** A job that leaves its bundle to come back by itself. */
export interface LoneJob extends EnqueueOptions {
  name: string;
  payload: unknown;
}

interface BundleRunnerDependencies {
  run(name: string, payload: unknown): Promise<JobOutcome>;
  /** How long a job rests whose handler threw, in milliseconds. */
  restAfter(job: { name: string; id?: string }, error: unknown): number;
  enqueueAlone(job: LoneJob): Promise<void>;
  /** Jobs of one bundle that run at the same time. */
  atOnce: number;
  /** Aborted when the process drains. */
  signal: AbortSignal;
}

/**
 * Runs the jobs of bundles as if each had come alone. One that has to run again leaves its bundle: the others need not
 * wait for it.
 */
export class BundleRunner {
  constructor(private readonly deps: BundleRunnerDependencies) {}

  /** The whole bundle runs again when the drain interrupts it: those that have ended end at once then. */
  async run({ name, jobs }: Bundle, priority: number | undefined): Promise<JobOutcome> {
    const limit = pLimit(this.deps.atOnce);
    const runOne = (job: Bundle['jobs'][number]) => this.runOne({ name, priority, ...job });
    const ends = await Promise.allSettled(
      this.deps.atOnce < jobs.length ? jobs.map((job) => limit(runOne, job)) : jobs.map(runOne),
    );
    // Not before all have ended: whoever gets the bundle next shall not meet them.
    const failure = ends.find((end) => end.status === 'rejected');
    if (failure) throw failure.reason;
    const interrupted = ends.some((end) => end.status === 'fulfilled' && end.value === 'interrupted');
    return interrupted ? { kind: 'runAgain', at: new Date() } : { kind: 'done' };
  }

  private async runOne(job: LoneJob): Promise<'left' | 'interrupted'> {
    if (this.deps.signal.aborted) return 'interrupted';
    const restMs = await this.restOf(job);
    if (restMs === undefined) return 'left';
    if (this.deps.signal.aborted) return 'interrupted';
    await this.deps.enqueueAlone({ ...job, delayMs: restMs });
    return 'left';
  }

  /** Undefined when the job is done. */
  private async restOf(job: LoneJob): Promise<number | undefined> {
    try {
      const outcome = await this.deps.run(job.name, job.payload);
      return outcome.kind === 'done' ? undefined : outcome.at.getTime() - Date.now();
    } catch (error) {
      return this.deps.restAfter(job, error);
    }
  }
}
