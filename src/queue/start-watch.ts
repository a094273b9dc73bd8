import type { WorkId } from './job.js';

/** A piece of work whose starts are recorded: what is worked on, and by which job. */
export interface WatchedWork extends WorkId {
  job: string;
}

/** A start that is recorded until one of its methods has resolved. They do not reject because a record cannot be removed. */
export interface RecordedStart {
  /** Aborted when the work should be handed back soon, so that a suspect gets the process for itself. */
  readonly signal: AbortSignal;
  /** Nothing of the work is left to do: its deaths are forgotten, too. */
  ended(): Promise<void>;
  /** The work goes on at another start. */
  handedBack(): Promise<void>;
  /** The thread that did the work has died. Returns how many deaths count by now. */
  threadDied(): Promise<{ deaths: number; givenUp: boolean }>;
}

export type Admission =
  | { kind: 'started'; start: RecordedStart }
  /** Not now: it is under way elsewhere, or must not run beside what is under way. */
  | { kind: 'wait'; ms: number }
  /** It has died too often without getting on. Once that is settled, `forget` ends the matter. */
  | { kind: 'given_up'; deaths: number };

/**
 * Remembers, outside of the queue and of the process, which long jobs have begun, so that one that kills its process or
 * thread is not started for ever.
 */
export interface StartWatch {
  /** Whether it can tell how far this job is. */
  knows(job: string): boolean;
  /** To be asked before the work begins. */
  begin(work: WatchedWork): Promise<Admission>;
  /** The work has ended, whichever way. */
  forget(work: WatchedWork): Promise<void>;
}
