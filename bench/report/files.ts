import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Results } from './results.js';

const inCheckout = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What the last run measured, at whatever size; not part of the repository. */
export const latestFile = inCheckout('bench/results/latest.json');
/** What docs/performance.md is made from. */
export const performanceFile = inCheckout('docs/performance.json');
export const documentFile = inCheckout('docs/performance.md');
/** The end of the page: the reasons of missed targets. */
const notesFile = inCheckout('bench/report/notes.md');

export async function readResults(file: string): Promise<Results> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

export async function writeResults(file: string, results: Results): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await formatted(file, JSON.stringify(results, null, 2)));
}

export function readNotes(): Promise<string> {
  return readFile(notesFile, 'utf8');
}

/** As the format check of `npm test` wants it. */
export async function formatted(file: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(file)), filepath: file });
}
