import { EventEmitter } from 'node:events';
import { callbackify } from 'node:util';
import pg from 'pg';
import { CallerGone } from '../lib/errors.js';
import { cancelWhenAborted } from './cancel.js';
import { currentUse, uses, type Use } from './use.js';

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
  }

  connect(done: Connected): void {
    const { use, signal } = currentUse();
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
