/** Bounds on what one file may cost. Sizes are bytes unless they say otherwise. */
export interface ImportLimits {
  /** Data rows. */
  maxRows: number;
  maxColumns: number;
  /** Characters read of a cell; more than a contact can hold, so that a longer one rejects its row. */
  maxCellLength: number;
  /** Rows per transaction. */
  batchRows: number;
  /** Decompressed, one entry of an xlsx file. */
  maxEntryBytes: number;
  /** Decompressed, all entries that are read. */
  maxUnpackedBytes: number;
  /** Decompressed to compressed, beyond the first 16 MB. Real sheets stay below 100. */
  maxCompressionRatio: number;
  maxSharedStrings: number;
  /** Characters of all shared strings: they are held in memory. */
  maxSharedStringLength: number;
  maxCells: number;
}

export const defaultImportLimits: ImportLimits = {
  maxRows: 1_000_000,
  maxColumns: 200,
  maxCellLength: 10_000,
  batchRows: 1_000,
  maxEntryBytes: 1024 ** 3,
  maxUnpackedBytes: 1.5 * 1024 ** 3,
  maxCompressionRatio: 200,
  maxSharedStrings: 3_000_000,
  maxSharedStringLength: 100_000_000,
  maxCells: 50_000_000,
};
