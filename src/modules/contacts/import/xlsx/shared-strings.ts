import type { ImportLimits } from '../limits.js';
import { readXml, tooMuch, unescapeText, type XmlHandler } from './xml.js';

const PART = 'list of texts';
/** Shorter texts are always copies. */
const SLICE_LENGTH = 13;

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
  const handler: XmlHandler = {
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
        if (length > limits.maxSharedStringLength) {
          throw tooMuch(PART, 'characters', limits.maxSharedStringLength);
        }
        if (strings.push(unescapeText(detached(current))) > limits.maxSharedStrings) {
          throw tooMuch(PART, 'texts', limits.maxSharedStrings);
        }
      }
    },
  };
  await readXml(chunks, handler, { what: PART, maxTags: limits.maxTags });
  return strings;
}

/** A copy: a part of a chunk's text keeps the whole chunk in memory, with all that stands between the texts. */
function detached(text: string): string {
  return text.length < SLICE_LENGTH ? text : Buffer.from(text).toString();
}
