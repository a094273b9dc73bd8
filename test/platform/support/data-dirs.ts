import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isPostmasterOf, readPostmasterFile } from '../../../src/db/embedded/postmaster-file.js';
import { waitFor } from '../../support/wait-for.js';

/** True when PostgreSQL has to be handed to another OS user. */
export const isRoot = process.getuid?.() === 0;

/** A data folder for one test; `mode` 0o700 keeps the OS user out whom root hands PostgreSQL to. */
export async function makeDataDir(mode = 0o755): Promise<{ dataDir: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'starling-data-'));
  await chmod(folder, mode);
  const dataDir = path.join(folder, 'data');
  return {
    dataDir,
    async remove() {
      const cluster = await clusterOf(dataDir);
      // The database of a killed process needs a moment to end, and writes files until then.
      await waitFor(() => !runs(cluster), { what: `the end of the database in ${cluster}` });
      if (!cluster.startsWith(dataDir)) await rm(path.dirname(cluster), { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function runs(cluster: string): boolean {
  const file = readPostmasterFile(cluster);
  return file !== undefined && isPostmasterOf(file.pid, cluster);
}

/** Where the database files of a data folder are. */
export async function clusterOf(dataDir: string): Promise<string> {
  try {
    const note = JSON.parse(await readFile(path.join(dataDir, 'postgres-location.json'), 'utf8')) as {
      path: string;
    };
    return note.path;
  } catch {
    return path.join(dataDir, 'postgres');
  }
}
