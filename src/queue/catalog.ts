import { BUNDLE_QUEUE } from './bundle.js';
import { FAILURE_QUEUE } from './failure-archive.js';
import type {
  ExhaustedHandler,
  JobContext,
  JobDefinition,
  JobEnd,
  JobHandler,
  JobOutcome,
  QueueDefinition,
} from './job.js';
import type { StartWatch } from './start-watch.js';

/** All jobs of a process, by the names its code has for them. */
export type JobCatalog = Readonly<Record<string, JobDefinition>>;

/** One handler for each job of the catalogue, under the same name. */
export type JobHandlers<Jobs extends JobCatalog> = { readonly [Key in keyof Jobs]: JobHandler<Jobs[Key]> };

/** What settles jobs that have failed for the last time, under the names of the catalogue; the others just end. */
export type ExhaustedHandlers<Jobs extends JobCatalog> = {
  readonly [Key in keyof Jobs]?: ExhaustedHandler<Jobs[Key]>;
};

export type ExhaustedByName = ReadonlyMap<string, (payload: unknown, end: JobEnd) => Promise<void>>;

/** By the name of the job: its handler, which trusts that the queue holds what was enqueued. */
export type HandlersByName = ReadonlyMap<
  string,
  (payload: unknown, context: JobContext) => Promise<JobOutcome>
>;

/** Queues that the job queue uses itself. */
const RESERVED_QUEUES = [BUNDLE_QUEUE, FAILURE_QUEUE];

/**
 * The jobs by the names they are stored under.
 * @throws Error naming jobs or queues that share a name: one of the two would get what is meant for the other.
 */
export function jobsByName(catalog: JobCatalog): ReadonlyMap<string, JobDefinition> {
  const jobs = Object.values(catalog);
  const queues = [...new Set(jobs.map(({ queue }) => queue))].map(({ name }) => name);
  complain({
    'jobs of the same name': repeated(jobs.map(({ name }) => name)),
    'queues of the same name': repeated([...queues, ...RESERVED_QUEUES]),
  });
  return new Map(jobs.map((job) => [job.name, job]));
}

/** @throws Error naming the jobs without a handler and the handlers without a job: one of them would never run. */
export function handlersByName<Jobs extends JobCatalog>(
  catalog: Jobs,
  handlers: JobHandlers<Jobs>,
): HandlersByName {
  const given = new Map<string, unknown>(Object.entries(handlers));
  const jobs = Object.entries(catalog);
  const missing = jobs.filter(([key]) => typeof given.get(key) !== 'function');
  complain({
    'jobs without a handler': missing.map(([, { name }]) => name),
    'handlers without a job': [...given.keys()].filter((key) => !Object.hasOwn(catalog, key)),
  });
  return new Map(jobs.map(([key, { name }]) => [name, given.get(key)])) as HandlersByName;
}

export function exhaustedByName<Jobs extends JobCatalog>(
  catalog: Jobs,
  handlers: ExhaustedHandlers<Jobs>,
): ExhaustedByName {
  const given = new Map<string, unknown>(Object.entries(handlers));
  const named = Object.entries(catalog).map(([key, { name }]) => [name, given.get(key)] as const);
  return new Map(named.filter(([, handler]) => handler !== undefined)) as ExhaustedByName;
}

/** @throws Error naming the watched jobs of which the watch cannot tell how far they are: they would never get on. */
export function checkWatched(jobs: Iterable<JobDefinition>, watch: Pick<StartWatch, 'knows'>): void {
  const unknown = [...jobs].filter((job) => job.watch !== undefined && !watch.knows(job.name));
  complain({ 'watched jobs without a reader of their progress': unknown.map(({ name }) => name) });
}

/**
 * Jobs that one process runs at the same time, by the name of the queue.
 * @throws Error naming the queues for which neither their definition nor `settings` has a number, and those of
 * `settings` that fix it themselves or do not exist.
 */
export function concurrencyByQueue(
  queues: Iterable<QueueDefinition>,
  settings: Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const unset: string[] = [];
  const unsettable = new Set(Object.keys(settings));
  for (const { name, concurrency } of queues) {
    if (concurrency === undefined) unsettable.delete(name);
    const number = concurrency ?? settings[name];
    if (number === undefined) unset.push(name);
    else numbers.set(name, number);
  }
  complain({
    'queues without a concurrency': unset,
    'a concurrency for queues that take none': [...unsettable],
  });
  return numbers;
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

function complain(complaints: Readonly<Record<string, readonly string[]>>): void {
  const texts = Object.entries(complaints)
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what}: ${names.join(', ')}`);
  if (texts.length > 0) throw new Error(`The catalogue of jobs is wrong: ${texts.join('; ')}.`);
}
