import type { ColumnReport } from './core/column-report.js';
import type { KnownEncoding } from './core/encodings.js';
import type { ColumnMapping } from './core/mapping.js';
import type { ImportedContact, RejectedRow } from './core/rows.js';
import type { ImportLimits } from './limits.js';
import type { HiddenRows } from './row-source.js';

/** Which file is read, and how. Plain data: it goes to another thread. */
export interface ReadOrder {
  path: string;
  mapping: ColumnMapping;
  defaultCountry?: string;
  delimiter?: string;
  encoding?: KnownEncoding;
  hiddenRows: HiddenRows;
  /** Data rows at the beginning that are not wanted any more: they are committed. */
  skipRows: number;
  limits: ImportLimits;
}

/** What is read of a file, in this order: its columns, batches of rows, the end. */
export type FilePart =
  | {
      kind: 'columns';
      /** Above the cells of rejected rows. */
      titles: string[];
      columns: ColumnReport;
    }
  | {
      kind: 'rows';
      /** How many data rows of the file come before the first one of these. */
      firstRow: number;
      rows: (ImportedContact | RejectedRow)[];
      /** How much of the file was read by then, 0 to 1. */
      progress: number;
    }
  | {
      kind: 'end';
      /** What the uploader should know of the file, one sentence each. */
      warnings: string[];
      /** Why the file was not read, or not to its end. */
      refused?: string;
    };
