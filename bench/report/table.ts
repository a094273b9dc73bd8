import type { Summary } from '../figure.js';
import { cells } from './format.js';

const COLUMNS = ['figure', 'value', 'yardstick', 'ratio', 'spread', 'target', 'met'] as const;

/** The figures as aligned text for a terminal. */
export function textTable(summaries: readonly Summary[]): string {
  const rows = [Object.fromEntries(COLUMNS.map((name) => [name, name])), ...summaries.map(cells)];
  const widths = COLUMNS.map((name) => Math.max(...rows.map((row) => (row[name] ?? '').length)));
  const line = (row: Record<string, string>) =>
    COLUMNS.map((name, index) => (row[name] ?? '').padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
