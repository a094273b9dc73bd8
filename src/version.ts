import { readFileSync } from 'node:fs';

/** From package.json, which is one folder further away once the code is compiled into dist/. */
export const version = readVersion(['../package.json', '../../package.json']);

function readVersion(candidates: string[]): string {
  for (const candidate of candidates) {
    const file = new URL(candidate, import.meta.url);
    try {
      return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return 'unknown';
}
