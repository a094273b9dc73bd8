import { setMaxListeners } from 'node:events';
import type { JobsOptions, Queue as AnyBullQueue } from 'bullmq';
import { DomainError, errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { endsWithin } from '../lib/time-out.js';
import type { QueueBackend, WorkerSettings } from './backend.js';
import { BUNDLE, BUNDLE_QUEUE, BUNDLE_SIZE, bundled, scheduleOf } from './bundle.js';
import {
  checkWatched,
  concurrencyByQueue,
  exhaustedByName,
  handlersByName,
  type ExhaustedHandlers,
  type JobCatalog,
  type JobHandlers,
} from './catalog.js';
import type { ConnectionLog } from './connection-log.js';
import { queueUnavailable, withinDeadline } from './deadline.js';
import { FailureArchive } from './failure-archive.js';
import type { JobDefinition } from './job.js';
import type { EnqueueOptions } from './job-queue.js';
import { JobRunner } from './job-runner.js';
import type { Queue, StartOptions } from './queue.js';
import { keepSchedules } from './schedules.js';
import type { StoredBullQueue, StoredBullWorker } from './stored-job.js';
import { wakeJob } from './wake.js';

/** Time a caller waits for a queue that does not answer, for the connection and for the command. */
const ANSWER_DEADLINE_MS = 5_000;
const PING_DEADLINE_MS = 2_000;
/** A handler that ends as soon as it is interrupted still has to give its job back, or it rests until it is found stalled. */
const HAND_BACK_MS = 1_000;
/** Time to close workers whose handlers have ended or were given up. */
const CLOSE_DEADLINE_MS = 3_000;
/** Jobs of one addBulk: large enough to be quick, small enough not to block the server for others. */
const BULK_SIZE = 500;

type NewBullJob = Parameters<StoredBullQueue['addBulk']>[0][number];

export interface BullJobQueueDependencies<Jobs extends JobCatalog> {
  backend: QueueBackend;
  catalog: Jobs;
  /** Those of the catalogue by their names. */
  jobs: ReadonlyMap<string, JobDefinition>;
  errors: ConnectionLog;
  logger: Logger;
  workerTiming?: Pick<WorkerSettings, 'lockDuration' | 'stalledInterval'>;
}

/** The job queue on BullMQ; see `Queue` for what callers may rely on. */
export class BullJobQueue<Jobs extends JobCatalog> implements Queue<Jobs> {
  private readonly queues = new Map<string, StoredBullQueue>();
  private readonly archive: FailureArchive;
  private readonly draining = new AbortController();
  private workers: StoredBullWorker[] = [];
  private runner: JobRunner | undefined;
  private stopSchedules: (() => void) | undefined;
  private closing: Promise<void> | undefined;

  constructor(private readonly deps: BullJobQueueDependencies<Jobs>) {
    // Every running handler may listen for the drain.
    setMaxListeners(0, this.draining.signal);
    const names = [...deps.jobs.values()].map(({ queue }) => queue.name);
    for (const name of new Set([...names, BUNDLE_QUEUE])) {
      this.queues.set(name, this.watched(deps.backend.openQueue(name)));
    }
    this.archive = new FailureArchive(deps.backend, deps.logger);
    this.watched(this.archive.queue);
  }

  async enqueue<Payload extends object>(
    { name }: JobDefinition<Payload>,
    payload: Payload,
    options: EnqueueOptions = {},
  ): Promise<void> {
    await this.addOne(name, payload, options);
  }

  async enqueueMany<Payload extends object>(
    { name }: JobDefinition<Payload>,
    jobs: { payload: Payload; options?: EnqueueOptions }[],
    how: { bundled?: boolean } = {},
  ): Promise<void> {
    const queue = this.queueOf(name);
    const { bundles, singles } = how.bundled ? bundled(jobs) : { bundles: [], singles: jobs };
    await this.addInBulk(
      this.bundles,
      bundles.map((bundle) => toBullBundle(name, bundle)),
    );
    await this.addInBulk(
      queue,
      singles.map(({ payload, options }) => ({
        name,
        data: { payload },
        opts: toBullOptions(options ?? {}),
      })),
    );
  }

  async wake<Payload extends object>(
    { name }: JobDefinition<Payload>,
    payload: Payload,
    id: string,
  ): Promise<void> {
    assertUsableId(id);
    const queue = this.queueOf(name);
    await this.reach(() => wakeJob(queue, { name, payload, id }, { whenRunning: 'defer' }));
  }

  async ping(): Promise<boolean> {
    try {
      await withinDeadline(PING_DEADLINE_MS, this.deps.backend.ready());
      await withinDeadline(PING_DEADLINE_MS, this.deps.backend.ping());
      return true;
    } catch {
      return false;
    }
  }

  async startWorkers(
    handlers: JobHandlers<Jobs>,
    options: StartOptions,
    exhausted: ExhaustedHandlers<Jobs> = {},
  ): Promise<void> {
    const { catalog, jobs, backend, logger } = this.deps;
    const byName = handlersByName(catalog, handlers);
    const definedQueues = new Set([...jobs.values()].map(({ queue }) => queue));
    const concurrency = concurrencyByQueue(definedQueues, options.concurrency);
    if (options.watch) checkWatched(jobs.values(), options.watch);
    const bundlesAtOnce = Math.ceil(options.bundledConcurrency / BUNDLE_SIZE);
    if (this.runner) throw new Error('The workers of this queue have been started already.');
    const runner = new JobRunner({
      handlers: byName,
      exhausted: exhaustedByName(catalog, exhausted),
      jobs,
      logger,
      archive: this.archive,
      signal: this.draining.signal,
      watch: options.watch,
      bundledAtOnce: options.bundledConcurrency,
      onRoomForBundles: (bundles) => {
        const worker = this.workers.find(({ name }) => name === BUNDLE_QUEUE);
        if (worker) worker.concurrency = bundles;
      },
      jobsWait: async (name) => {
        const waiting = this.openQueue(name).getJobCountByTypes('waiting', 'prioritized');
        return (await this.reach(() => waiting)) > 0;
      },
      enqueueAlone: ({ name, payload, ...place }) => this.addOne(name, payload, place),
      wakeIfNotRunning: (name, payload, id) =>
        wakeJob(this.queueOf(name), { name, payload, id }, { whenRunning: 'leave' }),
    });
    this.runner = runner;
    this.workers = [...this.queues.keys()].map((name) =>
      backend.openWorker(name, (job, token) => runner.process(job, token), {
        ...this.deps.workerTiming,
        concurrency: name === BUNDLE_QUEUE ? bundlesAtOnce : concurrency.get(name),
        settings: {
          backoffStrategy: (_attempts, _type, _error, job) => runner.retryDelay(job as never),
        },
      }),
    );
    this.workers.push(this.archive.open());
    for (const worker of this.workers) this.watched(worker);
    const schedules = keepSchedules(
      jobs.values(),
      (name) => this.queueOf(name),
      (work) => this.reach(work),
      () => this.rebuild(options),
    );
    this.stopSchedules = schedules.stop;
    await schedules.firstCheck;
  }

  async drain(timeoutMs: number): Promise<void> {
    this.stopSchedules?.();
    this.draining.abort(new Error('The process is shutting down.'));
    const workers = this.workers.splice(0);
    if (workers.length === 0) return;
    await Promise.all(workers.map((worker) => worker.pause(true)));
    const runner = this.runner;
    if (runner) await endsWithin(Math.max(timeoutMs, HAND_BACK_MS), runner.whenIdle());
    const left = runner?.runningJobs ?? 0;
    if (left > 0) {
      this.deps.logger.warn(
        { jobs: left },
        'jobs were still running at the end of the drain; others will take them over',
      );
    }
    // Closing waits for handlers and for the server; it is forced when one of them will not come.
    const force = left > 0 || !(await this.ping());
    await endsWithin(CLOSE_DEADLINE_MS, Promise.all(workers.map((worker) => closeWorker(worker, force))));
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  boardQueues(): AnyBullQueue[] {
    return [...this.queues.values(), this.archive.queue] as AnyBullQueue[];
  }

  private async shutDown(): Promise<void> {
    await this.drain(0);
    const queues = [...this.queues.values(), this.archive.queue];
    this.deps.errors.close();
    await endsWithin(CLOSE_DEADLINE_MS, Promise.all(queues.map((queue) => queue.close())));
    await endsWithin(CLOSE_DEADLINE_MS, this.deps.backend.close());
  }

  private async rebuild({ onLost }: StartOptions): Promise<boolean> {
    try {
      await onLost?.();
      return true;
    } catch (error) {
      this.deps.logger.error(
        { error: errorMessage(error) },
        'a lost queue could not be rebuilt yet; trying until it is',
      );
      return false;
    }
  }

  private async addOne(name: string, payload: unknown, options: EnqueueOptions): Promise<void> {
    const bullOptions = toBullOptions(options);
    const queue = this.queueOf(name);
    await this.reach(() => queue.add(name, { payload }, bullOptions));
  }

  private async addInBulk(queue: StoredBullQueue, jobs: NewBullJob[]): Promise<void> {
    for (let start = 0; start < jobs.length; start += BULK_SIZE) {
      const chunk = jobs.slice(start, start + BULK_SIZE);
      await this.reach(() => queue.addBulk(chunk));
    }
  }

  private queueOf(name: string): StoredBullQueue {
    const job = this.deps.jobs.get(name);
    if (!job) throw new Error(`The catalogue has no job ${name}: no worker would run it.`);
    return this.openQueue(job.queue.name);
  }

  private get bundles(): StoredBullQueue {
    return this.openQueue(BUNDLE_QUEUE);
  }

  private openQueue(name: string): StoredBullQueue {
    const queue = this.queues.get(name);
    if (!queue) throw new Error(`There is no queue ${name}.`);
    return queue;
  }

  /** Runs a command, but not before the server is there: a command sent into the dark could run much later. */
  private async reach<Result>(command: () => Promise<Result>): Promise<Result> {
    try {
      await withinDeadline(ANSWER_DEADLINE_MS, this.deps.backend.ready());
      return await withinDeadline(ANSWER_DEADLINE_MS, command());
    } catch (error) {
      if (error instanceof DomainError) throw error;
      this.deps.errors.report(error);
      throw queueUnavailable();
    }
  }

  /** BullMQ's objects emit the errors of their connections; unheard ones would end the process. */
  private watched<Emitter extends { on(event: 'error', listener: (error: Error) => void): unknown }>(
    emitter: Emitter,
  ): Emitter {
    emitter.on('error', (error) => this.deps.errors.report(error));
    return emitter;
  }
}

async function closeWorker(worker: StoredBullWorker, force: boolean): Promise<void> {
  // A forced close leaves the wait for the next job pending, which would keep the process alive.
  const interrupted = force ? worker.getBackend().disconnectBlocking(false) : undefined;
  await worker.close(force);
  await interrupted;
}

function toBullBundle(
  name: string,
  jobs: readonly { payload: unknown; options?: EnqueueOptions }[],
): NewBullJob {
  const members = jobs.map(({ payload, options }) => ({ id: options?.id, payload }));
  return {
    name: BUNDLE,
    data: { payload: undefined, bundle: { name, jobs: members } },
    opts: toBullOptions(scheduleOf(jobs)),
  };
}

function toBullOptions({ id, delayMs, priority }: EnqueueOptions): JobsOptions {
  if (id !== undefined) assertUsableId(id);
  return {
    ...(id === undefined ? {} : { jobId: id }),
    ...(delayMs === undefined ? {} : { delay: Math.max(0, Math.round(delayMs)) }),
    ...(priority === undefined ? {} : { priority }),
  };
}

/** BullMQ's rules: ':' separates its keys, and plain numbers are the ids it gives itself. */
function assertUsableId(id: string): void {
  if (id === '' || id.includes(':') || /^\d+$/.test(id)) {
    throw new Error(`The job id "${id}" must not be empty, a plain number or contain ":".`);
  }
}
