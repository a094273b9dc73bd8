import pLimit, { type LimitFunction } from 'p-limit';
import { BUNDLE_SIZE, type Bundle } from './bundle.js';
import type { JobOutcome } from './job.js';
import type { EnqueueOptions } from './job-queue.js';

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
  /** Jobs that run at the same time in all bundles together. */
  atOnce: number;
  /** Told how many bundles may run at the same time; it changes as they begin and their jobs end. */
  onRoom(bundles: number): void;
  /** Aborted when the process drains. */
  signal: AbortSignal;
}

/**
 * Runs the jobs of bundles as if each had come alone. One that has to run again leaves its bundle: the others need not
 * wait for it.
 */
export class BundleRunner {
  private bundles = 0;
  /** Those of running bundles that have not ended. */
  private jobs = 0;
  private readonly limit: LimitFunction;

  constructor(private readonly deps: BundleRunnerDependencies) {
    this.limit = pLimit(deps.atOnce);
  }

  /** The whole bundle runs again when the drain interrupts it: those that have ended end at once then. */
  async run(bundle: Bundle, priority: number | undefined): Promise<JobOutcome> {
    this.note(1, bundle.jobs.length);
    try {
      return await this.runAll(bundle, priority);
    } finally {
      this.note(-1, 0);
    }
  }

  private async runAll({ name, jobs }: Bundle, priority: number | undefined): Promise<JobOutcome> {
    const ends = await Promise.allSettled(
      jobs.map((job) => this.limit(() => this.runOne({ name, priority, ...job }))),
    );
    // Not before all have ended: the next run of the bundle must not overlap with them.
    const failure = ends.find((end) => end.status === 'rejected');
    if (failure) throw failure.reason;
    const interrupted = ends.some((end) => end.status === 'fulfilled' && end.value === 'interrupted');
    return interrupted ? { kind: 'runAgain', at: new Date() } : { kind: 'done' };
  }

  /** Bundles may be small, and one whose last job is slow has free places: full ones would fill what is free. */
  private note(bundles: number, jobs: number): void {
    this.bundles += bundles;
    this.jobs += jobs;
    const free = Math.max(this.deps.atOnce - this.jobs, 0);
    this.deps.onRoom(Math.max(this.bundles + Math.ceil(free / BUNDLE_SIZE), 1));
  }

  private async runOne(job: LoneJob): Promise<'left' | 'interrupted'> {
    try {
      if (this.deps.signal.aborted) return 'interrupted';
      let restMs: number;
      try {
        const outcome = await this.deps.run(job.name, job.payload);
        if (outcome.kind === 'done') return 'left';
        restMs = outcome.at.getTime() - Date.now();
      } catch (error) {
        restMs = this.deps.restAfter(job, error);
      }
      if (this.deps.signal.aborted) return 'interrupted';
      await this.deps.enqueueAlone({ ...job, delayMs: restMs });
      return 'left';
    } finally {
      this.note(0, -1);
    }
  }
}
