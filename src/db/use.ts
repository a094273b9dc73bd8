import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What connections are wanted for. Each has a pool of its own, so that none of them waits for another's, and its
 * sessions end a statement after a time of its own.
 *
 * - `short`: log-in, health, and reads of a few rows by their keys;
 * - `request`: every other request;
 * - `heavyRead`: filters, searches, counts, reports, the pages of a download;
 * - `heavyWrite`: requests that write as many rows as a tenant has contacts;
 * - `job`: everything outside a request: sending, imports, upkeep;
 * - `migration`: bringing the schema up to date.
 */
export const uses = ['short', 'request', 'heavyRead', 'heavyWrite', 'job', 'migration'] as const;
export type Use = (typeof uses)[number];

export interface UseOptions {
  use: Use;
  /** For whom: of the connections for requests, one tenant has a share only. */
  tenantId?: string | undefined;
  /** Aborted when nobody waits for the result any more: statements under way are cancelled, and no more begin. */
  signal?: AbortSignal;
}

interface CurrentUse extends UseOptions {
  over: boolean;
}

const current = new AsyncLocalStorage<CurrentUse>();
const JOB: UseOptions = { use: 'job' };
/** How many uses there are at the moment. */
let active = 0;

/** What the code that runs now wants a connection for. */
export function currentUse(): UseOptions {
  const using = current.getStore();
  return using && !using.over ? using : JOB;
}

/**
 * Runs `work`; whatever it asks the database, in however many calls, is for this use. What it leaves behind (timers,
 * listeners) is a job's afterwards: it is not cut short by the signal of a request that has ended.
 *
 * While no use is active, Node follows none: on Node 20 following one makes every promise of the process cost twice as much,
 * also those of a worker that sends.
 */
export async function withUse<Result>(options: UseOptions, work: () => Promise<Result>): Promise<Result> {
  const using = { ...options, over: false };
  active += 1;
  try {
    return await current.run(using, work);
  } finally {
    using.over = true;
    active -= 1;
    if (active === 0) current.disable();
  }
}

/**
 * The same items, made for the use that is current now, whoever asks for the next one: a stream asks from wherever its
 * receiver has taken the one before.
 */
export function inCurrentUse<Item>(items: AsyncIterable<Item>): AsyncIterableIterator<Item> {
  const inUse = AsyncLocalStorage.snapshot();
  const iterator = items[Symbol.asyncIterator]();
  return {
    next: () => inUse(() => iterator.next()),
    return: async () => inUse(() => iterator.return?.() ?? { done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
