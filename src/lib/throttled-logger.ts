import QuickLRU from 'quick-lru';
import type { Clock } from './clock.js';
import type { Logger } from './logger.js';

const QUIET_MS = 30_000;
const MOST_KINDS = 100;
/** Ids of jobs and rows differ, and a thousand of them may fail the same way: words with a digit. */
const WORDS = /[\w-]+/g;
const DIGIT = /\d/;

/**
 * Writes the same message once per half minute, with the number of those left out: a server that is down makes every
 * caller log the error several times a second, and one line is enough.
 */
export class ThrottledLogger {
  /** Kinds can carry changing parts: the list of known ones must not grow for ever. */
  private readonly seen = new QuickLRU<string, { loggedAt: number; leftOut: number }>({
    maxSize: MOST_KINDS,
  });

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {}

  /** Complaints of one name, ids aside, are the same; the fields are those of the one that is written. */
  report(level: 'warn' | 'error', name: string, message: string, fields: object = {}): void {
    const kind = name.replaceAll(WORDS, (word) => (DIGIT.test(word) ? '#' : word));
    const now = this.clock.now().getTime();
    const last = this.seen.get(kind);
    if (last && now - last.loggedAt < QUIET_MS) {
      last.leftOut += 1;
      return;
    }
    this.seen.set(kind, { loggedAt: now, leftOut: 0 });
    this.logger[level]({ ...fields, leftOut: last?.leftOut ?? 0 }, message);
  }
}
