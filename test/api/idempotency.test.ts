import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { created, defineRoute, ok } from '../../src/api/route.js';
import { DomainError } from '../../src/lib/errors.js';
import { newId } from '../../src/lib/ids.js';
import { createTestApi, type TestApi } from './harness.js';
import { waitFor } from '../support/wait-for.js';
import { CreateSampleDto, SampleDto, SampleFormDto } from './sample.js';

const clock = {
  offset: 0,
  now: () => new Date(Date.now() + clock.offset),
};
let api: TestApi;
let token: string;
let runs = 0;
let failWith: Error | undefined;
/** Resolved by the test that wants a request to stay under way. */
let gate: Promise<void> = Promise.resolve();

const routes = [
  defineRoute({
    method: 'post',
    path: '/api/samples',
    tag: 'samples',
    summary: 'Create',
    access: 'contacts:write',
    body: CreateSampleDto,
    idempotent: true,
    response: { status: 201, description: 'Made', data: SampleDto },
    async handler({ body }) {
      runs += 1;
      await gate;
      if (failWith) throw failWith;
      return created({ id: newId(), name: body.name });
    },
  }),
  defineRoute({
    method: 'post',
    path: '/api/files',
    tag: 'samples',
    summary: 'Upload',
    access: 'contacts:write',
    body: SampleFormDto,
    upload: { field: 'file', maxBytes: 1_000 },
    idempotent: true,
    response: { status: 200, description: 'Taken', data: SampleDto },
    async handler({ file }) {
      runs += 1;
      return ok({ id: newId(), size: file?.size });
    },
  }),
];

/** Work that keeps its answer in its own transaction. */
const exactly = defineRoute({
  method: 'post',
  path: '/api/exact',
  tag: 'samples',
  summary: 'Create exactly once',
  access: 'contacts:write',
  body: CreateSampleDto,
  idempotent: true,
  response: { status: 201, description: 'Made', data: SampleDto },
  async handler({ principal, body, keepAnswer }) {
    const reply = created({ id: newId(), name: body.name });
    await gate;
    await api.db.database.transaction(async (tx) => {
      await tx.query('INSERT INTO contact_lists (id, tenant_id, name) VALUES ($1, $2, $3)', [
        newId(),
        principal.tenantId,
        `${body.name} ${newId()}`,
      ]);
      await keepAnswer(tx, reply);
    });
    if (failWith) throw failWith;
    return reply;
  },
});

beforeAll(async () => {
  api = await createTestApi({ routes: [...routes, exactly], clock });
  token = `Bearer ${await api.token()}`;
});
afterAll(() => api.close());

const create = (key: string, body: object = { name: 'a' }, as = token) =>
  api.request.post('/api/samples').set('authorization', as).set('Idempotency-Key', key).send(body);

describe('a POST with an Idempotency-Key', () => {
  it('happens once and is answered the same twice', async () => {
    runs = 0;
    const first = await create('once').expect(201);
    const second = await create('once').expect(201);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(runs).toBe(1);
  });

  it('happens once when it is sent twice at the same time', async () => {
    runs = 0;
    let open = (): void => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = create('twice').then((response) => response);
    const second = create('twice').then((response) => response);
    const early = await Promise.race([first, second]);
    open();
    const statuses = (await Promise.all([first, second])).map((response) => response.status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409]);
    expect(early.status).toBe(409);
    expect(early.headers['retry-after']).toBe('1');
    expect(early.body.message).toContain('under way');
    expect(runs).toBe(1);
    await create('twice').expect(201);
    expect(runs).toBe(1);
  });

  it('is refused with 409 when the request is another one', async () => {
    await create('other').expect(201);
    const { body } = await create('other', { name: 'b' }).expect(409);
    expect(body.message).toContain('another request');
  });

  it('keeps a domain error of the handler, but neither broken infrastructure nor invalid input', async () => {
    runs = 0;
    failWith = new Error('broken');
    await create('failing').expect(500);
    failWith = new DomainError('not_possible', 'no_senders', 'No senders.');
    const refused = await create('failing').expect(422);
    failWith = undefined;
    const repeated = await create('failing').expect(422);
    expect(repeated.body).toEqual(refused.body);
    expect(runs).toBe(2);
    await create('invalid', {}).expect(400);
    await create('invalid').expect(201);
  });

  it('shares no keys between tenants', async () => {
    const first = await create('tenants').expect(201);
    const stranger = `Bearer ${await api.token(await api.createUser('admin'))}`;
    const second = await create('tenants', { name: 'a' }, stranger).expect(201);
    expect(second.body.data.id).not.toBe(first.body.data.id);
  });

  it('is forgotten after a day, and a process that died under it does not block it for longer than 30 seconds', async () => {
    const first = await create('day').expect(201);
    clock.offset = 25 * 60 * 60_000;
    token = `Bearer ${await api.token()}`;
    const later = await create('day').expect(201);
    expect(later.body.data.id).not.toBe(first.body.data.id);
    await api.db.database.manager.query(
      `UPDATE idempotency_keys SET status = NULL, alive_at = now() - interval '25 s' WHERE key = 'day'`,
    );
    await create('day').expect(409);
    await api.db.database.manager.query(
      `UPDATE idempotency_keys SET alive_at = now() - interval '31 s' WHERE key = 'day'`,
    );
    await create('day').expect(201);
    clock.offset = 0;
    token = `Bearer ${await api.token()}`;
  });

  it('whose answer is kept with its work happens once, also when its process is thought dead or fails behind it', async () => {
    const exact = (key: string) =>
      api.request
        .post('/api/exact')
        .set('authorization', token)
        .set('Idempotency-Key', key)
        .send({ name: key })
        .then((response) => response);
    const made = async (name: string) => {
      const [row] = await api.db.database.manager.query(
        `SELECT count(*)::int AS count FROM contact_lists WHERE name LIKE $1 || ' %'`,
        [name],
      );
      return row.count;
    };
    let open = (): void => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const slow = exact('slow');
    const silent = `UPDATE idempotency_keys SET alive_at = now() - interval '31 s' WHERE key = 'slow' RETURNING key`;
    await waitFor(async () => ((await api.db.database.manager.query(silent))[1] ? true : undefined), {
      timeoutMs: 10_000,
      what: 'the key to be held',
    });
    const second = exact('slow');
    await waitFor(
      async () => {
        const [held] = await api.db.database.manager.query(
          `SELECT alive_at > now() - interval '20 s' AS taken FROM idempotency_keys WHERE key = 'slow'`,
        );
        return held.taken ? true : undefined;
      },
      { timeoutMs: 10_000, what: 'the key to be taken over' },
    );
    open();
    const statuses = (await Promise.all([slow, second])).map(({ status }) => status);
    expect(statuses).toEqual([409, 201]);
    expect(await made('slow')).toBe(1);

    failWith = new Error('the connection broke behind the commit');
    expect((await exact('broken')).status).toBe(500);
    failWith = undefined;
    const repeat = await exact('broken');
    expect(repeat.status).toBe(201);
    expect(repeat.headers['idempotent-replayed']).toBe('true');
    expect(await made('broken')).toBe(1);
  });

  it('recognises an upload by its content', async () => {
    runs = 0;
    const upload = (content: string) =>
      api.request
        .post('/api/files')
        .set('authorization', token)
        .set('Idempotency-Key', 'file')
        .attach('file', Buffer.from(content), 'a.csv');
    const first = await upload('one').expect(200);
    const second = await upload('one').expect(200);
    expect(second.body).toEqual(first.body);
    await upload('two').expect(409);
    expect(runs).toBe(1);
  });

  it('says when the key is malformed', async () => {
    const { body } = await create('with space').expect(400);
    expect(body.errors[0].path).toBe('Idempotency-Key');
  });
});
