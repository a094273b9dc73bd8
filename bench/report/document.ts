import { writeFile } from 'node:fs/promises';
import { scenarios } from '../scenarios/index.js';
import { documentFile, formatted, readNotes } from './files.js';
import { performanceDocument } from './markdown.js';
import type { Results } from './results.js';

/** docs/performance.md of these results: the figures, what the scenarios say of themselves, and bench/report/notes.md. */
export async function performancePage(results: Results): Promise<string> {
  return formatted(documentFile, performanceDocument(results, scenarios, await readNotes()));
}

export async function writePerformancePage(results: Results): Promise<void> {
  await writeFile(documentFile, await performancePage(results));
}
