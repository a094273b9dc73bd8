import type { Clock } from '../lib/clock.js';
import { errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { ThrottledLogger } from '../lib/throttled-logger.js';

/** Logs the errors of connections: a server that is down makes every connection of the process complain. */
export class ConnectionLog {
  private readonly log: ThrottledLogger;
  private closed = false;

  constructor(logger: Logger, clock: Clock) {
    this.log = new ThrottledLogger(logger, clock);
  }

  /** From now on lost connections are what was asked for: their farewells are not worth a line. */
  close(): void {
    this.closed = true;
  }

  report(error: unknown): void {
    this.write('error', 'the job queue reports an error', error);
  }

  /** An error of a statement that is asked again: nothing is lost so far. */
  noteRetried(error: unknown): void {
    this.write('warn', 'a statement of the job queue is asked again', error);
  }

  private write(level: 'error' | 'warn', what: string, error: unknown): void {
    if (this.closed) return;
    // ioredis reports a refused connection to a host with several addresses as an AggregateError without a text.
    const message =
      errorMessage(error) || (error instanceof AggregateError ? errorMessage(error.errors[0]) : '');
    this.log.report(level, `${level} ${message}`, what, { error: message });
  }
}
