import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');

export interface Holder {
  child: ChildProcess;
  /** The URL of its database, or the sentence it was refused with. */
  said: string;
  kill(): Promise<void>;
}

/** Starts another process that runs the embedded database of this data folder, and waits for its first line. */
export async function startHolder(dataDir: string): Promise<Holder> {
  const program = path.join(import.meta.dirname, 'hold-database.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, dataDir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const exited = once(child, 'exit');
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    child,
    said: line.toString().trim(),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
