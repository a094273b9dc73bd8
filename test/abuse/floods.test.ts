import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { CallerCheck } from '../../src/api/authentication.js';
import { RequestLimiter } from '../../src/api/middleware/rate-limit.js';
import { startServer, type RunningServer } from '../../src/api/server.js';
import { DomainError } from '../../src/lib/errors.js';
import type { Authenticator, Credentials, Principal } from '../../src/modules/auth/index.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { waitFor } from '../support/wait-for.js';
import { connectRaw, requestText, type RawClient } from './raw-client.js';

const PER_MINUTE = 5;

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ settings: { requestsPerMinute: PER_MINUTE } });
});
afterAll(() => api.close());

describe('a flood from one address', () => {
  it.each([
    ['pages that do not exist', '/api/nowhere'],
    ['the documentation', '/api/docs/'],
    ['its script', '/api/docs/swagger-ui-bundle.js'],
    ['the document', '/api/docs.json'],
    ['the queue board', '/admin/queues'],
  ])('of requests for %s ends at its budget', async (_, path) => {
    const own = await createTestApi({ db: api.db, settings: { requestsPerMinute: PER_MINUTE } });
    const statuses: number[] = [];
    for (let n = 0; n < PER_MINUTE; n += 1) statuses.push((await own.request.get(path)).status);
    expect(statuses).not.toContain(429);
    const { status, headers } = await own.request.get(path);
    expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
    await own.close();
  });

  it('of log-ins is no burden to the threads, and costs nobody an attempt', async () => {
    const guesses = Array.from({ length: 120 }, (_, index) => ({
      email: `nobody${index}@example.com`,
      password: 'a guess',
      address: `203.0.113.${index}`,
    }));
    const outcomes = await Promise.allSettled(guesses.map((guess) => api.auth.login(guess)));
    const kinds = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.kind : 'in'));
    expect(kinds.filter((kind) => kind === 'unauthenticated')).toHaveLength(50);
    expect(kinds.filter((kind) => kind === 'unavailable')).toHaveLength(70);
    const counted = await api.db.database.manager.query(
      "SELECT count(*)::int AS attempts FROM rate_limits WHERE key LIKE 'login-email%'",
    );
    expect(counted).toEqual([{ attempts: 50 }]);
  });
});

describe('wrong credentials', () => {
  it('of one address are looked up until its budget is spent; those that were right lately go on', async () => {
    const looked: (string | undefined)[] = [];
    const right = new Set(['early', 'late']);
    const authenticator = {
      async authenticate({ apiKey }: Credentials): Promise<Principal> {
        looked.push(apiKey);
        if (!right.has(apiKey ?? '')) throw new DomainError('unauthenticated', 'api_key_invalid', 'Unknown.');
        return {} as Principal;
      },
    } as Authenticator;
    const callers = new CallerCheck(authenticator, new RequestLimiter(PER_MINUTE));
    const ask = (key: string, ip = '203.0.113.7') => {
      const headers: Record<string, string> = { 'x-api-key': key };
      return callers.principalOf({ ip, get: (name: string) => headers[name] } as unknown as Request);
    };
    await ask('early');
    for (let n = 0; n < 20; n += 1) await expect(ask(`guess ${n}`)).rejects.toThrow(DomainError);
    expect(looked).toEqual(['early', ...Array.from({ length: PER_MINUTE }, (_, n) => `guess ${n}`)]);
    await ask('early');
    await expect(ask('late')).rejects.toMatchObject({ kind: 'too_many' });
    await ask('late', '203.0.113.8');
    right.delete('early');
    await expect(ask('early')).rejects.toThrow();
    await expect(ask('early')).rejects.toMatchObject({ kind: 'too_many' });
  });

  it('are counted for all addresses of a household', async () => {
    const authenticator = {
      authenticate: () => Promise.reject(new DomainError('unauthenticated', 'api_key_invalid', 'Unknown.')),
    } as unknown as Authenticator;
    const callers = new CallerCheck(authenticator, new RequestLimiter(1));
    const ask = (ip: string) => callers.principalOf({ ip, get: () => ip } as unknown as Request);
    await expect(ask('2001:db8:1:2::3')).rejects.toMatchObject({ kind: 'unauthenticated' });
    await expect(ask('2001:db8:1:2:ffff::9')).rejects.toMatchObject({ kind: 'too_many' });
  });
});

describe('connections', () => {
  const servers: RunningServer[] = [];
  afterAll(() => Promise.all(servers.map((server) => server.drain(100))));

  async function open(settings: { maxConnections: number; behindProxy?: boolean }, count: number) {
    const server = await startServer(api.app, {
      host: '127.0.0.1',
      port: 0,
      authMode: 'password',
      ...settings,
    });
    servers.push(server);
    const clients: RawClient[] = [];
    for (let n = 0; n < count; n += 1) {
      const client = await connectRaw(server.port);
      client.socket.resume();
      clients.push(client);
    }
    const standing = () => clients.filter(({ socket }) => !socket.destroyed);
    return { server, standing };
  }

  it('of one address are a quarter of all; one that ends makes room for another', async () => {
    const { server, standing } = await open({ maxConnections: 12 }, 8);
    await waitFor(() => standing().length === 3);
    const [first] = standing();
    first?.socket.end();
    await first?.closed;
    await waitFor(async () => {
      const client = await connectRaw(server.port);
      client.socket.resume();
      client.send(requestText('GET', '/api/nowhere', { connection: 'close' }));
      await client.closed;
      return client.socket.bytesRead > 0;
    });
  });

  it('that send thousands of requests in one go are closed after the first few', async () => {
    let begun = 0;
    const server = await startServer(
      (_request, answer) => {
        begun += 1;
        setImmediate(() => answer.end('fine'));
      },
      { host: '127.0.0.1', port: 0, authMode: 'password' },
    );
    servers.push(server);
    const greedy = await connectRaw(server.port);
    greedy.socket.resume();
    greedy.send(requestText('GET', '/', {}).repeat(2_000));
    await greedy.closed;
    expect(begun).toBe(1);
    const patient = await connectRaw(server.port);
    patient.socket.setEncoding('utf8').resume();
    for (let n = 0; n < 30; n += 1) {
      patient.send(requestText('GET', '/', {}));
      const [text] = (await once(patient.socket, 'data')) as [string];
      expect(text).toContain('200 OK');
    }
    patient.socket.destroy();
  });

  it('are limited altogether where a proxy speaks for all callers', async () => {
    const { standing } = await open({ maxConnections: 6, behindProxy: true }, 10);
    await waitFor(() => standing().length === 6);
  });
});
