import pLimit from 'p-limit';
import type { Database, Tx } from '../../db/index.js';
import { addMs, type Clock } from '../../lib/clock.js';
import { DomainError } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { Logger } from '../../lib/logger.js';
import { randomToken } from '../../lib/random.js';
import { AccessTokens } from './access-tokens.js';
import type { User } from './auth.entity.js';
import { sha256 } from './core/secrets.js';
import { TtlCache } from './core/ttl-cache.js';
import type { LoginLimiter } from './login-limiter.js';
import { verifyPassword } from './passwords.js';
import { RefreshTokenRepository } from './refresh-token.repository.js';
import { UserRepository } from './user.repository.js';

const LOGGED_IN_CACHE = { ttlMs: 5_000, maxEntries: 10_000 };
/** Browsers send Basic credentials with every request; argon2 must not run for each of them. */
const BASIC_CACHE = { ttlMs: 60_000, maxEntries: 100 };

/** Passwords that are being checked or wait for it: about a second's work. */
const MAX_LOGINS = 50;
const RETRY_SECONDS = 5;

export interface LoginRequest {
  email: string;
  password: string;
  /** The caller's network address, for the limit on attempts. */
  address: string;
}

export interface Login {
  user: User;
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
}

/** Logins: passwords, access tokens and the refresh tokens that renew them. */
export class AuthService {
  private readonly users = new UserRepository();
  private readonly refreshTokens = new RefreshTokenRepository();
  private readonly accessTokens: AccessTokens;
  private readonly loggedIn = new TtlCache<User>(LOGGED_IN_CACHE);
  private readonly logins = pLimit(MAX_LOGINS);
  private readonly basicLogins = new TtlCache<User>(BASIC_CACHE);

  constructor(
    private readonly deps: {
      database: Database;
      limiter: LoginLimiter;
      clock: Clock;
      logger: Logger;
      jwtSecret: string;
      accessTokenSeconds: number;
      refreshTokenSeconds: number;
    },
  ) {
    this.accessTokens = new AccessTokens(deps.jwtSecret, deps.accessTokenSeconds);
  }

  /**
   * Refuses with `unauthenticated`, with `too_many` after too many failures per e-mail or network address, or with
   * `unavailable` when too many log in at once.
   */
  async login(request: LoginRequest): Promise<Login> {
    const user = await this.verifyCredentials(request);
    const now = this.deps.clock.now();
    return this.deps.database.transaction(async (tx) => {
      await this.refreshTokens.purgeExpired(tx, user.id, now);
      return this.issue(tx, user, newId(), now);
    });
  }

  /** The user behind HTTP Basic credentials. A correct pair is remembered for a minute. */
  async verifyBasic(request: LoginRequest): Promise<User> {
    const key = sha256(JSON.stringify([request.email, request.password]));
    const known = this.basicLogins.get(key, this.deps.clock.now());
    if (known) return known;
    const user = await this.verifyCredentials(request);
    this.basicLogins.set(key, user, this.deps.clock.now());
    return user;
  }

  /** A refresh token works once. A second use means that it was copied: then the whole login ends. */
  async refresh(refreshToken: string): Promise<Login> {
    const outcome = await this.deps.database.transaction((tx) => this.rotate(tx, sha256(refreshToken)));
    if (outcome.kind === 'renewed') return outcome.login;
    if (outcome.kind === 'reused') {
      this.loggedIn.clear();
      this.deps.logger.warn(
        { userId: outcome.userId },
        'a refresh token was used twice; its login was ended',
      );
    }
    throw loginEnded();
  }

  /** Ends the login this refresh token belongs to; an unknown token is no error. */
  async logout(refreshToken: string): Promise<void> {
    await this.refreshTokens.endFamilyOf(this.deps.database.manager, sha256(refreshToken));
    this.loggedIn.clear();
  }

  /** The user of an access token. Deleted users and ended logins are noticed within five seconds. */
  async userOfAccessToken(token: string): Promise<User> {
    const now = this.deps.clock.now();
    const verified = await this.accessTokens.verify(token, now);
    if (verified.kind === 'expired') {
      throw new DomainError(
        'unauthenticated',
        'token_expired',
        'The access token has expired. Renew it with POST /api/auth/refresh.',
      );
    }
    if (verified.kind === 'invalid') {
      throw new DomainError(
        'unauthenticated',
        'token_invalid',
        'The bearer token is neither a valid access token nor an API key.',
      );
    }
    const { userId, familyId } = verified.claims;
    const known = this.loggedIn.get(`${userId}:${familyId}`, now);
    if (known) return known;
    const user = await this.users.findLoggedIn(this.deps.database.manager, userId, familyId);
    if (!user) throw loginEnded();
    this.loggedIn.set(`${userId}:${familyId}`, user, now);
    return user;
  }

  private async verifyCredentials(request: LoginRequest): Promise<User> {
    const { activeCount, pendingCount } = this.logins;
    if (activeCount + pendingCount < MAX_LOGINS) return this.logins(() => this.verifyInTurn(request));
    // Before it counts as an attempt: this is not the caller's failure.
    const message = 'Too many log-ins at once. Try again in a few seconds.';
    const retryAfterSeconds = RETRY_SECONDS;
    throw new DomainError('unavailable', 'login_busy', message, { retryAfterSeconds });
  }

  private async verifyInTurn(request: LoginRequest): Promise<User> {
    const email = request.email.trim().toLowerCase();
    await this.deps.limiter.attempt(email, request.address);
    const user = await this.users.findByEmail(this.deps.database.manager, email);
    const matches = await verifyPassword(user?.passwordHash, request.password);
    if (!user || !matches) {
      throw new DomainError(
        'unauthenticated',
        'wrong_credentials',
        'The e-mail address or the password is wrong.',
      );
    }
    await this.deps.limiter.succeeded(email, request.address);
    return user;
  }

  private async rotate(
    tx: Tx,
    hash: string,
  ): Promise<{ kind: 'renewed'; login: Login } | { kind: 'reused'; userId: string } | { kind: 'unknown' }> {
    const now = this.deps.clock.now();
    const token = await this.refreshTokens.lockByHash(tx, hash);
    if (!token || token.expiresAt <= now) return { kind: 'unknown' };
    if (token.usedAt) {
      await this.refreshTokens.endFamily(tx, token.familyId);
      return { kind: 'reused', userId: token.userId };
    }
    const user = await this.users.find(tx, token.userId);
    if (!user) return { kind: 'unknown' };
    await this.refreshTokens.markUsed(tx, token.id, now);
    return { kind: 'renewed', login: await this.issue(tx, user, token.familyId, now) };
  }

  private async issue(tx: Tx, user: User, familyId: string, now: Date): Promise<Login> {
    const refreshToken = randomToken(32);
    await this.refreshTokens.insert(tx, {
      id: newId(),
      tenantId: user.tenantId,
      userId: user.id,
      familyId,
      hash: sha256(refreshToken),
      expiresAt: addMs(now, this.deps.refreshTokenSeconds * 1_000),
    });
    const accessToken = await this.accessTokens.sign({ userId: user.id, familyId }, now);
    return { user, accessToken, refreshToken, expiresIn: this.deps.accessTokenSeconds };
  }
}

function loginEnded(): DomainError {
  return new DomainError('unauthenticated', 'login_ended', 'This login has ended. Log in again.');
}
