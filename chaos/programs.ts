import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startChild, type Child } from './child.js';
import type { IdMode } from './options.js';

export const EMAIL = 'chaos@example.com';
export const PASSWORD = 'a password of the chaos run';

/** How the programs are started: compiled, as `npm start` runs them, or from their TypeScript. */
export interface Programs {
  main: readonly string[];
  simulator: readonly string[];
}

export const compiled: Programs = {
  main: [process.execPath, 'dist/src/main.js'],
  simulator: [process.execPath, 'dist/src/simulator-main.js'],
};

/**
 * A network that takes its time, so that hand-overs are under way when workers are killed, and reports everything: some of
 * it soon, so that receipts resolve what was interrupted, some of it so late that messages are sent again before.
 */
const behaviour = {
  latency: { min: 30, median: 120, p95: 400 },
  receipts: {
    server: 1,
    delivered: 1,
    read: 1,
    serverDelay: { min: 10, median: 1_000, p95: 8_000 },
    deliveredDelay: { min: 50, median: 200, p95: 800 },
    readDelay: { min: 50, median: 400, p95: 1_500 },
  },
  replies: { probability: 0 },
};

export async function startSimulator(
  programs: Programs,
  folder: string,
  { seed, ids }: { seed: number; ids: IdMode },
): Promise<{ url: string; child: Child }> {
  const file = join(folder, 'behaviour.json');
  await writeFile(file, JSON.stringify(behaviour));
  const args = ['--port', '0', '--seed', String(seed), '--behaviour', file];
  if (ids === 'none') args.push('--no-idempotent-ids');
  const child = startChild([...programs.simulator, ...args], { env: {}, log: join(folder, 'simulator.log') });
  return { url: await child.prints(/listening on (\S+)/), child };
}

/** What all processes of the product share here. */
export async function environment(
  folder: string,
  places: { databaseUrl: string; simulatorUrl: string; redisUrl: string | undefined },
): Promise<Record<string, string>> {
  const dataDir = join(folder, 'data');
  await mkdir(dataDir);
  return {
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
    DATA_DIR: dataDir,
    DATABASE_URL: places.databaseUrl,
    SIMULATOR_URL: places.simulatorUrl,
    ENABLE_REDIS: String(places.redisUrl !== undefined),
    REDIS_URL: places.redisUrl ?? '',
    TYPING_PERCENT: '0',
    ADMIN_EMAIL: EMAIL,
    ADMIN_PASSWORD: PASSWORD,
    APP_SECRET: 'a secret of the chaos run that is long enough',
    JWT_SECRET: 'another secret of the chaos run, long enough',
  };
}
