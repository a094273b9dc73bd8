import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { spawnSync } from 'node:child_process';
import type { BenchServices } from '../figure.js';
import { query } from '../support/services.js';

/** What the figures were measured on; nothing that tells which machine it was. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGb: number;
  kernel: string;
  node: string;
  postgres: string;
  redis: string;
}

export async function describeMachine(services: BenchServices): Promise<Machine> {
  const [row] = await query<{ version: string }>(
    services.postgresUrl,
    `SELECT current_setting('server_version') AS version`,
  );
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    kernel: `${type()} ${release()}`,
    node: process.versions.node,
    postgres: row?.version.split(' ')[0] ?? 'unknown',
    redis: redisVersion(),
  };
}

function redisVersion(): string {
  for (const program of ['redis-server', 'valkey-server']) {
    const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    const version = /v=([\d.]+)/.exec(stdout ?? '')?.[1];
    if (status === 0 && version) return program === 'redis-server' ? version : `${version} (Valkey)`;
  }
  return 'unknown';
}

export function machineInWords({ cpu, cores, memoryGb, kernel, node, postgres, redis }: Machine): string {
  return (
    `${cpu}, ${cores} cores, ${memoryGb} GB of memory, ${kernel}, ` +
    `Node ${node}, PostgreSQL ${postgres}, Redis ${redis}`
  );
}
