import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { DomainError } from '../../lib/errors.js';
import { TenantRepository } from '../tenants/index.js';
import type { ApiKeyService } from './api-key.service.js';
import type { User } from './auth.entity.js';
import type { AuthService } from './auth.service.js';
import { scopesOf } from './core/roles.js';
import { looksLikeApiKey } from './core/secrets.js';
import { TtlCache } from './core/ttl-cache.js';
import type { Principal } from './principal.js';
import { UserRepository } from './user.repository.js';

/** `none` is for a laptop: every caller is the first owner. The server then listens on loopback only. */
export type AuthMode = 'password' | 'none';

export interface Credentials {
  /** The whole `Authorization` header. */
  authorization: string | undefined;
  /** The `X-API-Key` header. */
  apiKey: string | undefined;
}

/** Turns what a request carries into who is asking. */
export class Authenticator {
  private readonly users = new UserRepository();
  private readonly tenants = new TenantRepository();
  private readonly localAdmin = new TtlCache<Principal>({ ttlMs: 5_000, maxEntries: 1 });

  constructor(
    private readonly deps: {
      mode: AuthMode;
      database: Database;
      auth: AuthService;
      apiKeys: ApiKeyService;
      clock: Clock;
    },
  ) {}

  get mode(): AuthMode {
    return this.deps.mode;
  }

  /** Refuses with `unauthenticated` and says what is missing. */
  async authenticate(credentials: Credentials): Promise<Principal> {
    if (this.deps.mode === 'none') return this.asLocalAdmin();
    if (credentials.apiKey !== undefined) return this.deps.apiKeys.principalOf(credentials.apiKey);
    const bearer = /^Bearer +(\S+)$/i.exec(credentials.authorization ?? '')?.[1];
    if (bearer === undefined) {
      throw new DomainError(
        'unauthenticated',
        'credentials_missing',
        'Credentials are missing. Send "Authorization: Bearer <access token or API key>" or "X-API-Key: <key>".',
      );
    }
    if (looksLikeApiKey(bearer)) return this.deps.apiKeys.principalOf(bearer);
    return principalOf(await this.deps.auth.userOfAccessToken(bearer), 'jwt');
  }

  /** For pages that a browser opens by itself and that therefore can carry no bearer token. */
  async authenticateBrowser(credentials: Credentials, address: string): Promise<Principal> {
    const basic = /^Basic +(\S+)$/i.exec(credentials.authorization ?? '')?.[1];
    if (basic === undefined || this.deps.mode === 'none') return this.authenticate(credentials);
    const decoded = Buffer.from(basic, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    const user = await this.deps.auth.verifyBasic({
      email: colon < 0 ? decoded : decoded.slice(0, colon),
      password: colon < 0 ? '' : decoded.slice(colon + 1),
      address,
    });
    return principalOf(user, 'basic');
  }

  /** For what concerns the whole installation: refuses (`forbidden`) the admins of other tenants. */
  async requireOperator(principal: Principal): Promise<void> {
    if (await this.tenants.isOperator(this.deps.database.manager, principal.tenantId)) return;
    const message = 'This shows the work of all tenants; only admins of the tenant "default" may see it.';
    throw new DomainError('forbidden', 'not_operator', message);
  }

  private async asLocalAdmin(): Promise<Principal> {
    const now = this.deps.clock.now();
    const known = this.localAdmin.get('admin', now);
    if (known) return known;
    const owner = await this.users.findFirstOwner(this.deps.database.manager);
    if (!owner) {
      throw new DomainError(
        'unavailable',
        'no_admin',
        'There is no admin yet; the server is still starting.',
        {
          retryAfterSeconds: 1,
        },
      );
    }
    const principal = principalOf(owner, 'none');
    this.localAdmin.set('admin', principal, now);
    return principal;
  }
}

function principalOf(user: User, via: Principal['via']): Principal {
  return {
    tenantId: user.tenantId,
    userId: user.id,
    email: user.email,
    role: user.role,
    scopes: scopesOf(user.role),
    via,
  };
}
