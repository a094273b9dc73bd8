import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Config } from '../../src/config/index.js';
import { loadConfig } from '../../src/config/load.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function loaded(env: Record<string, string>, files: string[] = []): Config {
  const outcome = loadConfig(env, { files });
  if (!outcome.ok) throw new Error(outcome.errors.join('\n'));
  return outcome.config;
}

function errorsOf(env: Record<string, string>, files: string[] = []): string[] {
  const outcome = loadConfig(env, { files });
  return outcome.ok ? [] : outcome.errors;
}

describe('the configuration', () => {
  it('needs nothing to be set', () => {
    const config = loaded({});
    expect(config.server).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      roles: ['api', 'worker'],
      dataDir: '.data',
    });
    expect(config.database.url).toBeUndefined();
    expect(config.queue.activeRedisUrl).toBeUndefined();
    expect(config.auth).toMatchObject({
      mode: 'password',
      adminEmail: 'admin@localhost',
      adminPassword: undefined,
    });
    expect(config.log).toMatchObject({ level: 'info', format: 'json' });
  });

  it('turns texts into numbers, switches and lists', () => {
    const config = loaded({
      PORT: ' 8080 ',
      ENABLE_REDIS: 'yes',
      REDIS_HOST: 'cache',
      CORS_ORIGINS: 'https://a.example, https://b.example:8443',
      DEFAULT_COUNTRY: 'BR',
    });
    expect(config.server.port).toBe(8080);
    expect(config.queue.activeRedisUrl).toBe('redis://cache:6379');
    expect(config.server.corsOrigins).toEqual(['https://a.example', 'https://b.example:8443']);
    expect(config.campaigns.defaultCountry).toBe('BR');
  });

  it('prefers REDIS_URL to REDIS_HOST', () => {
    const { queue } = loaded({ ENABLE_REDIS: 'true', REDIS_HOST: 'cache', REDIS_URL: 'rediss://other:1' });
    expect(queue.activeRedisUrl).toBe('rediss://other:1');
  });

  it('lets later files win over earlier ones and the environment over all; empty counts as not set', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    await writeFile(first, 'PORT=1001\nHOST=127.0.0.2\nLOG_LEVEL=warn\nADMIN_EMAIL=first@localhost\n');
    await writeFile(second, 'HOST=127.0.0.3\nLOG_LEVEL=error\n');
    const config = loaded({ LOG_LEVEL: 'debug', ADMIN_EMAIL: '' }, [first, second, join(folder, 'absent')]);
    expect(config.server).toMatchObject({ port: 1001, host: '127.0.0.3' });
    expect(config.log.level).toBe('debug');
    expect(config.auth.adminEmail).toBe('first@localhost');
  });

  it('names every wrong setting at once, with its value and what is allowed', () => {
    expect(
      errorsOf({
        PORT: 'http',
        LOG_LEVEL: 'loud',
        ROLES: 'api,cook',
        DEFAULT_COUNTRY: 'XX',
        ENABLE_REDIS: '2',
      }),
    ).toEqual([
      'PORT is "http". Allowed: a whole number from 0 to 65535 (default 3000).',
      'ROLES is "api,cook". Allowed: api, worker or api,worker (default api,worker).',
      'ENABLE_REDIS is "2". Allowed: true or false (default false).',
      'DEFAULT_COUNTRY is "XX". Allowed: an ISO 3166-1 country code in capitals, such as BR, DE or IN.',
      'LOG_LEVEL is "loud". Allowed: fatal, error, warn, info, debug, trace, silent (default info).',
    ]);
  });

  it.each([
    ['PORT', '65536'],
    ['PORT', '3000.5'],
    ['HOST', '300.1.1.1'],
    ['HOST', 'http://127.0.0.1'],
    ['ROLES', ','],
    ['ROLES', 'api,api'],
    ['DATABASE_URL', 'mysql://db/starling'],
    ['REDIS_URL', 'cache:6379'],
    ['ADMIN_EMAIL', 'admin'],
    ['AUTH_MODE', 'nobody'],
    ['SIMULATOR_URL', 'localhost:4000'],
    ['CORS_ORIGINS', 'https://a.example/path'],
    ['MESSAGE_CONCURRENCY', '0'],
    ['IMPORT_CONCURRENCY', '0'],
    ['RECEIPT_CONCURRENCY', '501'],
  ])('refuses %s=%s', (name, value) => {
    expect(errorsOf({ [name]: value })).toEqual([
      expect.stringContaining(`${name} is "${value}". Allowed: `),
    ]);
  });

  it('shows neither secrets nor passwords inside URLs', () => {
    const errors = errorsOf({
      APP_SECRET: 'too-short-a-secret',
      JWT_SECRET: 'another-short-one',
      ADMIN_PASSWORD: 'hunter2',
      DATABASE_URL: 'mysql://starling:hunter2@db/starling',
      REDIS_URL: 'user:hunter2@cache',
    }).join('\n');
    expect(errors).not.toMatch(/hunter2|too-short|another-short/);
    expect(errors).toContain('APP_SECRET is (hidden). Allowed: at least 32 characters.');
    expect(errors).toContain('DATABASE_URL is "mysql://starling:***@db/starling".');
  });

  it('ignores variables that are not settings', () => {
    expect(errorsOf({ PATH: '/bin', STARLING_SOMETHING: 'x' })).toEqual([]);
  });
});

describe('a masked value', () => {
  it.each([
    'user:hunter2@cache',
    'mysql://starling:hun/hunter2@db/starling',
    'mysql://starling:12/hunter2@db/starling',
    'mysql://starling:#hunter2@db/starling',
    'mysql://db/starling?password=hunter2',
  ])('hides the password of %s', (DATABASE_URL) => {
    expect(errorsOf({ DATABASE_URL }).join()).not.toContain('hunter2');
  });
});

describe('settings that do not fit together', () => {
  it.each(['0.0.0.0', '192.168.1.5', '::', 'example.com'])('refuses AUTH_MODE=none on %s', (HOST) => {
    expect(errorsOf({ AUTH_MODE: 'none', HOST })).toEqual([expect.stringContaining('AUTH_MODE is "none"')]);
  });

  it.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('lets AUTH_MODE=none listen on %s', (HOST) => {
    expect(errorsOf({ AUTH_MODE: 'none', HOST })).toEqual([]);
  });

  it('refuses Redis without a server', () => {
    expect(errorsOf({ ENABLE_REDIS: 'true' })).toEqual([
      expect.stringContaining('set REDIS_URL or REDIS_HOST'),
    ]);
  });

  it.each(['api', 'worker'])('refuses the role %s alone on the embedded database', (ROLES) => {
    expect(errorsOf({ ROLES })).toEqual([expect.stringContaining('set DATABASE_URL')]);
    expect(errorsOf({ ROLES, DATABASE_URL: 'postgres://db/starling' })).toEqual([]);
  });
});
