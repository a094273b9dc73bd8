import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { SUPPORTED } from '../../scripts/lib/node-version.mjs';
import { Config } from '../../src/config/config.js';
import { settingsOf, type ConfigClass } from '../../src/config/setting.js';

interface Service {
  image: string;
  environment: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
  volumes?: string[];
  ports?: string[];
}

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<'postgres' | 'valkey' | 'api' | 'worker', Service>;
  volumes: Record<string, unknown>;
};
const settings = new Set(
  Object.values(new Config()).flatMap((group: object) =>
    [...settingsOf(group.constructor as ConfigClass).values()].map((setting) => setting.env),
  ),
);

describe('docker-compose.yml', () => {
  const { postgres, valkey, api, worker } = compose.services;

  it('runs PostgreSQL 17, Valkey, an API and a worker', () => {
    expect(Object.keys(compose.services).toSorted()).toEqual(['api', 'postgres', 'valkey', 'worker']);
    expect(postgres.image).toBe('postgres:17');
    expect([api.environment['ROLES'], worker.environment['ROLES']]).toEqual(['api', 'worker']);
  });

  it('sets only settings that exist', () => {
    const used = [...Object.keys(api.environment), ...Object.keys(worker.environment)];
    expect(used.filter((name) => !settings.has(name))).toEqual([]);
  });

  it('does not start without the secrets, and holds none itself', () => {
    for (const name of ['APP_SECRET', 'JWT_SECRET', 'ADMIN_PASSWORD']) {
      expect(api.environment[name]).toMatch(new RegExp(`^\\$\\{${name}:\\?.+\\}$`));
      expect(worker.environment[name]).toBe(api.environment[name]);
    }
    expect(postgres.environment['POSTGRES_PASSWORD']).toMatch(/^\$\{POSTGRES_PASSWORD:\?/);
  });

  it('waits until database and queue are healthy', () => {
    for (const service of [api, worker]) {
      const conditions = Object.values(service.depends_on ?? {}).map((entry) => entry.condition);
      expect(conditions).toEqual(['service_healthy', 'service_healthy']);
    }
    expect(postgres.healthcheck).toBeDefined();
    expect(valkey.healthcheck).toBeDefined();
  });

  it('keeps data in volumes, shares uploads, and publishes one port on the loopback interface', () => {
    const used = Object.values(compose.services).flatMap((service) => service.volumes ?? []);
    const names = new Set(used.map((volume) => volume.split(':')[0]));
    expect(names).toEqual(new Set(Object.keys(compose.volumes)));
    expect(api.volumes).toEqual(worker.volumes);
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports).toEqual([expect.stringMatching(/^127\.0\.0\.1:.*:3000$/)]);
  });
});

describe('the Dockerfile', () => {
  const instructions = read('Dockerfile')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const finalStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM ')));

  it('has more than one stage and ends as an ordinary user', () => {
    expect(instructions.filter((line) => line.startsWith('FROM ')).length).toBeGreaterThan(1);
    expect(finalStage.findLast((line) => line.startsWith('USER '))).toBe('USER node');
  });

  it('runs on the newest Node that is supported, in every stage', () => {
    const images = instructions.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    expect(new Set(images)).toEqual(new Set([`node:${SUPPORTED.at(-1)?.[0]}-bookworm-slim`]));
  });

  it('checks the health of the server', () => {
    expect(finalStage.find((line) => line.startsWith('HEALTHCHECK '))).toContain('/health/live');
  });

  it('copies only files that exist and that .dockerignore lets through', () => {
    const exceptions = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    const allowed = new Set(exceptions.map((line) => line.slice(1)));
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(copied.length).toBeGreaterThan(0);
    expect(copied.filter((file) => !existsSync(path.join(root, file)) || !allowed.has(file))).toEqual([]);
  });

  it('starts what the build makes', () => {
    const entry = /dist\/src\/([\w/-]+)\.js/.exec(
      finalStage.find((line) => line.startsWith('CMD ')) ?? '',
    )?.[1];
    expect(existsSync(path.join(root, `src/${entry}.ts`))).toBe(true);
  });
});
