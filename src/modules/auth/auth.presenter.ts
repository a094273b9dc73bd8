import type { ApiKeyDto, CreatedApiKeyDto, MeDto, TokensDto } from './auth.dto.js';
import type { ApiKey } from './auth.entity.js';
import type { Login } from './auth.service.js';
import type { Principal } from './principal.js';

export function presentLogin(login: Login): TokensDto {
  const { id, tenantId, email, role } = login.user;
  return {
    accessToken: login.accessToken,
    refreshToken: login.refreshToken,
    expiresIn: login.expiresIn,
    user: { id, tenantId, email, role },
  };
}

export function presentPrincipal(principal: Principal): MeDto {
  const { userId, tenantId, email, role, scopes, via } = principal;
  return { id: userId, tenantId, email, role, scopes: [...scopes], via };
}

export function presentApiKey(apiKey: ApiKey): ApiKeyDto {
  return {
    id: apiKey.id,
    name: apiKey.name,
    prefix: apiKey.prefix,
    scopes: apiKey.scopes,
    expiresAt: apiKey.expiresAt?.toISOString() ?? null,
    revokedAt: apiKey.revokedAt?.toISOString() ?? null,
    lastUsedAt: apiKey.lastUsedAt?.toISOString() ?? null,
    createdAt: apiKey.createdAt.toISOString(),
  };
}

export function presentCreatedApiKey(created: { key: string; apiKey: ApiKey }): CreatedApiKeyDto {
  return Object.assign(presentApiKey(created.apiKey), { key: created.key });
}
