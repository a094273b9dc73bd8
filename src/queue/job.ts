/**
 * What a module says about its background work, in its `*.jobs.ts`. Names of jobs and queues are stored with the jobs
 * that wait in a running installation: one that is renamed leaves its waiting jobs without a handler.
 */

export interface QueueDefinition {
  readonly name: string;
  /**
   * Jobs of this queue that one worker process runs at the same time, where the jobs rely on the number. Absent: the
   * configuration says it.
   */
  readonly concurrency?: number;
  /** How long a job that asks for its `timeSlice` goes on while others of the queue wait. Absent: until it ends. */
  readonly timeSliceMs?: number;
}

/** What a job works on: a row of a tenant. */
export interface WorkId {
  tenantId: string;
  id: string;
}

interface JobOptions<Payload extends object = object> {
  queue: QueueDefinition;
  /** How often a job whose handler threw is tried, with exponential back-off from `backoffMs`. */
  attempts: number;
  backoffMs: number;
  /**
   * Failures add up for as long as the job lives, also when it runs again of its own accord in between. For jobs that
   * rest often on their way to one end; a job that lives as long as what it looks after begins anew with each good run.
   */
  addsUpFailures?: true;
  /**
   * For long jobs over what users bring, which may take more memory than there is: says what the job works on. Its starts
   * are recorded, so that one that kills its process or thread every time ends (`StartWatch`). Costs some statements a run.
   */
  watch?(payload: Payload): WorkId;
}

/** Exists for the compiler only: it ties a job to what it carries. */
declare const carried: unique symbol;

export interface JobDefinition<Payload extends object = object> extends Readonly<JobOptions<Payload>> {
  readonly name: string;
  /** Runs by itself every so many milliseconds, once in the whole fleet. */
  readonly everyMs?: number;
  readonly [carried]?: Payload;
}

export type PayloadOf<Job extends JobDefinition> = Job extends JobDefinition<infer Payload> ? Payload : never;

/** A job that is enqueued. Payloads are stored as JSON and hold ids, not rows: PostgreSQL is the truth. */
export function defineJob<Payload extends object>(
  name: string,
  options: JobOptions<Payload>,
): JobDefinition<Payload> {
  return { ...options, name };
}

/** A job that runs by itself and carries nothing; `wake` makes it start earlier. */
export function defineRecurringJob(
  name: string,
  options: JobOptions<Record<string, never>> & { everyMs: number },
): JobDefinition<Record<string, never>> {
  return { ...options, name };
}

/** For recurring jobs that look after the whole installation: one at a time, so that they take little from the rest. */
export const maintenanceQueue: QueueDefinition = { name: 'maintenance', concurrency: 1 };

/** `runAgain` keeps the same job and lets it rest until `at`; it is not a failure and costs no attempt. */
export type JobOutcome = { kind: 'done' } | { kind: 'runAgain'; at: Date };

export interface JobContext {
  /** Aborted when the process drains, or another job needs it for itself: finish or hand back soon. */
  signal: AbortSignal;
  /** Of a job whose queue has `timeSliceMs`. A long job asks after each commit whether it should let others go first. */
  timeSlice?: { isOver(): Promise<boolean> };
}

/** What runs a job: `JobHandler<typeof sendMessage>`. */
export type JobHandler<Job extends JobDefinition> = (
  payload: PayloadOf<Job>,
  context: JobContext,
) => Promise<JobOutcome>;

/** Why a job is not tried again: its handler threw on every attempt, or its process or thread died of it each time. */
export type JobEnd = 'failed' | 'died';

/**
 * What is to be done when a job has failed for the last time, so that nothing waits for it: the job ends once this has
 * resolved. Until then it rests and is tried again, handler first. Like a handler it may run twice.
 */
export type ExhaustedHandler<Job extends JobDefinition> = (
  payload: PayloadOf<Job>,
  end: JobEnd,
) => Promise<void>;
