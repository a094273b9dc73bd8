import type { SourceRow } from '../core/rows.js';
import type { ImportLimits } from '../limits.js';
import type { RowSource } from '../row-source.js';
import { Archive } from './archive.js';
import { readSharedStrings } from './shared-strings.js';
import { readSheet } from './sheet.js';
import { readDateStyles } from './styles.js';
import { readWorkbook } from './workbook.js';

/**
 * Opens the first visible sheet of an xlsx workbook as a stream (ECMA-376 part 1, SpreadsheetML). Memory holds the
 * shared strings and the chunk at hand, never the sheet.
 */
export async function openXlsx(path: string, limits: ImportLimits): Promise<RowSource> {
  let bytesRead = 0;
  let size = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytesRead += chunk.length;
      yield chunk;
    }
  };
  const rows = async function* (): AsyncGenerator<SourceRow> {
    const archive = await Archive.open(path, limits);
    try {
      const workbook = await readWorkbook(archive);
      const { sheet, sharedStrings, styles, date1904 } = workbook;
      size = archive.statedSize(sheet);
      const context = {
        sharedStrings: sharedStrings ? await readSharedStrings(archive.read(sharedStrings), limits) : [],
        dateStyles: styles ? await readDateStyles(archive.read(styles)) : [],
        date1904,
        limits,
      };
      yield* readSheet(counted(archive.read(sheet)), context);
    } finally {
      archive.close();
    }
  };
  return { rows: rows(), progress: () => (size === 0 ? 0 : Math.min(1, bytesRead / size)) };
}
