import { TextDecoder } from 'node:util';
import { fileError } from '../file-error.js';

/** Enough for a byte order mark and an XML declaration. */
const DECLARATION_BYTES = 256;

/**
 * XML bytes to text in the encoding they are in (XML 1.0, appendix F): by the byte order mark, by how `<` is written, by
 * the declaration, else UTF-8. Bytes that are no text in it refuse the file: a name with a wrong letter is worse.
 */
export class XmlDecoder {
  private decoder: TextDecoder | undefined;
  private start = Buffer.alloc(0);

  decode(chunk: Uint8Array): string {
    if (this.decoder) return this.text(this.decoder, chunk);
    this.start = Buffer.concat([this.start, chunk]);
    return this.start.length < DECLARATION_BYTES ? '' : this.begin();
  }

  end(): string {
    const begun = this.decoder ? '' : this.begin();
    return begun + (this.decoder ? this.text(this.decoder) : '');
  }

  private begin(): string {
    this.decoder = decoderFor(this.start);
    return this.text(this.decoder, this.start);
  }

  private text(decoder: TextDecoder, chunk?: Uint8Array): string {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw fileError(`The workbook is damaged: it holds bytes that are no ${decoder.encoding} text.`);
    }
  }
}

function decoderFor(start: Buffer): TextDecoder {
  const label = encodingOf(start);
  try {
    return new TextDecoder(label, { fatal: true });
  } catch {
    throw fileError(`The workbook is written in an unknown encoding, "${label}".`);
  }
}

function encodingOf(start: Buffer): string {
  const [first, second] = start;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  const declared = start.subarray(0, DECLARATION_BYTES).toString('latin1');
  const declaration = /<\?xml[^>]{0,99}?\sencoding\s{0,9}=\s{0,9}["']([\w.:-]{1,40})["']/.exec(declared);
  const label = declaration?.[1] ?? 'utf-8';
  // Not UTF-16 as the first bytes show, whatever is declared.
  return /^utf-?16/i.test(label) ? 'utf-8' : label;
}
