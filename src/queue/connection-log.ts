import type { Clock } from '../lib/clock.js';
import { errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';

const QUIET_MS = 30_000;

/**
 * Logs the errors of connections: a server that is down makes every connection of the process complain several
 * times a second, so the same complaint is written once per half minute, with the number of those left out.
 */
export class ConnectionLog {
  private readonly seen = new Map<string, { loggedAt: number; leftOut: number }>();
  private closed = false;

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  /** From now on lost connections are what was asked for: their farewells are not worth a line. */
  close(): void {
    this.closed = true;
  }

  report(error: unknown): void {
    if (this.closed) return;
    // ioredis reports a refused connection to a host with several addresses as an AggregateError without a text.
    const message =
      errorMessage(error) || (error instanceof AggregateError ? errorMessage(error.errors[0]) : '');
    const now = this.clock.now().getTime();
    const last = this.seen.get(message);
    if (last && now - last.loggedAt < QUIET_MS) {
      last.leftOut += 1;
      return;
    }
    // Messages can carry changing parts; the list of known ones must not grow for ever.
    if (this.seen.size > 100) this.seen.clear();
    this.seen.set(message, { loggedAt: now, leftOut: 0 });
    this.logger.error({ error: message, leftOut: last?.leftOut ?? 0 }, 'the job queue reports an error');
  }
}
