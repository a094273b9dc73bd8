import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./noop-process.ts', import.meta.url));

export interface NoopSettings {
  backend: { kind: 'redis'; url: string } | { kind: 'postgres'; url: string };
  jobs: number;
  concurrency: number;
}

export interface NoopResult {
  jobsPerSecond: number;
  /** Processor time of the process that adds and works, in microseconds. */
  cpuMicrosPerJob: number;
}

/** The yardstick: BullMQ alone, in a process of its own, adds so many jobs in bulk and works them off. */
export async function measureNoop(settings: NoopSettings): Promise<NoopResult> {
  const child = fork(program, [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NOOP_SETTINGS: JSON.stringify(settings) },
  });
  const exited = once(child, 'exit');
  const [result] = (await once(child, 'message')) as [NoopResult];
  await exited;
  return result;
}
