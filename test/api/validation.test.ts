import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { accepted, created, defineRoute, ok } from '../../src/api/route.js';
import { DomainError } from '../../src/lib/errors.js';
import { createTestApi, type TestApi } from './harness.js';
import { CreateSampleDto, ListSamplesQuery, SampleDto } from './sample.js';

const response = { status: 200, description: 'Fine', data: SampleDto } as const;
let api: TestApi;
let token: string;
/** What the failing route throws next. */
let failure: unknown;

const routes = [
  defineRoute({
    method: 'post',
    path: '/api/samples',
    tag: 'samples',
    summary: 'Create',
    access: 'contacts:write',
    body: CreateSampleDto,
    response: { ...response, status: 201 },
    async handler({ body }) {
      return created({ name: body.name, made: body instanceof CreateSampleDto });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/samples',
    tag: 'samples',
    summary: 'List',
    access: 'contacts:read',
    query: ListSamplesQuery,
    response: { ...response, data: [SampleDto] },
    async handler({ query }) {
      return ok({ items: [query], nextCursor: null, total: 1 });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/samples/:id',
    tag: 'samples',
    summary: 'One',
    access: 'contacts:read',
    response,
    async handler({ params }) {
      return ok({ name: params['id'] });
    },
  }),
  defineRoute({
    method: 'post',
    path: '/api/samples/:id/contacts/:contactId/start',
    tag: 'samples',
    summary: 'Start',
    access: 'contacts:write',
    response: { ...response, status: 202 },
    async handler() {
      return accepted(undefined);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/samples/latest',
    tag: 'samples',
    summary: 'A fixed segment beside a parameter',
    access: 'contacts:read',
    response,
    async handler() {
      return ok({ name: 'latest' });
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/failing',
    tag: 'samples',
    summary: 'Fails',
    access: 'public',
    response,
    async handler() {
      throw failure;
    },
  }),
];

beforeAll(async () => {
  api = await createTestApi({ routes, settings: { jsonLimitBytes: 2_000 } });
  token = `Bearer ${await api.token()}`;
});
afterAll(() => api.close());

const get = (path: string) => api.request.get(path).set('authorization', token);
const post = (path: string) => api.request.post(path).set('authorization', token);
const ID = '0190f5fe-7c00-7a00-8000-000000000001';

/** Exactly these bytes. */
async function send(path: string, bytes: Buffer, headers: Record<string, string>) {
  const request = post(path).set(headers);
  request.write(bytes);
  const { status, body } = await request;
  return { status, message: body.message as string };
}

describe('bodies', () => {
  it('arrive as instances of their DTO', async () => {
    const { body } = await post('/api/samples').send({ name: 'a' }).expect(201);
    expect(body).toEqual({ success: true, data: { name: 'a', made: true } });
  });

  it('are refused with one sentence per field, nested paths included', async () => {
    const contacts = [{ phoneNumber: '1' }, { phoneNumber: 2, vip: true }];
    const { body } = await post('/api/samples').send({ contacts, extra: 1 }).expect(400);
    expect(body).toEqual({
      success: false,
      message:
        'extra: is not a known field; name: is required; ' +
        'contacts[1].vip: is not a known field; contacts[1].phoneNumber: must be a string',
      errors: [
        { path: 'extra', message: 'is not a known field' },
        { path: 'name', message: 'is required' },
        { path: 'contacts[1].vip', message: 'is not a known field' },
        { path: 'contacts[1].phoneNumber', message: 'must be a string' },
      ],
    });
  });

  it('convert nothing: a number is not a string', async () => {
    const { body } = await post('/api/samples').send({ name: 5 }).expect(400);
    expect(body.errors).toEqual([{ path: 'name', message: 'must be a string' }]);
  });

  it('are told what type is wanted where an object belongs', async () => {
    for (const contacts of [['x'], [null], [[]], [[{ phoneNumber: '1' }]]]) {
      const { body } = await post('/api/samples').send({ name: 'a', contacts }).expect(400);
      expect(body.errors).toEqual([{ path: 'contacts[0]', message: 'must be an object' }]);
    }
  });

  it('are refused with names that JavaScript keeps for itself, at any depth', async () => {
    const bodies = {
      '{"name":"a","__proto__":{"admin":true}}': '__proto__',
      '{"name":"a","constructor":{"prototype":{}}}': 'constructor',
      '{"name":"a","contacts":[{"phoneNumber":"1","constructor":"x"}]}': 'contacts[0].constructor',
    };
    for (const [text, path] of Object.entries(bodies)) {
      const { body } = await post('/api/samples').type('json').send(text).expect(400);
      expect(body.errors).toEqual([{ path, message: 'is a reserved name; choose another' }]);
    }
    const { body } = await get('/api/samples?constructor=1').expect(400);
    expect(body.errors[0].path).toBe('constructor');
  });

  it('are refused at once when they have more fields or entries than any valid input', async () => {
    const wide = await createTestApi({ db: api.db, routes, settings: { jsonLimitBytes: 5_000_000 } });
    const sendWide = (body: object) =>
      wide.request.post('/api/samples').set('authorization', token).send(body).expect(400);
    const fields = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`k${index}`, 1]));
    expect((await sendWide(fields)).body.message).toBe('body: has more than 1000 fields');
    const contacts = Array.from({ length: 20_001 }, () => 0);
    expect((await sendWide({ name: 'a', contacts })).body.errors).toEqual([
      { path: 'contacts', message: 'has more than 20000 entries' },
    ]);
    await wide.close();
  });

  it('are refused with text that cannot be stored, which is named', async () => {
    const contacts = '[{"phoneNumber":"\\ud83d"}]';
    const { body } = await post('/api/samples')
      .type('json')
      .send(`{"name":"\\u0000","contacts":${contacts}}`)
      .expect(400);
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([
      'name',
      'contacts[0].phoneNumber',
    ]);
    await post('/api/samples').send({ name: '👩‍👩‍👧' }).expect(201);
    await get('/api/samples?cursor=%00').expect(400);
  });

  it('are refused when they are not UTF-8 instead of being stored with question marks', async () => {
    const latin1 = Buffer.from('{"name":"José"}', 'latin1');
    const refused = await send('/api/samples', latin1, { 'content-type': 'application/json' });
    expect(refused).toMatchObject({ status: 400, message: expect.stringContaining('UTF-8') });
  });

  it('in an unknown charset or compression are refused with what is possible', async () => {
    const json = 'application/json';
    const text = Buffer.from('{}');
    expect(await send('/api/samples', text, { 'content-type': `${json}; charset=latin1` })).toMatchObject({
      status: 415,
      message: expect.stringContaining('UTF-8'),
    });
    const encoded = (encoding: string) => ({ 'content-type': json, 'content-encoding': encoding });
    // Node 22.15 and later could decode zstd: what the API takes does not depend on the version of Node.
    for (const encoding of ['zstd', 'Zstd', 'compress', 'gzip, br']) {
      expect(await send('/api/samples', text, encoded(encoding))).toMatchObject({
        status: 415,
        message: expect.stringMatching(new RegExp(`gzip, deflate or br: .*"${encoding}"`)),
      });
    }
    for (const encoding of ['gzip', 'br', 'deflate']) {
      const refused = await send('/api/samples', Buffer.from('no archive'), encoded(encoding));
      expect(refused).toMatchObject({ status: 400, message: expect.stringContaining('Content-Encoding') });
    }
  });

  it('are refused when they are not an object', async () => {
    for (const value of ['[]', '"x"', 'null', '5']) {
      const { body } = await post('/api/samples').type('json').send(value).expect(400);
      expect(body.message).toBe('The body must be a JSON object.');
    }
  });

  it('name the fields when there is none at all', async () => {
    const { body } = await post('/api/samples').expect(400);
    expect(body.errors).toEqual([{ path: 'name', message: expect.any(String) }]);
  });

  it('say so when they are not JSON', async () => {
    const { body } = await post('/api/samples').type('json').send('{"name":').expect(400);
    expect(body.message).toContain('The body is not valid JSON');
  });

  it('are refused with 415 in another content type', async () => {
    const { body } = await post('/api/samples').type('form').send('name=a').expect(415);
    expect(body.message).toContain('Content-Type: application/json');
  });

  it('are refused with 413 over the limit, which is named', async () => {
    const { body } = await post('/api/samples')
      .send({ name: 'x'.repeat(3_000) })
      .expect(413);
    expect(body.message).toContain('2000 bytes');
  });

  it('are refused when they are nested absurdly deep or hold what cannot be stored', async () => {
    const login = () => api.request.post('/api/auth/login').type('json');
    const deep = await login()
      .send(`{"email":${'['.repeat(4_000)}${']'.repeat(4_000)}}`)
      .expect(400);
    expect(deep.body.message).toContain('64 levels');
    const nul = await login().send('{"email":"a\\u0000","password":"b"}').expect(400);
    expect(nul.body.message).toContain('NUL character');
  });

  it('answer at most fifty errors', async () => {
    const contacts = Array.from({ length: 100 }, () => ({}));
    const { body } = await post('/api/samples').send({ name: 'a', contacts }).expect(400);
    expect(body.errors).toHaveLength(50);
    expect(body.message).toContain('and 95 more');
  });
});

describe('queries', () => {
  it('become numbers, booleans and arrays as the DTO says', async () => {
    const { body } = await get('/api/samples?limit=7&archived=false&sizes=1').expect(200);
    expect(body).toEqual({
      success: true,
      data: [{ limit: 7, archived: false, sizes: [1] }],
      nextCursor: null,
      total: 1,
    });
    const both = await get('/api/samples?sizes=1&sizes=2').expect(200);
    expect(both.body.data[0]).toEqual({ limit: 50, sizes: [1, 2] });
  });

  it('are refused by field', async () => {
    const { body } = await get('/api/samples?limit=many&archived=yes&colour=red').expect(400);
    expect(body.errors.map((error: { path: string }) => error.path).toSorted()).toEqual([
      'archived',
      'colour',
      'limit',
    ]);
    await get('/api/samples?limit=0').expect(400);
    await get('/api/samples?limit=501').expect(400);
  });
});

describe('paths', () => {
  it('name the id that is malformed', async () => {
    const { body } = await get('/api/samples/42').expect(400);
    expect(body).toEqual({
      success: false,
      message: 'id: must be a UUID',
      errors: [{ path: 'id', message: 'must be a UUID' }],
    });
    const second = await post(`/api/samples/${ID}/contacts/7/start`).expect(400);
    expect(second.body.errors[0].path).toBe('contactId');
    await get('/api/samples/%zz').expect(400);
  });

  it('with a fixed segment win over those with a parameter', async () => {
    const { body } = await get('/api/samples/latest').expect(200);
    expect(body.data.name).toBe('latest');
  });

  it('answer with the envelope when they or their method are unknown', async () => {
    const { body } = await get('/api/nothing').expect(404);
    expect(body).toEqual({ success: false, message: expect.stringContaining('/api/nothing'), errors: [] });
    const other = await api.request.patch('/api/samples').expect(405);
    expect(other.body.success).toBe(false);
    expect(other.headers['allow']).toBe('POST, GET, HEAD, OPTIONS');
  });
});

describe('errors', () => {
  it('become the status of their kind', async () => {
    const expected = {
      invalid: 400,
      unauthenticated: 401,
      forbidden: 403,
      not_found: 404,
      conflict: 409,
      too_large: 413,
      unsupported_type: 415,
      not_possible: 422,
      too_many: 429,
      unavailable: 503,
    } as const;
    for (const [kind, status] of Object.entries(expected)) {
      failure = new DomainError(kind as keyof typeof expected, 'code', 'A reason.');
      const { body, headers } = await api.request.get('/api/failing').expect(status);
      expect(body).toEqual({ success: false, message: 'A reason.', errors: [] });
      if (status === 429 || status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    }
  });

  it('that are unexpected show an id, which the log has, and no internals', async () => {
    failure = Object.assign(new Error('secret detail'), { parameters: ['+5511912345678'] });
    const { body, headers } = await api.request.get('/api/failing').expect(500);
    const id = headers['x-request-id'];
    expect(body.message).toContain(id);
    expect(JSON.stringify(body)).not.toContain('secret');
    const line = api.logLines.find((entry) => entry['requestId'] === id && entry['level'] === 'error');
    expect(JSON.stringify(line)).toContain('secret detail');
    expect(JSON.stringify(api.logLines)).not.toContain('+5511912345678');
  });

  it('of a database that does not answer are a 503', async () => {
    failure = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    await api.request.get('/api/failing').expect(503);
    failure = Object.assign(new Error('x'), { driverError: { code: '57P01' } });
    await api.request.get('/api/failing').expect(503);
    failure = new Error('Connection terminated unexpectedly');
    const { headers } = await api.request.get('/api/failing').expect(503);
    expect(headers['retry-after']).toBe('5');
  });
});

describe('the request log', () => {
  it('has the route pattern, the status and the time, and nothing of the request itself', async () => {
    const { headers } = await get(`/api/samples/${ID}?x=%2B5511912345678`).expect(200);
    const line = api.logLines.find((entry) => entry['requestId'] === headers['x-request-id']);
    expect(line).toMatchObject({ method: 'GET', route: '/api/samples/:id', status: 200 });
    expect(line?.['ms']).toEqual(expect.any(Number));
    expect(JSON.stringify(line)).not.toContain('5511912345678');
  });
});

describe('limits and phases', () => {
  it('slow down a caller who asks too often', async () => {
    const limited = await createTestApi({ db: api.db, routes, settings: { requestsPerMinute: 3 } });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      statuses.push((await limited.request.get('/api/samples/latest').set('authorization', token)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    await limited.close();
  });

  it('slow down a caller who guesses credentials', async () => {
    const limited = await createTestApi({ db: api.db, routes, settings: { requestsPerMinute: 2 } });
    const guess = async () => (await limited.request.get('/api/me').set('X-API-Key', 'sk_guess')).status;
    expect([await guess(), await guess(), await guess()]).toEqual([401, 401, 429]);
    await limited.close();
  });

  it('answer 503 while starting and draining', async () => {
    let phase: 'starting' | 'running' | 'draining' = 'starting';
    const other = await createTestApi({ db: api.db, routes, phase: () => phase });
    const starting = await other.request.get('/api/samples/latest').expect(503);
    expect(starting.body.message).toContain('starting');
    expect(starting.headers['retry-after']).toBe('5');
    phase = 'running';
    await other.request.get('/api/samples/latest').set('authorization', token).expect(200);
    phase = 'draining';
    const draining = await other.request.get('/api/samples/latest').expect(503);
    expect(draining.headers['connection']).toBe('close');
    await other.close();
  });
});

describe('other origins', () => {
  it('are let in only when configured', async () => {
    const settings = { corsOrigins: ['https://app.example'] };
    const other = await createTestApi({ db: api.db, routes, settings });
    const allowed = await other.request.options('/api/samples').set({
      origin: 'https://app.example',
      'access-control-request-method': 'POST',
    });
    expect(allowed.headers['access-control-allow-origin']).toBe('https://app.example');
    const foreign = await other.request.get('/api/samples/latest').set('origin', 'https://evil.example');
    expect(foreign.headers['access-control-allow-origin']).toBeUndefined();
    await other.close();
  });
});
