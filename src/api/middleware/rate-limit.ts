import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../lib/errors.js';

/** Keeps one caller from starving the others. Counted per process: a lookup per request would cost more than it saves. */
export class RequestLimiter {
  private readonly limiter: RateLimiterMemory;

  constructor(private readonly requestsPerMinute: number) {
    this.limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
  }

  async count(caller: string): Promise<void> {
    try {
      await this.limiter.consume(caller);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new DomainError(
        'too_many',
        'too_many_requests',
        `More than ${this.requestsPerMinute} requests in a minute. Slow down.`,
        { retryAfterSeconds: Math.max(1, Math.ceil(error.msBeforeNext / 1_000)) },
      );
    }
  }
}
