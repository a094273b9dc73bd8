import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeptProcess } from './kept-process.js';
import { ownPort } from './own-port.js';
import type { ChaosOptions } from './options.js';
import { WORKERS } from './plan.js';
import { startPostgres, type ChaosPostgres } from './postgres.js';
import { environment, startSimulator, type Programs } from './programs.js';
import { startRedis, type ChaosRedis } from './redis.js';

/** An exit status, or the signal that ended it. */
export interface ProcessEnd {
  name: string;
  how: number | string;
}

/** Everything that runs, each in a process of its own. */
export interface Stage {
  /** Where the processes write what they have to say. */
  folder: string;
  simulatorUrl: string;
  postgres: ChaosPostgres;
  redis: ChaosRedis | undefined;
  api: KeptProcess;
  workers: KeptProcess[];
  /** Stops these by SIGTERM and returns how each of them ended. */
  stop(processes: readonly KeptProcess[]): Promise<ProcessEnd[]>;
  /** Ends whatever still runs; `keep` leaves the files where they are. */
  close(keep: boolean): Promise<void>;
}

export async function setStage(
  options: Pick<ChaosOptions, 'seed' | 'ids' | 'backend'>,
  programs: Programs,
): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'starling-chaos-'));
  await chmod(folder, 0o755);
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (keep: boolean): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
    if (!keep) await rm(folder, { recursive: true, force: true });
  };
  try {
    const logs = join(folder, 'logs');
    await mkdir(logs);
    const postgres = await startPostgres(join(folder, 'postgres'));
    undo.push(() => postgres.stop());
    const redis =
      options.backend === 'redis'
        ? await startRedis(join(folder, 'redis'), join(logs, 'redis.log'))
        : undefined;
    if (redis) undo.push(() => redis.stop());
    const simulator = await startSimulator(programs, logs, options);
    undo.push(() => {
      simulator.child.kill('SIGTERM');
      return simulator.child.ended;
    });
    const env = await environment(folder, {
      databaseUrl: postgres.url,
      simulatorUrl: simulator.url,
      redisUrl: redis?.url,
    });
    const start = (name: string, role: string, port = 0): KeptProcess => {
      const kept = new KeptProcess(name, {
        command: programs.main,
        env: { ...env, ROLES: role, PORT: String(port) },
        folder: logs,
      });
      undo.push(() => kept.stop());
      return kept;
    };
    // The first one migrates the database; the others would only wait for it. It comes back to where its users look for it.
    const api = start('api', 'api', await ownPort());
    await api.up();
    const workers = Array.from({ length: WORKERS }, (_, index) => start(`worker-${index + 1}`, 'worker'));
    await Promise.all(workers.map((worker) => worker.up()));
    return {
      folder,
      simulatorUrl: simulator.url,
      postgres,
      redis,
      api,
      workers,
      stop: (processes) =>
        Promise.all(processes.map(async (kept) => ({ name: kept.name, how: await kept.stop() }))),
      close,
    };
  } catch (error) {
    await close(true);
    throw error;
  }
}
