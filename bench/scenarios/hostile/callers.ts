import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./callers-process.ts', import.meta.url));

export interface CallersSettings {
  url: string;
  email: string;
  password: string;
  /** The id of the kind of request. */
  kind: string;
  /** They ask for so many milliseconds, so many at a time, and no more often than `most` unless the kind says less. */
  ms: number;
  atOnce: number;
  most: number;
}

/** Those who mean harm, in a process of their own. */
export interface Callers {
  /** Until all requests have been answered; how often with which status. */
  ask(): Promise<ReadonlyMap<number, number>>;
  /** Until what the requests have begun in the background is over. */
  settled(): Promise<void>;
}

/**
 * Ready to ask. At low priority: callers are other machines, and what they do to send their requests must not keep the
 * measured processes from running.
 */
export async function startCallers(settings: CallersSettings): Promise<Callers> {
  const child = fork(program, [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, CALLERS_SETTINGS: JSON.stringify(settings) },
  });
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The process of the callers ended with ${code}.`);
  });
  // It is told to in the end, when nobody waits for an answer any more.
  ended.catch(() => undefined);
  const said = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as unknown[];
    return message;
  };
  await said();
  return {
    async ask() {
      child.send('ask');
      return new Map((await said()) as [number, number][]);
    },
    async settled() {
      child.send('settle');
      await said();
      child.kill();
    },
  };
}
