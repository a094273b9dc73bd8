import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiClient } from '../../src/demo/api-client.js';
import { cpuSeconds } from './process-usage.js';
import type { Answer, Hearing, Question, ServerSettings } from './server-protocol.js';

const program = fileURLToPath(new URL('../server.ts', import.meta.url));
/** Of the user whom every server of the bench begins with. */
export const EMAIL = 'bench@example.com';
/** Of every user the bench makes. */
export const PASSWORD = 'a password of the bench';

export interface BenchServer {
  url: string;
  pid: number;
  api: ApiClient;
  look(kind?: Question['kind']): Promise<Answer>;
  /** Resolves when phones have written all of it. */
  hear(hearing: Hearing): Promise<Answer>;
  /** Seconds of processor time since the process started. */
  cpu(): number;
  stop(): Promise<void>;
}

/** The whole program in a process of its own; resolves when it listens. */
export async function startBenchServer(
  env: Record<string, string>,
  settings: ServerSettings = {},
): Promise<BenchServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'starling-bench-'));
  const child = fork(program, [], {
    execArgv: [
      '--import',
      'tsx',
      '--expose-gc',
      // As `npm start` starts the program.
      '--max-semi-space-size=64',
      // For profiling: --cpu-prof, say.
      ...(process.env['BENCH_EXEC'] ?? '').split(' ').filter((text) => text !== ''),
    ],
    env: {
      ...process.env,
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: dataDir,
      ADMIN_EMAIL: EMAIL,
      ADMIN_PASSWORD: PASSWORD,
      APP_SECRET: 'a secret of the bench that is long enough',
      JWT_SECRET: 'another secret of the bench, long enough',
      API_REQUESTS_PER_MINUTE: '1000000',
      BENCH_SETTINGS: JSON.stringify(settings),
      ...env,
    },
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const url = await firstMessage(child);
    const pid = child.pid ?? 0;
    // A process that is a worker only has no API; the client then belongs to another process.
    const api =
      env['ROLES'] === 'worker' ? ApiClient.anonymous(url) : await ApiClient.login(url, EMAIL, PASSWORD);
    const ask = asker(child);
    const look: BenchServer['look'] = (kind) => ask({ kind: kind ?? 'look' });
    const hear: BenchServer['hear'] = (hearing) => ask({ kind: 'hear', hear: hearing });
    return { url, pid, api, look, hear, cpu: () => cpuSeconds(pid), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function firstMessage(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: { url: string }) => resolve(message.url));
    child.once('exit', (code) => reject(new Error(`The measured server ended with ${code}.`)));
  });
}

function asker(child: ChildProcess): (question: Omit<Question, 'id'>) => Promise<Answer> {
  let lastId = 0;
  const waiting = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  return (question) =>
    new Promise((resolve) => {
      lastId += 1;
      waiting.set(lastId, resolve);
      child.send({ id: lastId, ...question } satisfies Question);
    });
}
