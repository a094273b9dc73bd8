import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bootstrapAdmin } from '../../src/modules/auth/index.js';
import { ADMIN, createTestApi } from '../api/harness.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let db: TestDatabase;

beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.close());

describe('the first start', () => {
  it('creates the tenant default and an owner with a generated password', async () => {
    const outcome = await bootstrapAdmin(db.database, { email: 'Admin@localhost' });
    expect(outcome).toEqual({
      kind: 'created',
      email: 'admin@localhost',
      password: expect.stringMatching(/^[\w-]{20}$/),
    });
    const tenants = await db.database.manager.query('SELECT slug FROM tenants');
    expect(tenants).toEqual([{ slug: 'default' }]);
  });

  it('gives no password back that the operator chose', async () => {
    expect(await bootstrapAdmin(db.database, ADMIN)).toEqual({ kind: 'created', email: ADMIN.email });
  });

  it('creates one admin when several processes start at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => bootstrapAdmin(db.database, ADMIN)));
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    const [row] = await db.database.manager.query('SELECT count(*)::int AS users FROM users');
    expect(row.users).toBe(1);
  });

  it('leaves a database with users alone', async () => {
    await bootstrapAdmin(db.database, ADMIN);
    expect(await bootstrapAdmin(db.database, { email: 'b@example.com' })).toEqual({ kind: 'already_there' });
  });
});

describe('AUTH_MODE=none', () => {
  it('makes every caller the admin', async () => {
    const api = await createTestApi({ db, mode: 'none' });
    const { body } = await api.request.get('/api/me').expect(200);
    expect(body.data).toMatchObject({ email: ADMIN.email, role: 'owner', via: 'none' });
    await api.request.get('/api/me').set('authorization', 'Bearer nonsense').expect(200);
    await api.close();
  });

  it('does not serve foreign pages or foreign names for this machine', async () => {
    const settings = { corsOrigins: ['http://localhost:5173'] };
    const api = await createTestApi({ db, mode: 'none', settings });
    await api.request.get('/api/me').set('origin', 'https://evil.example').expect(403);
    await api.request.get('/api/me').set('origin', 'null').expect(403);
    await api.request.get('/api/me').set('host', 'rebound.example:3000').expect(403);
    await api.request.get('/api/me').set('origin', 'http://localhost:5173').expect(200);
    await api.request
      .get('/api/me')
      .set('host', 'localhost:3000')
      .set('origin', 'http://localhost:3000')
      .expect(200);
    await api.close();
  });
});
