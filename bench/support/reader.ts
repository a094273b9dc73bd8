import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./reader-process.ts', import.meta.url));

export interface ReaderSettings {
  url: string;
  email: string;
  password: string;
  path: string;
}

/** Reads so many times, or until it is told to end. */
export type ReaderOrder = { kind: 'read'; times: number } | { kind: 'begin' } | { kind: 'end' };

/** Somebody who asks for the same again and again, one request after the other. */
export interface Reader {
  /** Milliseconds until each answer. */
  answerTimes(requests: number): Promise<number[]>;
  /** The same, for as long as the work takes. */
  during(work: () => Promise<void>): Promise<number[]>;
  stop(): void;
}

/** In a process of its own: what the measuring process is busy with must not count as waiting. */
export async function startReader(settings: ReaderSettings): Promise<Reader> {
  const child = fork(program, [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, READER_SETTINGS: JSON.stringify(settings) },
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The process that reads ended with ${code}.`);
  });
  // It is told to in the end, when nobody waits for an answer any more.
  ended.catch(() => undefined);
  const said = async (): Promise<number[]> => {
    const [times] = (await Promise.race([once(child, 'message'), ended])) as [number[]];
    return times;
  };
  const order = (what: ReaderOrder): void => void child.send(what);
  await said();
  return {
    answerTimes(times) {
      order({ kind: 'read', times });
      return said();
    },
    async during(work) {
      order({ kind: 'begin' });
      await work();
      order({ kind: 'end' });
      return said();
    },
    stop: () => void child.kill(),
  };
}
