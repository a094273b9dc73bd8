import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { DomainError, invalid, notFound } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { randomToken } from '../../lib/random.js';
import { ApiKeyRepository } from './api-key.repository.js';
import type { ApiKey } from './auth.entity.js';
import { scopesOfKey } from './core/roles.js';
import { apiKeyFrom, sha256 } from './core/secrets.js';
import type { Principal, Scope } from './principal.js';

/** A busy key would otherwise cost one update per request. */
const LAST_USED_PRECISION_MS = 60_000;

export interface NewApiKey {
  name: string;
  scopes: Scope[];
  expiresAt?: Date;
}

/** Keys for programs. A key acts for the user who made it, with a part of that user's scopes. */
export class ApiKeyService {
  private readonly keys = new ApiKeyRepository();

  constructor(private readonly deps: { database: Database; clock: Clock }) {}

  /** The key itself is in this result only. A user cannot give a key scopes they do not have themselves. */
  async create(principal: Principal, request: NewApiKey): Promise<{ key: string; apiKey: ApiKey }> {
    const now = this.deps.clock.now();
    const beyond = request.scopes.filter((scope) => !principal.scopes.includes(scope));
    if (beyond.length > 0) {
      throw new DomainError(
        'forbidden',
        'scope_beyond_own',
        `You do not have ${beyond.join(', ')} yourself.`,
        {
          errors: [{ path: 'scopes', message: `must be among your own scopes; remove ${beyond.join(', ')}` }],
        },
      );
    }
    // Not `<=`: ISO 8601 knows dates that JavaScript does not, such as weeks.
    if (request.expiresAt && !(request.expiresAt > now)) {
      const message = 'must be a time in the future, such as 2031-12-31T00:00:00Z';
      throw invalid([{ path: 'expiresAt', message }]);
    }
    const { key, prefix, hash } = apiKeyFrom(randomToken(32));
    const apiKey: ApiKey = {
      id: newId(),
      tenantId: principal.tenantId,
      createdBy: principal.userId,
      name: request.name,
      prefix,
      hash,
      scopes: [...new Set(request.scopes)],
      expiresAt: request.expiresAt ?? null,
      revokedAt: null,
      lastUsedAt: null,
      createdAt: now,
    };
    await this.keys.insert(this.deps.database.manager, apiKey);
    return { key, apiKey };
  }

  /** Newest first, revoked ones too. */
  async list(tenantId: string, request: PageRequest): Promise<Page<ApiKey>> {
    const rows = await this.keys.listBefore(
      this.deps.database.manager,
      tenantId,
      idBehind(request.cursor),
      request.limit + 1,
    );
    return toPage(rows, request.limit, (key) => [key.id]);
  }

  /** Works at once and for good; revoking a revoked key changes nothing. */
  async revoke(tenantId: string, id: string): Promise<ApiKey> {
    const tx = this.deps.database.manager;
    await this.keys.revoke(tx, tenantId, id, this.deps.clock.now());
    const apiKey = await this.keys.find(tx, tenantId, id);
    if (!apiKey) throw notFound('api_key', id);
    return apiKey;
  }

  /** Who a key acts for; refuses revoked, expired and unknown keys alike. */
  async principalOf(key: string): Promise<Principal> {
    const tx = this.deps.database.manager;
    const now = this.deps.clock.now();
    const found = await this.keys.findUsable(tx, sha256(key), now);
    if (!found) {
      throw new DomainError(
        'unauthenticated',
        'api_key_invalid',
        'The API key is unknown, revoked or expired.',
      );
    }
    if (!found.lastUsedAt || now.getTime() - found.lastUsedAt.getTime() > LAST_USED_PRECISION_MS) {
      await this.keys.markUsed(tx, found.id, now);
    }
    return {
      tenantId: found.tenantId,
      userId: found.userId,
      email: found.email,
      role: found.role,
      scopes: scopesOfKey(found.scopes, found.role),
      via: 'api_key',
    };
  }
}
