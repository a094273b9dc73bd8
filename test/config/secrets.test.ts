import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ensureSecrets, type Config } from '../../src/config/index.js';
import { loadConfig } from '../../src/config/load.js';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-secrets-'));
  file = join(folder, '.env.local');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function load(env: Record<string, string> = {}): Config {
  const outcome = loadConfig(env, { files: [file] });
  if (!outcome.ok) throw new Error(outcome.errors.join('\n'));
  return outcome.config;
}

describe('secrets of a first start', () => {
  it('are generated once, only for the owner to read, and found by the next start', async () => {
    const first = load();
    expect(await ensureSecrets(first, file)).toEqual(['APP_SECRET', 'JWT_SECRET']);
    expect(first.auth.appSecret).toHaveLength(64);
    expect(first.auth.jwtSecret).not.toBe(first.auth.appSecret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const second = load();
    expect(second.auth).toMatchObject({ appSecret: first.auth.appSecret, jwtSecret: first.auth.jwtSecret });
    expect(await ensureSecrets(second, file)).toEqual([]);
    expect(await readdir(folder)).toEqual(['.env.local']);
  });

  it('keep what the file already says', async () => {
    await writeFile(file, '# mine\nPORT=4000\nAPP_SECRET=0123456789012345678901234567890123456789', {
      mode: 0o644,
    });
    const config = load();
    expect(await ensureSecrets(config, file)).toEqual(['JWT_SECRET']);
    const content = await readFile(file, 'utf8');
    expect(content).toMatch(/^# mine\nPORT=4000\nAPP_SECRET=0123456789\d+\nJWT_SECRET=\S+\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('are not written when the environment has them', async () => {
    const config = load({ APP_SECRET: 'a'.repeat(32), JWT_SECRET: 'b'.repeat(32) });
    expect(await ensureSecrets(config, file)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are the same in processes that start at once', async () => {
    const configs = Array.from({ length: 5 }, () => load());
    await Promise.all(configs.map((config) => ensureSecrets(config, file)));
    expect(new Set(configs.map(({ auth }) => `${auth.appSecret} ${auth.jwtSecret}`)).size).toBe(1);
  });

  it('name the variables to set when the file cannot be written', async () => {
    await mkdir(file);
    await expect(ensureSecrets(loadedWithoutFiles(), file)).rejects.toThrow(
      /cannot be written .* Set APP_SECRET and JWT_SECRET in the environment\./,
    );
  });
});

function loadedWithoutFiles(): Config {
  const outcome = loadConfig({}, { files: [] });
  if (!outcome.ok) throw new Error(outcome.errors.join('\n'));
  return outcome.config;
}
