import type { Database } from '../db/index.js';
import { CallerGone, DomainError } from '../lib/errors.js';
import { codeOf, STATEMENT_CANCELLED } from '../lib/transient-errors.js';
import { FairQueue } from '../lib/fair-queue.js';
import type { Route, RouteCost } from './route.js';

/** How many requests of each cost run at once, in this process. */
export interface WorkLimits {
  expensivePerTenant: number;
  expensiveAtOnce: number;
  downloadsPerTenant: number;
  downloadsAtOnce: number;
}

/** As many as a page of a user interface may ask for at once: they wait for their turn instead of failing. */
const WAITING_PER_TENANT = 50;
const WAIT_MS = 10_000;
const RETRY_SECONDS = 5;

type SharedCost = Exclude<RouteCost, 'short'>;

const useOfCost = {
  short: 'short',
  heavyRead: 'heavyRead',
  download: 'heavyRead',
  heavyWrite: 'heavyWrite',
} as const satisfies Record<RouteCost, Parameters<Database['using']>[0]['use']>;

const tooLongMessages: Record<SharedCost, string> = {
  heavyRead:
    'This takes the database too long. Ask for less: fewer or simpler conditions, longer texts to search for, or a ' +
    'smaller part such as one list or one campaign.',
  download:
    'The next page of the file takes the database too long. Ask for less, such as one list or one state.',
  heavyWrite:
    'This writes more than the time for it allows, so nothing was written. Divide it, such as by lists or segments.',
};

/**
 * Runs the work of routes with what their cost allows: connections of their own, a time-out for each statement, and for
 * the expensive ones a share of the process that no tenant can exceed.
 */
export class RouteWork {
  private readonly shares: Record<SharedCost, FairQueue>;

  constructor(
    private readonly database: Pick<Database, 'using'>,
    limits: WorkLimits,
  ) {
    const sharesOf = (perTenant: number, atOnce: number): FairQueue =>
      new FairQueue({ perTenant, atOnce, waitingPerTenant: WAITING_PER_TENANT, waitMs: WAIT_MS }, () =>
        tooManyAtOnce(perTenant),
      );
    this.shares = {
      heavyRead: sharesOf(limits.expensivePerTenant, limits.expensiveAtOnce),
      // Half as many, because each may take minutes.
      heavyWrite: sharesOf(half(limits.expensivePerTenant), half(limits.expensiveAtOnce)),
      download: sharesOf(limits.downloadsPerTenant, limits.downloadsAtOnce),
    };
  }

  /** For what every request needs before its own work: who asks, and whether it was asked before. */
  short<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.database.using({ use: 'short' }, work).catch(explained);
  }

  /**
   * Runs a route's own work. Refuses (`too_many`) when the tenant has too many of its kind under way, and explains
   * (`not_possible`) a statement that took too long. Reads end with the signal.
   */
  async run<Result>(
    route: Pick<Route, 'access' | 'work'>,
    { tenantId, signal }: { tenantId: string | undefined; signal: AbortSignal },
    work: () => Promise<Result>,
  ): Promise<Result> {
    const cost = route.access === 'public' ? 'short' : route.work;
    if (cost === undefined) return this.database.using({ use: 'request', tenantId }, work).catch(explained);
    if (cost === 'short') return this.short(work);
    const use = useOfCost[cost];
    // What is being written is finished although nobody waits for it: half of it is never kept.
    const options = cost === 'heavyWrite' ? { use } : { use, signal };
    try {
      return await this.shares[cost].run(tenantId ?? '', signal, () => this.database.using(options, work));
    } catch (error) {
      if (cost !== 'heavyWrite' && signal.aborted) throw new CallerGone();
      if (codeOf(error) !== STATEMENT_CANCELLED) throw error;
      throw new DomainError('not_possible', 'takes_too_long', tooLongMessages[cost]);
    }
  }
}

function tooManyAtOnce(perTenant: number): DomainError {
  const message =
    `Too many expensive requests at once: ${perTenant} of a tenant run at a time. ` +
    `Ask again in ${RETRY_SECONDS} seconds, and one after the other.`;
  return new DomainError('too_many', 'too_many_at_once', message, { retryAfterSeconds: RETRY_SECONDS });
}

function half(count: number): number {
  return Math.max(1, Math.floor(count / 2));
}

function explained(error: unknown): never {
  if (codeOf(error) !== STATEMENT_CANCELLED) throw error;
  const message = 'The database was too busy to answer in time. Try again soon.';
  throw new DomainError('unavailable', 'database_too_slow', message);
}
