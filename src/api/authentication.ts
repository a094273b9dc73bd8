import { createHash } from 'node:crypto';
import type { Request } from 'express';
import QuickLRU from 'quick-lru';
import { DomainError } from '../lib/errors.js';
import { addressBlock, type Authenticator, type Credentials, type Principal } from '../modules/auth/index.js';
import type { RequestLimiter } from './middleware/rate-limit.js';

/** Credentials that were right lately. A guess of one of them is right as well. */
const KNOWN = { maxSize: 10_000, maxAge: 10 * 60_000 };

/** What the budgets of callers without a user are counted by. */
export function addressOf(request: Request): string {
  return addressBlock(request.ip ?? 'unknown');
}

/**
 * Finds out who asks. Every wrong guess costs a look into the database, so an address has a number of them a minute;
 * after that only credentials that were right lately are looked at, so that others behind that address go on.
 */
export class CallerCheck {
  private readonly known = new QuickLRU<string, true>(KNOWN);

  constructor(
    private readonly authenticator: Authenticator,
    private readonly limiter: RequestLimiter,
  ) {}

  /** Refuses with `unauthenticated`, or with `too_many` after too many wrong guesses from this address. */
  async principalOf(request: Request): Promise<Principal> {
    const credentials = {
      authorization: request.get('authorization'),
      apiKey: request.get('x-api-key'),
    };
    const guesses = `refused:${addressOf(request)}`;
    const digest = digestOf(credentials);
    if (!this.known.has(digest)) await this.limiter.refuseWhenSpent(guesses);
    try {
      const principal = await this.authenticator.authenticate(credentials);
      this.known.set(digest, true);
      return principal;
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'unauthenticated') {
        this.known.delete(digest);
        await this.limiter.count(guesses);
      }
      throw error;
    }
  }
}

/** Refuses with `forbidden` and names the scope that is missing. */
export function requireScope(principal: Principal, scope: Principal['scopes'][number]): void {
  if (principal.scopes.includes(scope)) return;
  const whose = principal.via === 'api_key' ? 'This API key' : `The role ${principal.role}`;
  throw new DomainError('forbidden', 'scope_missing', `${whose} does not have the scope ${scope}.`);
}

function digestOf({ authorization, apiKey }: Credentials): string {
  return createHash('sha256')
    .update(JSON.stringify([authorization, apiKey]))
    .digest('base64');
}
