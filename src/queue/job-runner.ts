import { DelayedError, UnrecoverableError } from 'bullmq';
import { systemClock } from '../lib/clock.js';
import { errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { systemRandom, type Random } from '../lib/random.js';
import { storableText } from '../lib/storable.js';
import { ThrottledLogger } from '../lib/throttled-logger.js';
import { unavailableResource, type UnavailableResource } from '../lib/transient-errors.js';
import { retryDelayMs } from './backoff.js';
import { BUNDLE } from './bundle.js';
import { BundleRunner, type LoneJob } from './bundle-runner.js';
import type { ExhaustedByName, HandlersByName } from './catalog.js';
import type { FailureArchive } from './failure-archive.js';
import type { JobDefinition, JobEnd, JobOutcome } from './job.js';
import type { StartWatch, WatchedWork } from './start-watch.js';
import { DEFERRED_WAKE, type StoredBullJob } from './stored-job.js';
import { TimeSlice } from './time-slice.js';
import { DiedTooOften, runWatched } from './watched-run.js';

/** For a job that only a newer version of the program knows: it waits for a process of that version. */
const UNKNOWN_JOB = { attempts: 20, backoffMs: 5_000 };
const DEFERRED_WAKE_PAUSE_MS = 250;
/** A job that lets others go first comes back after so long when it cannot be put behind them. */
const UNPROMOTED_REST_MS = 1_000;
/** How long a job rests at most when what it needs is not there; half of it is random. */
const UNAVAILABLE_REST_MS: { readonly [What in UnavailableResource]: number } = {
  server: 4_000,
  lock: 2_000,
  disk: 15_000,
};

interface FailureReport {
  job: string;
  jobId: string | undefined;
  failures: number;
  error: string;
}

interface RunnerDependencies {
  handlers: HandlersByName;
  exhausted: ExhaustedByName;
  /** By their names. */
  jobs: ReadonlyMap<string, JobDefinition>;
  archive: FailureArchive;
  logger: Logger;
  /** Resolves false while the job is still running. */
  wakeIfNotRunning(name: string, payload: unknown, id: string): Promise<boolean>;
  /** Adds a job to its queue that has left its bundle. */
  enqueueAlone(job: LoneJob): Promise<void>;
  /** Jobs that run at the same time in all bundles together. */
  bundledAtOnce: number;
  /** Told how many bundles may run at the same time from now on. */
  onRoomForBundles(bundles: number): void;
  /** Aborted when the process drains. */
  signal: AbortSignal;
  /** Whether jobs wait in this queue for a place. */
  jobsWait(queue: string): Promise<boolean>;
  /** Asked before a watched job starts. */
  watch?: StartWatch;
  random?: Random;
}

/** Runs the catalogue's handlers for BullMQ's workers and turns their outcomes into BullMQ's states. */
export class JobRunner {
  private readonly random: Random;
  private readonly throttledLog: ThrottledLogger;
  private readonly bundles: BundleRunner;
  private running = 0;
  private idleListeners: (() => void)[] = [];

  constructor(private readonly deps: RunnerDependencies) {
    this.random = deps.random ?? systemRandom;
    this.throttledLog = new ThrottledLogger(deps.logger, systemClock);
    this.bundles = new BundleRunner({
      run: (name, payload) => this.runHandler(name, payload),
      restAfter: ({ name, id }, error) => this.restAfterFirstFailure(name, id, error),
      enqueueAlone: (job) => deps.enqueueAlone(job),
      atOnce: deps.bundledAtOnce,
      onRoom: (bundles) => deps.onRoomForBundles(bundles),
      signal: deps.signal,
    });
  }

  get runningJobs(): number {
    return this.running;
  }

  /** Resolves when no handler is at work. */
  whenIdle(): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => this.idleListeners.push(resolve));
  }

  /** BullMQ's processor. Returns when the job is done; throws what BullMQ understands otherwise. */
  async process(job: StoredBullJob, token: string | undefined): Promise<void> {
    // A job that was fetched in the moment of draining goes back untouched.
    if (this.deps.signal.aborted) return this.rest(job, token, new Date());
    this.running += 1;
    try {
      const outcome = await this.run(job);
      if (outcome.kind === 'runAgain') await this.runAgain(job, token, outcome.at);
      if (outcome.kind === 'wait') await this.rest(job, token, this.soon(outcome.ms));
    } catch (error) {
      if (error instanceof DelayedError) throw error;
      await this.fail(job, token, error);
    } finally {
      this.running -= 1;
      if (this.running === 0) this.idleListeners.splice(0).forEach((resolve) => resolve());
    }
  }

  /** BullMQ's back-off strategy. */
  retryDelay(job: StoredBullJob | undefined): number {
    return retryDelayMs(job?.data.failures ?? 1, this.definitionOf(job?.name).backoffMs, this.random);
  }

  private async run(job: StoredBullJob): Promise<JobOutcome | { kind: 'wait'; ms: number }> {
    if (job.name === DEFERRED_WAKE) return this.runDeferredWake(job);
    if (job.name === BUNDLE && job.data.bundle) return this.bundles.run(job.data.bundle, job.opts.priority);
    const { name, data } = job;
    const { watch, signal: draining } = this.deps;
    const work = this.watchedWork(job);
    if (!watch || !work) return this.runHandler(name, data.payload);
    return runWatched(watch, work, draining, (signal) => this.runHandler(name, data.payload, signal));
  }

  private runHandler(name: string, payload: unknown, signal = this.deps.signal): Promise<JobOutcome> {
    const handler = this.deps.handlers.get(name);
    if (!handler) throw new Error(`This process has no handler for the job ${name}.`);
    return handler(payload, { signal, timeSlice: this.timeSliceOf(name) });
  }

  private timeSliceOf(name: string): TimeSlice | undefined {
    const queue = this.deps.jobs.get(name)?.queue;
    if (queue?.timeSliceMs === undefined) return undefined;
    return new TimeSlice(queue.timeSliceMs, () => this.deps.jobsWait(queue.name));
  }

  private watchedWork({ name, data }: StoredBullJob): WatchedWork | undefined {
    const work = this.deps.jobs.get(name)?.watch?.(data.payload as object);
    return work && { job: name, ...work };
  }

  private async runDeferredWake(job: StoredBullJob): Promise<JobOutcome> {
    const target = job.data.wakes;
    if (!target) return { kind: 'done' };
    const woken = await this.deps.wakeIfNotRunning(target.name, job.data.payload, target.id);
    return woken ? { kind: 'done' } : { kind: 'runAgain', at: new Date(Date.now() + DEFERRED_WAKE_PAUSE_MS) };
  }

  private async runAgain(job: StoredBullJob, token: string | undefined, at: Date): Promise<void> {
    if (job.data.failures && !this.definitionOf(job.name).addsUpFailures) {
      await job.updateData({ ...job.data, failures: 0 });
    }
    const takesTurns = this.deps.jobs.get(job.name)?.queue.timeSliceMs !== undefined;
    if (takesTurns && at.getTime() <= Date.now()) await this.goBehindOthers(job, token);
    await this.rest(job, token, at);
  }

  /** On PostgreSQL a job whose rest has ended is before those that came after it; one that is promoted is behind them. */
  private async goBehindOthers(job: StoredBullJob, token: string | undefined): Promise<never> {
    await job.moveToDelayed(Date.now() + UNPROMOTED_REST_MS, token);
    try {
      await job.promote();
    } catch (error) {
      const fields = { job: job.name, error: errorMessage(error) };
      this.throttledLog.report(
        'warn',
        `unpromoted ${job.name}`,
        'a job that let others go first rests',
        fields,
      );
    }
    throw new DelayedError();
  }

  /** BullMQ counts no attempt for a job that is moved this way. */
  private async rest(job: StoredBullJob, token: string | undefined, at: Date): Promise<never> {
    await job.moveToDelayed(at.getTime(), token);
    throw new DelayedError();
  }

  private async fail(job: StoredBullJob, token: string | undefined, error: unknown): Promise<never> {
    // An aborted handler may throw: being interrupted by a restart is not the job's failure.
    if (this.deps.signal.aborted) return this.rest(job, token, new Date());
    const unavailable = unavailableResource(error);
    if (unavailable) return this.waitFor(unavailable, job, token, error);
    const failures = (job.data.failures ?? 0) + 1;
    const report = { job: job.name, jobId: job.id, failures, error: errorMessage(error) };
    const died = error instanceof DiedTooOften;
    if (!died && failures < this.definitionOf(job.name).attempts) {
      await job.updateData({ ...job.data, failures });
      this.reportFailure(report);
      throw new Error(storableText(report.error));
    }
    try {
      await this.settle(job, died ? 'died' : 'failed');
    } catch (cause) {
      return this.restUnsettled(job, token, report, cause);
    }
    if (died) this.reportDeaths(report, error);
    else this.reportLastFailure(report);
    await this.deps.archive.add(job, error);
    throw new UnrecoverableError(storableText(report.error));
  }

  private async settle(job: StoredBullJob, end: JobEnd): Promise<void> {
    await this.deps.exhausted.get(job.name)?.(job.data.payload, end);
    const work = this.watchedWork(job);
    if (work) await this.deps.watch?.forget(work);
  }

  /** Nothing else would end what waits for this job: it is tried again, handler first, for as long as it takes. */
  private restUnsettled(
    job: StoredBullJob,
    token: string | undefined,
    report: FailureReport,
    cause: unknown,
  ): Promise<never> {
    const unavailable = unavailableResource(cause);
    if (unavailable) return this.waitFor(unavailable, job, token, cause);
    const what = 'what a failed job leaves behind could not be settled; trying until it is';
    const fields = { alert: 'job.unsettled', ...report, cause: errorMessage(cause) };
    this.throttledLog.report('error', `unsettled ${job.name}`, what, fields);
    const restMs = retryDelayMs(report.failures, this.definitionOf(job.name).backoffMs, this.random);
    return this.rest(job, token, new Date(Date.now() + restMs));
  }

  /** Not the job's failure either, and a thousand jobs may notice at once: it comes back without a lost attempt. */
  private waitFor(
    unavailable: UnavailableResource,
    job: StoredBullJob,
    token: string | undefined,
    error: unknown,
  ): Promise<never> {
    return this.rest(
      job,
      token,
      new Date(Date.now() + this.restForUnavailable(unavailable, job.name, error)),
    );
  }

  private restForUnavailable(unavailable: UnavailableResource, job: string, error: unknown): number {
    const report = { job, unavailable, error: errorMessage(error) };
    this.throttledLog.report('warn', `${job} ${unavailable}`, 'jobs wait for what is not there now', report);
    return Math.round((UNAVAILABLE_REST_MS[unavailable] / 2) * (1 + this.random()));
  }

  /** A bundled job that fails has all its attempts before it: it becomes a job of its own. */
  private restAfterFirstFailure(job: string, jobId: string | undefined, error: unknown): number {
    const unavailable = unavailableResource(error);
    if (unavailable) return this.restForUnavailable(unavailable, job, error);
    this.reportFailure({ job, jobId, failures: 1, error: errorMessage(error) });
    return retryDelayMs(1, this.definitionOf(job).backoffMs, this.random);
  }

  private reportFailure(report: FailureReport): void {
    const kind = `${report.job} ${report.error}`;
    this.throttledLog.report('warn', kind, 'a job failed and will be tried again', report);
  }

  private reportLastFailure(report: FailureReport): void {
    const kind = `last ${report.job} ${report.error}`;
    const fields = { alert: 'job.failed', ...report };
    this.throttledLog.report('error', kind, 'a job failed for the last time', fields);
  }

  /** Never left out of the log: each of them names a file or the like that an operator should look at. */
  private reportDeaths({ job, jobId, error }: FailureReport, { work, deaths }: DiedTooOften): void {
    const fields = { alert: 'job.poisoned', job, jobId, tenantId: work.tenantId, id: work.id, deaths, error };
    this.deps.logger.error(fields, 'a job killed its process or thread every time and was given up');
  }

  /** Not all at the same moment. */
  private soon(ms: number): Date {
    return new Date(Date.now() + Math.round((ms / 2) * (1 + this.random())));
  }

  private definitionOf(
    name: string | undefined,
  ): Pick<JobDefinition, 'attempts' | 'backoffMs' | 'addsUpFailures'> {
    return (name === undefined ? undefined : this.deps.jobs.get(name)) ?? UNKNOWN_JOB;
  }
}
