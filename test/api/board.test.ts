import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jobCatalog } from '../../src/jobs.js';
import { createQueue, type Queue } from '../../src/queue/index.js';
import { createLogger } from '../../src/lib/logger.js';
import { ADMIN, createTestApi, type TestApi } from './harness.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let db: TestDatabase;
let queue: Queue;
let api: TestApi;

beforeAll(async () => {
  db = await createTestDatabase();
  queue = createQueue({ backend: 'postgres', databaseUrl: db.url }, jobCatalog, createLogger('silent'));
  api = await createTestApi({ db, boardQueues: queue.boardQueues() });
});
afterAll(async () => {
  await api.close();
  await queue.close();
  await db.close();
});

describe('the queue board', () => {
  it('asks a browser for a login', async () => {
    const { headers } = await api.request.get('/admin/queues').expect(401);
    expect(headers['www-authenticate']).toBe('Basic realm="Starling", charset="UTF-8"');
    await api.request.get('/admin/queues/api/queues').expect(401);
    await api.request.get('/admin/queues/static/js/main.js').expect(401);
  });

  it('opens for an admin with password, token or key, and shows the queues', async () => {
    const { text } = await api.request.get('/admin/queues').auth(ADMIN.email, ADMIN.password).expect(200);
    expect(text).toContain('<base href="/admin/queues/"');
    const script = /src="(static\/js\/main[^"]+)"/.exec(text)?.[1];
    await api.request.get(`/admin/queues/${script}`).auth(ADMIN.email, ADMIN.password).expect(200);
    const { body } = await api.request
      .get('/admin/queues/api/queues')
      .set('authorization', `Bearer ${await api.token()}`)
      .expect(200);
    const names = body.queues.map((shown: { name: string }) => shown.name);
    expect(names).toContain('messages');
  });

  it('stays closed for people and keys without the scope', async () => {
    const manager = await api.createUser('manager');
    const { body } = await api.request.get('/admin/queues').auth(manager.email, manager.password).expect(403);
    expect(body.message).toContain('queues:manage');
    await api.request.get('/admin/queues').auth(ADMIN.email, 'wrong').expect(401);
  });

  it('stays closed for the owners of other tenants, whose jobs are not the only ones in there', async () => {
    const owner = await api.createUser('owner');
    const { body } = await api.request.get('/admin/queues/api/queues').auth(owner.email, owner.password);
    expect(body).toEqual({ success: false, message: expect.stringContaining('all tenants'), errors: [] });
    const bearer = `Bearer ${await api.token(owner)}`;
    await api.request.get('/admin/queues').set('authorization', bearer).expect(403);
  });

  it('loads nothing from other servers', async () => {
    const { headers } = await api.request.get('/admin/queues').auth(ADMIN.email, ADMIN.password).expect(200);
    expect(headers['content-security-policy']).not.toContain('https:');
  });

  it('cannot be operated from a foreign page with the password the browser remembers', async () => {
    await api.request
      .put('/admin/queues/api/queues/messages/pause')
      .auth(ADMIN.email, ADMIN.password)
      .set('origin', 'https://evil.example')
      .expect(403);
  });

  it('refuses guesses after too many failures', async () => {
    const loginLimits = { perEmail: 2, perAddress: 100, windowSeconds: 60 };
    const other = await createTestApi({ db, loginLimits });
    const guess = () => other.request.get('/admin/queues').auth('somebody@example.com', 'guess');
    await guess().expect(401);
    await guess().expect(401);
    await guess().expect(429);
    await other.close();
  });

  it('is open with AUTH_MODE=none', async () => {
    const open = await createTestApi({ db, mode: 'none', boardQueues: queue.boardQueues() });
    await open.request.get('/admin/queues').expect(200);
    await open.close();
  });
});
