import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { BenchServices } from '../figure.js';
import { cpuSecondsOfTree } from './process-usage.js';

const program = fileURLToPath(new URL('./bare-process.ts', import.meta.url));

export interface BareSettings {
  databaseUrl: string;
  campaignId: string;
}

export interface BareResult {
  messages: number;
  /** Processor time of the process, in microseconds. */
  cpuMicros: number;
  seconds: number;
}

/**
 * The yardstick for the price of a message: the rows of a campaign that was made and not started change by bare
 * statements as if it were sent, and nothing else happens.
 */
export async function measureBare(
  services: BenchServices,
  settings: BareSettings,
): Promise<{ micros: number; messagesPerSecond: number }> {
  const before = cpuSecondsOfTree(services.postgresPid);
  const child = fork(program, [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, BARE_SETTINGS: JSON.stringify(settings) },
  });
  const exited = once(child, 'exit');
  const [result] = (await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => {
      throw new Error(`The process of the bare statements ended with ${code}.`);
    }),
  ])) as [BareResult];
  const ofPostgres = (cpuSecondsOfTree(services.postgresPid) - before) * 1_000_000;
  child.disconnect();
  await exited;
  return {
    micros: (ofPostgres + result.cpuMicros) / result.messages,
    messagesPerSecond: result.messages / result.seconds,
  };
}
