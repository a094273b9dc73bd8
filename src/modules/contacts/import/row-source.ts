import type { SourceRow } from './core/rows.js';

/** The non-empty rows of a file, always the same ones in the same order. */
export interface RowSource {
  rows: AsyncIterable<SourceRow>;
  /** How much of the file was read, 0 to 1. */
  progress(): number;
}
