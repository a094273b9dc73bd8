import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, createTestApi, type TestApi } from '../api/harness.js';

const clock = {
  offset: 0,
  now: () => new Date(Date.now() + clock.offset),
};
let api: TestApi;

beforeAll(async () => {
  api = await createTestApi({
    clock,
    loginLimits: { perEmail: 4, perAddress: 40, windowSeconds: 900 },
  });
});
afterAll(() => api.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function login() {
  const { body } = await api.request.post('/api/auth/login').send(ADMIN).expect(200);
  return body.data as { accessToken: string; refreshToken: string };
}

describe('logging in', () => {
  it('returns tokens and the user', async () => {
    const { body } = await api.request
      .post('/api/auth/login')
      .send({ ...ADMIN, email: ' Admin@Example.COM ' })
      .expect(200);
    expect(body).toEqual({
      success: true,
      data: {
        accessToken: expect.any(String),
        refreshToken: expect.any(String),
        expiresIn: 900,
        user: expect.objectContaining({ email: ADMIN.email, role: 'owner' }),
      },
    });
    const me = await api.request.get('/api/me').set(bearer(body.data.accessToken)).expect(200);
    expect(me.body.data).toMatchObject({ email: ADMIN.email, via: 'jwt' });
    expect(me.body.data.scopes).toContain('queues:manage');
  });

  it('stores neither passwords nor refresh tokens in clear', async () => {
    const { refreshToken } = await login();
    const [user] = await api.db.database.manager.query('SELECT password_hash FROM users LIMIT 1');
    expect(user.password_hash).toMatch(/^\$argon2id\$/);
    const rows = await api.db.database.manager.query('SELECT 1 FROM refresh_tokens WHERE hash = $1', [
      refreshToken,
    ]);
    expect(rows).toEqual([]);
  });

  it('refuses a wrong password and an unknown address with the same words', async () => {
    const wrong = await api.request
      .post('/api/auth/login')
      .send({ ...ADMIN, password: 'wrong' })
      .expect(401);
    const unknown = await api.request
      .post('/api/auth/login')
      .send({ email: 'nobody@example.com', password: 'wrong' })
      .expect(401);
    expect(wrong.body).toEqual(unknown.body);
    expect(wrong.body).toEqual({
      success: false,
      message: 'The e-mail address or the password is wrong.',
      errors: [],
    });
  });

  it('names each missing field', async () => {
    const { body } = await api.request.post('/api/auth/login').send({ email: 5 }).expect(400);
    expect(body.errors).toEqual([
      { path: 'email', message: 'must be a string' },
      { path: 'password', message: 'is required' },
    ]);
  });

  it('refuses further attempts for an address after too many failures, the right password too', async () => {
    const user = await api.createUser('viewer');
    const attempt = (password: string) =>
      api.request.post('/api/auth/login').send({ email: user.email, password });
    const all = await Promise.all(Array.from({ length: 8 }, () => attempt('wrong')));
    const statuses = all.map((response) => response.status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([401, 401, 401, 401, 429, 429, 429, 429]);
    const refused = await attempt(user.password).expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(800);
    expect(refused.body.message).toContain('Too many failed logins');
    await login();
  });
});

describe('limits per network address', () => {
  it('hold over several processes and several accounts', async () => {
    const loginLimits = { perEmail: 100, perAddress: 3, windowSeconds: 900 };
    const first = await createTestApi({ loginLimits });
    const second = await createTestApi({ loginLimits, db: first.db });
    const attempt = (process: TestApi, n: number) =>
      process.request.post('/api/auth/login').send({ email: `someone-${n}@example.com`, password: 'x' });
    expect((await attempt(first, 1)).status).toBe(401);
    expect((await attempt(second, 2)).status).toBe(401);
    expect((await attempt(first, 3)).status).toBe(401);
    expect((await attempt(second, 4)).status).toBe(429);
    await second.close();
    await first.close();
  });
});

describe('access tokens', () => {
  it('are asked for', async () => {
    const { body, headers } = await api.request.get('/api/me').expect(401);
    expect(body.message).toContain('Credentials are missing');
    expect(headers['www-authenticate']).toBe('Bearer');
  });

  it('are refused when forged, unsigned or signed with another key', async () => {
    const { accessToken } = await login();
    const [header = '', payload = '', signature = ''] = accessToken.split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const other = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    for (const forged of ['x', `${none}.${payload}.`, `${header}.${payload}.${other}`]) {
      await api.request.get('/api/me').set(bearer(forged)).expect(401);
    }
  });

  it('expire after a quarter of an hour', async () => {
    const { accessToken } = await login();
    clock.offset = 16 * 60_000;
    const { body } = await api.request.get('/api/me').set(bearer(accessToken)).expect(401);
    clock.offset = 0;
    expect(body.message).toContain('expired');
  });

  it('of a deleted user are refused', async () => {
    const user = await api.createUser('admin');
    const token = await api.token(user);
    await api.request.get('/api/me').set(bearer(token)).expect(200);
    await api.db.database.manager.query('DELETE FROM users WHERE id = $1', [user.id]);
    clock.offset = 6_000;
    await api.request.get('/api/me').set(bearer(token)).expect(401);
    clock.offset = 0;
  });
});

describe('refresh tokens', () => {
  const refresh = (refreshToken: string) => api.request.post('/api/auth/refresh').send({ refreshToken });

  it('are replaced by every use', async () => {
    const first = await login();
    const second = (await refresh(first.refreshToken).expect(200)).body.data;
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await api.request.get('/api/me').set(bearer(second.accessToken)).expect(200);
    await refresh(second.refreshToken).expect(200);
  });

  it('end the whole login when one is used twice', async () => {
    const first = await login();
    const second = (await refresh(first.refreshToken).expect(200)).body.data;
    await refresh(first.refreshToken).expect(401);
    await refresh(second.refreshToken).expect(401);
    await api.request.get('/api/me').set(bearer(second.accessToken)).expect(401);
  });

  it('let only one of two simultaneous uses through', async () => {
    const { refreshToken } = await login();
    const both = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect(both.map((response) => response.status).toSorted((a, b) => a - b)).toEqual([200, 401]);
  });

  it('stop working with the logout, access tokens too', async () => {
    const { accessToken, refreshToken } = await login();
    await api.request.post('/api/auth/logout').send({ refreshToken }).expect(200);
    await refresh(refreshToken).expect(401);
    await api.request.get('/api/me').set(bearer(accessToken)).expect(401);
  });

  it('expire after thirty days', async () => {
    const { refreshToken } = await login();
    clock.offset = 31 * 24 * 60 * 60_000;
    await refresh(refreshToken).expect(401);
    clock.offset = 0;
  });
});
