import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { JobQueue } from '../../queue/job-queue.js';
import type { DeliverySources } from './source.js';
import type { TransportName } from '../../transports/transport.js';

export interface ReconcileLimits {
  /** A delivery queued for longer than this gets its job again, in milliseconds. */
  queuedMs: number;
  /** A claim older than this is dead; must be longer than the worker's time-out of a send. */
  sendingMs: number;
  /** A worker that was silent for that long has lost its sessions, and its claims are dead at once. */
  workerSilentMs: number;
  /** A message that may arrive twice is sent again no sooner than this after its worker was found gone. */
  graceMs: number;
  /** Rows per statement. */
  batch: number;
  /** Rows per run; the rest comes with the next one. */
  perRun: number;
}

export interface ReconcileDeps {
  database: Database;
  sources: DeliverySources;
  /** Whether a resend with the same id reaches the phone at most once on this transport. */
  hasIdempotentIds(transport: TransportName): boolean;
  queue: Pick<JobQueue, 'enqueueMany'>;
  clock: Clock;
  logger: Logger;
  limits?: Partial<ReconcileLimits>;
}

export interface ReconcileReport {
  /** Due or long queued deliveries whose jobs were offered to the queue again. */
  offered: number;
  /** Claims of dead workers whose messages go out again with the same id. */
  resent: number;
  /** Claims of dead workers whose sources risk a second copy: sent again unless a receipt settles them before. */
  risked: number;
  /** Claims of dead workers that stay `unknown` for now. */
  unknown: number;
  /** Claims of dead workers whose messages had evidently been sent. */
  settled: number;
}
