import { stat } from 'node:fs/promises';
import type { SourceRow } from '../core/rows.js';
import type { ImportLimits } from '../limits.js';
import type { HiddenRows, RowSource } from '../row-source.js';
import { Archive } from './archive.js';
import { readSharedStrings } from './shared-strings.js';
import { readSheet, type SheetContext } from './sheet.js';
import { readDateStyles } from './styles.js';
import { readWorkbook, type Sheet, type Workbook } from './workbook.js';

/**
 * Opens the first visible sheet with rows of an xlsx workbook as a stream (ECMA-376 part 1, SpreadsheetML). Memory holds
 * the shared strings and the chunk at hand, never the sheet.
 */
export async function openXlsx(
  path: string,
  limits: ImportLimits,
  hiddenRows: HiddenRows = 'skip',
): Promise<RowSource> {
  const reading = new Reading(limits, hiddenRows);
  return {
    rows: reading.rows(path),
    progress: () => reading.progress(),
    warnings: () => reading.warnings(),
  };
}

class Reading {
  private bytesRead = 0;
  private size = 0;
  private hiddenRows = 0;
  private sheet: Sheet | undefined;
  /** Sheets before it. */
  private passed: Sheet[] = [];

  constructor(
    private readonly limits: ImportLimits,
    private readonly hidden: HiddenRows,
  ) {}

  async *rows(path: string): AsyncGenerator<SourceRow> {
    const archive = await Archive.open(path, this.limits);
    try {
      const workbook = await readWorkbook(archive, this.limits);
      const context = await this.contextOf(workbook, archive, (await stat(path)).size);
      for (const [index, sheet] of workbook.sheets.entries()) {
        if (sheet.hidden) continue;
        this.bytesRead = 0;
        this.size = archive.statedSize(sheet.path);
        let found = false;
        for await (const row of readSheet(this.counted(archive.read(sheet.path)), context)) {
          if (!found) [this.sheet, this.passed, found] = [sheet, workbook.sheets.slice(0, index), true];
          yield row;
        }
        if (found) return;
      }
    } finally {
      archive.close();
    }
  }

  progress(): number {
    return this.size === 0 ? 0 : Math.min(1, this.bytesRead / this.size);
  }

  warnings(): string[] {
    const warnings: string[] = [];
    if (this.sheet && this.passed.length > 0) {
      const names = this.passed.slice(0, 3).map(({ name }) => `"${name.slice(0, 60)}"`);
      warnings.push(
        `The sheet "${this.sheet.name.slice(0, 60)}" was imported; what stands before it is hidden or empty: ${names.join(', ')}${this.passed.length > 3 ? ', ...' : ''}.`,
      );
    }
    if (this.hiddenRows > 0) {
      const rows = this.hiddenRows === 1 ? '1 row is hidden' : `${this.hiddenRows} rows are hidden`;
      warnings.push(
        this.hidden === 'include'
          ? `${rows} in the sheet, by a filter or by hand, and imported as asked.`
          : `${rows} in the sheet, by a filter or by hand, and left out; import the file again with hiddenRows=include to have them.`,
      );
    }
    return warnings;
  }

  private async contextOf(workbook: Workbook, archive: Archive, fileBytes: number): Promise<SheetContext> {
    const { sharedStrings, styles, date1904 } = workbook;
    const { maxTextLength, freeTextLength, maxTextRatio } = this.limits;
    return {
      sharedStrings: sharedStrings ? await readSharedStrings(archive.read(sharedStrings), this.limits) : [],
      dateStyles: styles ? await readDateStyles(archive.readPart(styles), this.limits) : [],
      date1904,
      maxTextLength: Math.min(maxTextLength, freeTextLength + maxTextRatio * fileBytes),
      limits: this.limits,
      hiddenRows: this.hidden,
      onHiddenRow: () => (this.hiddenRows += 1),
    };
  }

  private async *counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.bytesRead += chunk.length;
      yield chunk;
    }
  }
}
