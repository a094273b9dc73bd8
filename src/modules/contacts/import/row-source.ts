import type { SourceRow } from './core/rows.js';

/** What to do with the rows of a sheet that a filter or its author has hidden. */
export type HiddenRows = 'include' | 'skip';

/** The non-empty rows of a file, always the same ones in the same order. */
export interface RowSource {
  rows: AsyncIterable<SourceRow>;
  /** How much of the file was read, 0 to 1. */
  progress(): number;
  /** What the uploader should know of the file, one sentence each; complete once all rows were read. */
  warnings(): string[];
}
