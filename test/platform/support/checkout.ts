import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder that looks like a checkout to the set-up script: lock file, sources, installed packages. */
export async function makeCheckout(): Promise<{ root: string; write: Write; remove: () => Promise<void> }> {
  const root = await mkdtemp(path.join(tmpdir(), 'starling-checkout-'));
  const write: Write = async (file, content) => {
    const full = path.join(root, file);
    await mkdir(path.dirname(full), { recursive: true });
    await writeFile(full, content);
  };
  await write('package-lock.json', lockFile({ express: '5.3.0' }));
  await write('src/main.ts', 'export {};');
  await write('migrations/1-first.ts', 'export {};');
  await write('tsconfig.json', '{}');
  return { root, write, remove: () => rm(root, { recursive: true, force: true }) };
}

type Write = (file: string, content: string) => Promise<void>;

/** The text of a lock file (npm's own record of what is installed has the same shape). */
export function lockFile(versions: Record<string, string>, optional: string[] = []): string {
  const packages = Object.entries(versions).map(([name, version]) => [
    `node_modules/${name}`,
    { version, ...(optional.includes(name) ? { optional: true } : {}) },
  ]);
  return JSON.stringify({ packages: Object.fromEntries(packages) as unknown });
}
