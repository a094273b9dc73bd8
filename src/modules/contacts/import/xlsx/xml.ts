import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { errorMessage } from '../../../../lib/errors.js';
import { fileError } from '../file-error.js';
import { XmlDecoder } from './xml-decoder.js';

/** Tags around a tag, and attributes of one. Spreadsheet programs write about ten and thirty. */
const MAX_DEPTH = 100;
const MAX_ATTRIBUTES = 250;
/** Bytes between two tags. The parser keeps such text in memory, so an endless one must end here. */
const MAX_TEXT_BYTES = 4 * 1024 ** 2;

/** What one part of a workbook may hold. */
export interface XmlBudget {
  /** The part, as its uploader would call it: `list of styles`. */
  what: string;
  maxTags: number;
}

export interface XmlHandler {
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/**
 * A push parser that hands over local names (a writer may prefix all of its tags). Document types are refused: no
 * spreadsheet program writes them, and entities are how small XML becomes large. So is what is nested or repeated without
 * end: the number of tags, how deep they stand and how many attributes one has are limited.
 */
export class XmlReader {
  private readonly parser = new SaxesParser({ xmlns: false, position: false });
  private readonly decoder = new XmlDecoder();
  private bytesSinceTag = 0;
  private tags = 0;
  private depth = 0;
  private attributes = 0;

  constructor(handler: XmlHandler, budget: XmlBudget) {
    this.parser.on('attribute', () => {
      this.attributes += 1;
      if (this.attributes > MAX_ATTRIBUTES)
        throw tooMuch(budget.what, 'attributes in one tag', MAX_ATTRIBUTES);
    });
    this.parser.on('doctype', () => {
      throw fileError('The workbook holds a document type declaration, which is not allowed.');
    });
    this.parser.on('error', (error) => {
      throw fileError(`The workbook is damaged: ${errorMessage(error).replace(/\.$/, '')}.`);
    });
    this.parser.on('opentag', (tag: SaxesTagPlain) => {
      this.bytesSinceTag = 0;
      this.attributes = 0;
      this.tags += 1;
      this.depth += 1;
      if (this.tags > budget.maxTags) throw tooMuch(budget.what, 'tags', budget.maxTags);
      if (this.depth > MAX_DEPTH) throw tooMuch(budget.what, 'tags inside each other', MAX_DEPTH);
      handler.open?.(localName(tag.name), tag.attributes);
    });
    this.parser.on('closetag', (tag: SaxesTagPlain) => {
      this.bytesSinceTag = 0;
      this.depth -= 1;
      handler.close?.(localName(tag.name));
    });
    if (handler.text) {
      this.parser.on('text', (text) => handler.text?.(text));
      this.parser.on('cdata', (text) => handler.text?.(text));
    }
  }

  /** A character whose bytes lie in two chunks is handed over whole. */
  write(chunk: Uint8Array): void {
    this.bytesSinceTag += chunk.length;
    this.parser.write(this.decoder.decode(chunk));
    if (this.bytesSinceTag > MAX_TEXT_BYTES) {
      throw fileError(
        'The workbook holds an implausibly long text, as a zip bomb does; save it again or use csv.',
      );
    }
  }

  end(): void {
    this.parser.write(this.decoder.end());
    this.parser.close();
  }
}

/** Reads a small part of the workbook as a whole. */
export async function readXml(
  chunks: AsyncIterable<Uint8Array>,
  handler: XmlHandler,
  budget: XmlBudget,
): Promise<void> {
  const reader = new XmlReader(handler, budget);
  for await (const chunk of chunks) reader.write(chunk);
  reader.end();
}

/** The error for a part of a workbook that holds more of something than it may. */
export function tooMuch(part: string, things: string, most: number): Error {
  return fileError(
    `The ${part} of the workbook holds more than ${most} ${things}; copy the contacts into a new workbook, or save them as csv.`,
  );
}

export function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Excel writes control characters as `_x000D_`, and a literal underscore before such text as `_x005F_`. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9a-f]{4})_/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
