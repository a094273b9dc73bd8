/** Bounds on what one file may cost. Sizes are bytes unless they say otherwise. */
export interface ImportLimits {
  /** Data rows. */
  maxRows: number;
  maxColumns: number;
  /** Columns of an export of ours, which has one for each attribute of all its contacts. */
  maxExportColumns: number;
  /** Characters read of a cell; more than a contact can hold, so that a longer one rejects its row. */
  maxCellLength: number;
  /** Rows per transaction. */
  batchRows: number;
  /** Characters of the cells of one transaction's rows, give or take a row. */
  batchLength: number;
  /** Lines of a csv file, empty ones too. */
  maxLines: number;
  /** Files in the zip that an xlsx file is. */
  maxEntries: number;
  /** Names, comments and extra fields of all of them. */
  maxDirectoryBytes: number;
  /** Decompressed, one entry of an xlsx file. */
  maxEntryBytes: number;
  /** Decompressed, an entry that describes the workbook: its sheets, parts, styles. */
  maxPartBytes: number;
  /** Decompressed, all entries that are read. */
  maxUnpackedBytes: number;
  /** Decompressed to compressed, beyond the first 16 MB. Real sheets stay below 100. */
  maxCompressionRatio: number;
  /** XML tags of a sheet, or of the shared strings. */
  maxTags: number;
  /** XML tags of an entry that describes the workbook. */
  maxPartTags: number;
  maxSheets: number;
  /** Entries one entry refers to. */
  maxRelations: number;
  /** Ways a cell may look; Excel has at most 65,490. */
  maxStyles: number;
  maxNumberFormats: number;
  maxSharedStrings: number;
  /** Characters of all shared strings: they are held in memory. */
  maxSharedStringLength: number;
  maxCells: number;
  /** Characters of all cells of a sheet: a shared string counts wherever it stands. */
  maxTextLength: number;
  /** Of them, those that any file may have, and those more for each byte of the file. Real workbooks stay below 20. */
  freeTextLength: number;
  maxTextRatio: number;
  /** Files of the tenant that wait, and its rejected rows that are kept, all together. */
  quotaBytes: number;
}

export const defaultImportLimits: ImportLimits = {
  maxRows: 1_000_000,
  maxColumns: 200,
  maxExportColumns: 1_000,
  maxCellLength: 10_000,
  batchRows: 1_000,
  batchLength: 1_000_000,
  maxLines: 20_000_000,
  maxEntries: 5_000,
  maxDirectoryBytes: 2 * 1024 ** 2,
  maxEntryBytes: 1024 ** 3,
  maxPartBytes: 64 * 1024 ** 2,
  maxUnpackedBytes: 1.5 * 1024 ** 3,
  maxCompressionRatio: 200,
  maxTags: 200_000_000,
  maxPartTags: 1_000_000,
  maxSheets: 1_000,
  maxRelations: 10_000,
  maxStyles: 100_000,
  maxNumberFormats: 10_000,
  maxSharedStrings: 3_000_000,
  maxSharedStringLength: 100_000_000,
  maxCells: 50_000_000,
  maxTextLength: 500_000_000,
  freeTextLength: 50_000_000,
  maxTextRatio: 100,
  quotaBytes: 2 * 1024 ** 3,
};
