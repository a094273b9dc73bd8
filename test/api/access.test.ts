import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Route } from '../../src/api/route.js';
import { newId } from '../../src/lib/ids.js';
import { scopes, type Scope } from '../../src/modules/auth/principal.js';
import { dataOf } from './filled-tenant.js';
import { declaredRoutes, startSurface, type Call, type Surface } from './surface.js';

let surface: Surface;
let owner: Call;
let viewer: Call;

beforeAll(async () => {
  surface = await startSurface();
  const boss = await surface.as('owner');
  owner = boss.call;
  viewer = (await surface.as('viewer', boss.tenantId)).call;
});
afterAll(() => surface.close());

const named = (routes: readonly Route[]) =>
  routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const);
const guarded = declaredRoutes.filter(({ access }) => access !== 'public');
const scoped = guarded.filter(({ access }) => access !== 'authenticated');

/** With ids that do not exist and no body: a caller who is let in gets 400 or 404, and nothing happens. */
function attempt(call: Call, { method, path }: Route) {
  const target = path.replaceAll(/:\w+/g, () => newId());
  return call(method.toUpperCase(), target, method === 'get' ? {} : { body: {} });
}

async function keyWith(granted: readonly Scope[]): Promise<Call> {
  const body = { name: 'k', scopes: granted };
  return surface.withKey(dataOf(await owner('POST', '/api/api-keys', { body }))['key'] ?? '');
}

describe('routes that ask for no credentials', () => {
  it('are these and no others', () => {
    const open = declaredRoutes.filter(({ access }) => access === 'public').map(({ path }) => path);
    expect(open.toSorted()).toEqual([
      '/api/auth/login',
      '/api/auth/logout',
      '/api/auth/refresh',
      '/health',
      '/health/live',
      '/health/ready',
    ]);
  });

  it('tell nothing about the machine, the database or a tenant', async () => {
    for (const path of ['/health', '/health/live', '/health/ready']) {
      const { status, text } = await surface.anonymous('GET', path);
      expect(status).toBe(200);
      expect(text).not.toMatch(/postgres|127\.0\.0\.1|\/tmp|pid|node_|secret|@/i);
      expect(text).not.toContain(new URL(surface.db.url).pathname.slice(1));
    }
  });
});

describe('without credentials', () => {
  it.each(named(guarded))('%s answers 401', async (_name, route) => {
    const { status, headers, body } = await attempt(surface.anonymous, route);
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
    expect(body).toEqual({ success: false, message: expect.any(String), errors: [] });
  });
});

describe('a viewer', () => {
  // A POST that needs a read scope only asks a question, such as a preview.
  const changing = scoped.filter(({ method, access }) => method !== 'get' && !access.endsWith(':read'));

  it.each(named(changing))('may not %s', async (_name, route) => {
    const { status, body } = await attempt(viewer, route);
    expect(status).toBe(403);
    expect(body?.message).toContain(`The role viewer does not have the scope ${route.access}`);
  });

  it('may read everything but credentials', async () => {
    const refused: string[] = [];
    const unexpected: string[] = [];
    for (const route of scoped.filter(({ method }) => method === 'get')) {
      const { status, text } = await attempt(viewer, route);
      // A comparison has to be told of what.
      const allowed = route.path === '/api/campaigns/compare' ? [400] : [200, 404];
      if (status === 403) refused.push(route.path);
      else if (!allowed.includes(status)) unexpected.push(`${route.path} answered ${status}: ${text}`);
    }
    expect(unexpected).toEqual([]);
    expect(refused.toSorted()).toEqual(['/api/api-keys', '/api/senders/:id/qr']);
  });
});

describe('an API key', () => {
  it.each(named(scoped))('with every scope but the needed one may not %s', async (_name, route) => {
    const almost = await keyWith(scopes.filter((scope) => scope !== route.access));
    const { status, body } = await attempt(almost, route);
    expect(status).toBe(403);
    expect(body?.message).toContain(`This API key does not have the scope ${route.access}`);
  });

  it.each(named(scoped))('with only the needed scope may %s', async (_name, route) => {
    const { status } = await attempt(await keyWith([route.access as Scope]), route);
    expect([200, 400, 404, 415]).toContain(status);
  });

  it('sees contacts through a preview with contacts:read only, and saved texts with campaigns:read too', async () => {
    const path = '/api/templates/preview';
    const [contacts, campaigns] = [await keyWith(['contacts:read']), await keyWith(['campaigns:read'])];
    const own = { body: { content: 'Hi {{ name | default: "you" }}' } };
    expect((await contacts('POST', path, own)).status).toBe(200);
    expect((await campaigns('POST', path, own)).status).toBe(403);
    const template = dataOf(await owner('POST', '/api/templates', { body: { name: 'T', content: 'Hi' } }));
    const saved = { body: { templateId: template['id'] } };
    expect((await contacts('POST', path, saved)).status).toBe(403);
    expect((await (await keyWith(['contacts:read', 'campaigns:read']))('POST', path, saved)).status).toBe(
      200,
    );
  });
});
