import { EventEmitter } from 'node:events';
import { callbackify } from 'node:util';
import pg from 'pg';
import { CallerGone } from '../lib/errors.js';
import { FairQueue } from '../lib/fair-queue.js';
import { cancelWhenAborted } from './cancel.js';
import { currentUse, uses, type Use, type UseOptions } from './use.js';

export interface PoolOfUse {
  /** Connections at most. */
  connections: number;
  /** Sent to every new connection, as one statement. */
  settings: string;
}

type Release = (error?: Error | boolean) => void;
type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: Release) => void;

/**
 * Stands where TypeORM expects the one pool of the driver, and lends connections of the pool for the current use. Time-outs
 * are settings of the session, sent once per connection: no statement pays for them.
 */
class PoolsByUse extends EventEmitter {
  private readonly pools: Record<Use, pg.Pool>;
  private readonly requests: FairQueue;

  constructor(config: pg.PoolConfig, byUse: Record<Use, PoolOfUse>) {
    super();
    const poolOf = (use: Use): pg.Pool => {
      const { connections, settings } = byUse[use];
      // The pool waits for it; the types of the driver do not say so.
      const onConnect = (client: pg.ClientBase): unknown => client.query(settings);
      const pool = new pg.Pool({ ...config, max: connections, onConnect });
      pool.on('error', (error) => this.emit('error', error));
      return pool;
    };
    this.pools = Object.fromEntries(uses.map((use) => [use, poolOf(use)])) as Record<Use, pg.Pool>;
    this.requests = sharesOf(byUse.request.connections);
  }

  connect(done: Connected): void {
    const using = currentUse();
    if (using.use === 'request' && using.tenantId !== undefined) {
      void this.lendInTurn(using, using.tenantId, done);
    } else this.lend(using, done);
  }

  /** Requests of one tenant, such as those that wait for each other's locks, leave connections for those of others. */
  private async lendInTurn(using: UseOptions, tenantId: string, done: Connected): Promise<void> {
    const turn = await this.requests.enter(tenantId, using.signal).catch(asError);
    if (turn instanceof Error) done(turn, undefined, nothing);
    else this.lend(using, withLeave(done, turn));
  }

  private lend({ use, signal }: UseOptions, done: Connected): void {
    if (signal?.aborted) {
      done(new CallerGone(), undefined, nothing);
      return;
    }
    this.pools[use].connect((error, client, release) => {
      if (error || !client || !signal) done(error, client, release);
      else if (signal.aborted) {
        // The caller left while it waited in the queue of the pool.
        release();
        done(new CallerGone(), undefined, nothing);
      } else done(undefined, client, this.releaseOf(client, release, signal));
    });
  }

  /** For the limiter of log-ins, which asks the pool itself. */
  query(statement: string | pg.QueryConfig): Promise<pg.QueryResult> {
    return this.pools[currentUse().use].query(statement);
  }

  end(done: (error: Error | null) => void): void {
    const endAll = async (): Promise<void> => {
      await Promise.all(Object.values(this.pools).map((pool) => pool.end()));
    };
    callbackify(endAll)(done);
  }

  /** A connection whose statement was cancelled is closed: a cancellation that comes late must not hit the next user. */
  private releaseOf(client: pg.PoolClient, release: Release, signal: AbortSignal): Release {
    const stop = cancelWhenAborted(client, signal, (processId) =>
      this.pools.short.query('SELECT pg_cancel_backend($1)', [processId]),
    );
    return (error) => release(stop() ? (error ?? true) : error);
  }
}

/** The driver's words for a pool that stays full, so that all callers take it for one. */
const POOL_FULL = 'timeout exceeded when trying to connect';
/** As long as the pool itself makes its callers wait. */
const WAIT_MS = 5_000;
const WAITING_PER_TENANT = 1_000;

/** A tenant has three connections of four, and one where there are two. */
function sharesOf(connections: number): FairQueue {
  const perTenant = Math.max(1, connections - Math.ceil(connections / 4));
  const limits = { atOnce: connections, perTenant, waitingPerTenant: WAITING_PER_TENANT, waitMs: WAIT_MS };
  return new FairQueue(limits, () => new Error(POOL_FULL));
}

function withLeave(done: Connected, leave: () => void): Connected {
  return (error, client, release) => {
    if (error || !client) {
      leave();
      done(error, client, release);
      return;
    }
    done(error, client, (broken) => {
      leave();
      release(broken);
    });
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function nothing(): void {
  // There is no connection to give back.
}

/** TypeORM's option `driver`: what it needs of the package pg. */
export function driverWith(byUse: Record<Use, PoolOfUse>): object {
  return {
    Pool: class extends PoolsByUse {
      constructor(config: pg.PoolConfig) {
        super(config, byUse);
      }
    },
  };
}
