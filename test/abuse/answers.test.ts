import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writtenAnswer } from '../../src/api/answer.js';
import { defineRoute, ok, type Route } from '../../src/api/route.js';
import { DomainError, invalid } from '../../src/lib/errors.js';
import { Faults, MAX_FAULTS } from '../../src/lib/faults.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { CreateSampleDto, ListSamplesQuery, SampleDto, SampleFormDto } from '../api/sample.js';

const MAX_ANSWER_BYTES = 64_000;
/** More than is kept for repeats. */
const LARGE = 1_100_000;

let api: TestApi;
let token: string;
/** What the failing route throws next. */
let failure: Error;
/** How often a large thing was made. */
let made = 0;

const response = { status: 200, description: 'Fine', data: SampleDto } as const;
const sample = (route: Pick<Route, 'path' | 'method'> & Partial<Route>) =>
  defineRoute({
    tag: 'samples',
    summary: 'Sample',
    access: 'authenticated',
    response,
    handler: async () => ok({ name: 'a' }),
    ...route,
  });

const routes = [
  sample({ method: 'post', path: '/api/samples', body: CreateSampleDto, idempotent: true }),
  sample({ method: 'get', path: '/api/samples', query: ListSamplesQuery }),
  sample({ method: 'get', path: '/api/samples/:id' }),
  sample({
    method: 'post',
    path: '/api/files',
    body: SampleFormDto,
    upload: { field: 'file', maxBytes: 1_000 },
  }),
  sample({
    method: 'post',
    path: '/api/large',
    idempotent: true,
    async handler() {
      made += 1;
      return ok({ name: 'x'.repeat(LARGE) });
    },
  }),
  ...(['get', 'post'] as const).map((method) =>
    sample({
      method,
      path: '/api/failing',
      idempotent: method === 'post',
      async handler() {
        throw failure;
      },
    }),
  ),
];

beforeAll(async () => {
  api = await createTestApi({ routes, settings: { jsonLimitBytes: 5_000_000 } });
  token = `Bearer ${await api.token()}`;
});
afterAll(() => api.close());

const post = (path: string) => api.request.post(path).set('authorization', token);
const get = (path: string) => api.request.get(path).set('authorization', token);

/** The answer of a refusal, which must be small whatever was sent. */
function refusal({ status, text }: { status: number; text: string }) {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(Buffer.byteLength(text)).toBeLessThan(MAX_ANSWER_BYTES);
  const body = JSON.parse(text) as { message: string; errors: { path: string; message: string }[] };
  expect(body.errors.length).toBeLessThanOrEqual(MAX_FAULTS);
  return body;
}

const many = <Item>(count: number, item: (index: number) => Item) =>
  Array.from({ length: count }, (_, i) => item(i));

describe('the answer to a refused body is small', () => {
  const longName = (index: number, letter: string) => `${index}${letter.repeat(700)}`;

  it.each([
    ['plain letters', 'k'],
    ['letters of three bytes', '語'],
    ['characters that JSON escapes', '\u0001'],
    ['emoji, which must not be cut in half', '👩‍👩‍👧'],
  ])('with hundreds of long unknown names of %s', async (_, letter) => {
    const body = Object.fromEntries(
      many(900, (index) => [longName(index, letter).slice(0, 165).toWellFormed(), index]),
    );
    const { message, errors } = refusal(await post('/api/samples').send(body));
    expect(message).toContain('and 896 more');
    expect(errors[0]).toEqual({ path: expect.stringMatching(/…$/), message: 'is not a known field' });
    expect(errors.every(({ path }) => path.isWellFormed())).toBe(true);
  });

  it('with thousands of wrong entries, each with long names', async () => {
    const contacts = many(3_000, () => ({ [longName(0, 'x')]: 1, [longName(1, 'y')]: 2 }));
    const { message, errors } = refusal(await post('/api/samples').send({ name: 'a', contacts }));
    expect(errors).toHaveLength(MAX_FAULTS);
    // Two unknown names and one that is missing for each entry; five are named.
    expect(message).toContain('and 8995 more');
  });

  it('with thousands of entries that are no objects', async () => {
    const { message } = refusal(
      await post('/api/samples').send({ name: 'a', contacts: many(9_000, () => 'x') }),
    );
    expect(message).toContain('and 8995 more');
  });

  it('with thousands of texts that cannot be stored', async () => {
    const contacts = many(9_000, () => '\0'.repeat(40));
    const { message } = refusal(await post('/api/samples').send({ name: 'a', contacts }));
    expect(message).toContain('and 8995 more');
  });

  it('before logging in', async () => {
    const body = Object.fromEntries(many(900, (index) => [`field${index}`, index]));
    const { errors } = refusal(await api.request.post('/api/auth/login').send(body));
    expect(errors).toHaveLength(MAX_FAULTS);
  });
});

describe('the answer to other refused input is small', () => {
  it('of a query string', async () => {
    const query = many(700, (index) => `f${index}=1`).join('&');
    const { errors, message } = refusal(await get(`/api/samples?${query}`));
    expect(errors).toHaveLength(MAX_FAULTS);
    expect(message).toContain('and 695 more');
    refusal(await get(`/api/samples?${'q'.repeat(7_000)}=1&limit=${'9'.repeat(900)}x`));
  });

  it('of a path that does not exist', async () => {
    const { message } = refusal(await get(`/api/${'p'.repeat(7_000)}`));
    expect(message.length).toBeLessThan(2_500);
    refusal(await get(`/api/samples/${'9'.repeat(7_000)}`));
    refusal(await api.request.patch(`/api/samples/${'9'.repeat(7_000)}`));
  });

  it('of header values', async () => {
    const long = 'h'.repeat(7_000);
    const json = () => post('/api/samples').type('json');
    for (const header of ['content-encoding', 'idempotency-key']) {
      const { message } = refusal(await json().set(header, long).send('{"name":"a"}'));
      expect(message.length).toBeLessThan(500);
    }
    refusal(await post('/api/samples').set('content-type', `application/json; charset=${long}`).send('{}'));
    refusal(await api.request.get('/api/samples').set('authorization', `Bearer ${long}`));
    refusal(await api.request.get('/api/samples').set('x-api-key', `sk_${long}`));
  });

  it('of form fields and file names', async () => {
    const form = post('/api/files');
    for (let index = 0; index < 49; index += 1)
      void form.field(`${index}${'f'.repeat(90)}`, 'v'.repeat(1_000));
    const { errors } = refusal(await form.attach('file', Buffer.from('x'), 'a.csv'));
    expect(errors.length).toBeGreaterThan(40);
    refusal(await post('/api/files').attach('n'.repeat(99), Buffer.from('x'), `${'f'.repeat(5_000)}.csv`));
  });

  it('of what a module finds wrong, however it says so', async () => {
    const errors = many(20_000, (index) => ({
      path: `${'p'.repeat(2_000)}[${index}]`,
      message: 'm'.repeat(2_000),
    }));
    failure = invalid(errors);
    const told = refusal(await get('/api/failing'));
    expect(told.errors).toHaveLength(MAX_FAULTS);
    expect(told.message).toMatch(/; and 19995 more$/);
    failure = new DomainError('conflict', 'taken', `The name ${'n'.repeat(900_000)} is taken.`, { errors });
    refusal(await get('/api/failing'));
  });

  it('also when it is kept for repeats', async () => {
    failure = invalid(
      many(5_000, (index) => ({ path: `${'k'.repeat(900)}${index}`, message: 'is not known' })),
    );
    const send = () => post('/api/failing').set('idempotency-key', 'answers');
    const first = refusal(await send());
    const repeat = await send();
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect(refusal(repeat)).toEqual(first);
  });
});

describe('the answer to a request that succeeds', () => {
  it('is a page of a bounded size, written item by item', async () => {
    const page = (count: number) => ({
      items: many(count, (n) => ({ name: `"data":[] ${n}` })),
      nextCursor: '$&',
      total: 9,
    });
    const written = await writtenAnswer(page(30), 1_000);
    expect(JSON.parse(written)).toEqual({ success: true, data: page(30).items, nextCursor: '$&', total: 9 });
    await expect(writtenAnswer(page(60), 1_000)).rejects.toMatchObject({
      kind: 'too_large',
      message: expect.stringContaining('limit'),
    });
  });

  it('is not kept for repeats when it is large, and yet nothing is done twice', async () => {
    const send = () => post('/api/large').set('idempotency-key', 'large');
    expect((await send().expect(200)).body.data.name).toHaveLength(LARGE);
    const repeat = await send().expect(200);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect(repeat.body).toEqual({
      success: true,
      message: expect.stringContaining('was carried out'),
      data: null,
    });
    expect(made).toBe(1);
  });
});

describe('faults', () => {
  it('that an answer does not list are counted, and nothing is made for them', () => {
    const faults = new Faults();
    let described = 0;
    for (let index = 0; index < 100_000; index += 1) {
      faults.add(() => {
        described += 1;
        return { path: 'path', message: 'message' };
      });
    }
    expect([faults.found, described, faults.kept.length]).toEqual([100_000, MAX_FAULTS, MAX_FAULTS]);
  });
});
