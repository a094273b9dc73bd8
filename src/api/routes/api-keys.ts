import { PageQuery } from '../../lib/page-query.js';
import {
  ApiKeyDto,
  CreateApiKeyDto,
  CreatedApiKeyDto,
  presentApiKey,
  presentCreatedApiKey,
  type ApiKeyService,
} from '../../modules/auth/index.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';

export function apiKeysRoutes({ apiKeys }: { apiKeys: ApiKeyService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/api-keys',
      tag: 'api-keys',
      summary: 'API keys of the tenant, newest first',
      access: 'access:manage',
      query: PageQuery,
      response: { status: 200, description: 'A page of API keys', data: [ApiKeyDto] },
      async handler({ principal, query }) {
        const page = await apiKeys.list(principal.tenantId, query);
        return ok({ ...page, items: page.items.map(presentApiKey) });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/api-keys',
      tag: 'api-keys',
      summary: 'Create an API key; the key itself is in this answer only',
      access: 'access:manage',
      body: CreateApiKeyDto,
      // Not repeatable by Idempotency-Key: the stored answer would hold the secret in clear.
      response: { status: 201, description: 'The key', data: CreatedApiKeyDto },
      async handler({ principal, body }) {
        const expiresAt = body.expiresAt ? new Date(body.expiresAt) : undefined;
        const request = { name: body.name, scopes: body.scopes, expiresAt };
        return created(presentCreatedApiKey(await apiKeys.create(principal, request)));
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/api-keys/:id',
      tag: 'api-keys',
      summary: 'Revoke an API key, at once and for good',
      access: 'access:manage',
      response: { status: 200, description: 'The revoked key', data: ApiKeyDto },
      async handler({ principal, params }) {
        return ok(presentApiKey(await apiKeys.revoke(principal.tenantId, idOf(params))));
      },
    }),
  ];
}
