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
      throw this.refusal(error);
    }
  }

  /** Refuses a caller who has used up this minute's requests; counts nothing. */
  async refuseWhenSpent(caller: string): Promise<void> {
    const spent = await this.limiter.get(caller);
    if (spent && spent.consumedPoints >= this.requestsPerMinute) throw this.refusal(spent);
  }

  private refusal({ msBeforeNext }: RateLimiterRes): DomainError {
    return new DomainError(
      'too_many',
      'too_many_requests',
      `More than ${this.requestsPerMinute} requests in a minute. Slow down.`,
      { retryAfterSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)) },
    );
  }
}
