import { writePerformancePage } from '../bench/report/document.js';
import { performanceFile, readResults } from '../bench/report/files.js';

/** Writes docs/performance.md from the figures measured last, the scenarios' descriptions and bench/report/notes.md. */
await writePerformancePage(await readResults(performanceFile));
