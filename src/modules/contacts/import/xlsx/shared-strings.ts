import type { ImportLimits } from '../limits.js';
import { fileError } from '../file-error.js';
import { readXml, unescapeText } from './xml.js';

/** The table most text cells point into. Rich text is joined; phonetic hints (`rPh`) are left out. */
export async function readSharedStrings(
  chunks: AsyncIterable<Uint8Array>,
  limits: ImportLimits,
): Promise<string[]> {
  const strings: string[] = [];
  let length = 0;
  let current = '';
  let inText = false;
  let phonetic = 0;
  await readXml(chunks, {
    open(name) {
      if (name === 'si') current = '';
      else if (name === 'rPh') phonetic += 1;
      else if (name === 't') inText = phonetic === 0;
    },
    text(text) {
      if (inText && current.length <= limits.maxCellLength) current += text;
    },
    close(name) {
      if (name === 't') inText = false;
      else if (name === 'rPh') phonetic -= 1;
      else if (name === 'si') {
        length += current.length;
        if (
          strings.push(unescapeText(current)) > limits.maxSharedStrings ||
          length > limits.maxSharedStringLength
        ) {
          throw fileError('The workbook holds too much text; split it or use csv.');
        }
      }
    },
  });
  return strings;
}
