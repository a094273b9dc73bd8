import { open } from 'node:fs/promises';
import { openCsv } from './csv.js';
import type { KnownEncoding } from './core/encodings.js';
import type { ImportLimits } from './limits.js';
import { fileError } from './file-error.js';
import type { HiddenRows, RowSource } from './row-source.js';
import { openXlsx } from './xlsx/index.js';

/** Opens a contacts file by what it holds, whatever its name says. Throws `import_file_refused` with the reason. */
export async function openSource(
  path: string,
  options: { delimiter?: string; encoding?: KnownEncoding; hiddenRows: HiddenRows; limits: ImportLimits },
): Promise<RowSource> {
  const start = await readStart(path);
  if (start.length === 0) throw fileError('The file is empty.');
  if (start.subarray(0, 2).toString('latin1') === 'PK')
    return openXlsx(path, options.limits, options.hiddenRows);
  const reason = otherKind(start);
  if (reason) throw fileError(reason);
  return openCsv(path, options);
}

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const SAVE_AS = 'save it as xlsx or csv and upload it again';

/** Files that are often sent in place of a csv; each deserves a better answer than "binary". */
function otherKind(start: Buffer): string | undefined {
  const magic = start.subarray(0, 8).toString('latin1');
  if (magic.startsWith('\xd0\xcf\x11\xe0')) {
    return `The file is an old Excel workbook (.xls) or protected with a password; ${SAVE_AS}.`;
  }
  if (magic.startsWith('%PDF')) return `The file is a PDF; ${SAVE_AS}.`;
  if (magic.startsWith('\x1f\x8b')) return 'The file is compressed with gzip; unpack it and upload it again.';
  if (magic.startsWith('{\\rtf')) return `The file is a text document; ${SAVE_AS}.`;
  const text = start.toString('latin1').replace(/^(?:\xef\xbb\xbf)?\s*/, '');
  if (/^<(?:!doctype|html|head|body|table|meta|style|div)\b/i.test(text)) {
    return `The file is a web page with a spreadsheet's name; open it and ${SAVE_AS}.`;
  }
  if (text.startsWith('<?xml')) return `The file is XML, not a spreadsheet; ${SAVE_AS}.`;
  return undefined;
}
