import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { Database } from '../../db/index.js';
import { DomainError } from '../../lib/errors.js';
import { addressBlock } from './core/addresses.js';
import { sha256 } from './core/secrets.js';

export interface LoginLimits {
  /** Failed attempts per window before further ones are refused. */
  perEmail: number;
  perAddress: number;
  windowSeconds: number;
}

const defaultLoginLimits: LoginLimits = { perEmail: 10, perAddress: 50, windowSeconds: 15 * 60 };

/** Counts failed logins per e-mail address and per network address, for all processes together. */
export class LoginLimiter {
  private readonly byEmail: RateLimiterPostgres;
  private readonly byAddress: RateLimiterPostgres;

  constructor(database: Database, limits: LoginLimits = defaultLoginLimits) {
    const limiter = (keyPrefix: string, points: number) =>
      new RateLimiterPostgres({
        storeClient: database.dataSource,
        storeType: 'typeorm',
        tableName: 'rate_limits',
        tableCreated: true,
        keyPrefix,
        points,
        duration: limits.windowSeconds,
        blockDuration: limits.windowSeconds,
        // Who goes on after that is refused without asking the database.
        inMemoryBlockOnConsumed: points + 2,
      });
    this.byEmail = limiter('login-email', limits.perEmail);
    this.byAddress = limiter('login-address', limits.perAddress);
  }

  /** Counts before the password is checked, so that a hundred attempts at once cannot pass the limit together. */
  async attempt(email: string, address: string): Promise<void> {
    await consume(this.byAddress, addressKey(address));
    await consume(this.byEmail, sha256(email));
  }

  async succeeded(email: string, address: string): Promise<void> {
    await Promise.all([this.byEmail.delete(sha256(email)), this.byAddress.reward(addressKey(address), 1)]);
  }
}

function addressKey(address: string): string {
  return sha256(addressBlock(address));
}

async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw new DomainError(
      'too_many',
      'too_many_logins',
      `Too many failed logins. Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`,
      { retryAfterSeconds },
    );
  }
}
