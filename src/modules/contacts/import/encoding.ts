import { createReadStream } from 'node:fs';
import iconv from 'iconv-lite';
import { codecOf, encodingInWords, fits, guessable, type KnownEncoding } from './core/encodings.js';
import { sevenBitEncoding, type SevenBitEncoding } from './core/seven-bits.js';
import { judgeWestern } from './core/western.js';
import { fileError } from './file-error.js';

export type { KnownEncoding } from './core/encodings.js';

export interface FileEncoding {
  name: KnownEncoding;
  /** What speaks against it, as a sentence for the uploader. */
  warning?: string;
}

/** Control characters a text file has no use for, as a share of its bytes, before it is called binary. */
const MAX_CONTROL_SHARE = 0.01;
/** Of the words with accents, how many may make no sense in Windows-1252: a name from elsewhere, a slip of the hand. */
const MAX_ODD_SHARE = 0.02;
const CHUNK_BYTES = 256 * 1024;
/** Bytes of text that other encodings are tried on, and how many of those are named. */
const SAMPLE_BYTES = 64 * 1024;
const NAMED = 8;
/** Characters that are looked at again with the next chunk. */
const SEVEN_BITS_OVERLAP = 256;
/** Bytes in which letters written in ASCII are looked for. */
const SEVEN_BITS_BYTES = 16 * 1024 ** 2;

/**
 * The encoding of a text file: by its byte order mark; else what the caller says; else UTF-8 when most of what is not
 * ASCII is valid UTF-8 in the whole file (a sample would miss the one accent at the end, and one name cut in the middle
 * of a letter must not spoil all others); else UTF-16 by its zeros; else Windows-1252, if its words make sense in that.
 * Refuses binary content, and a file whose letters fit several encodings: a garbled name is worse than a question.
 */
export async function detectEncoding(path: string, given?: KnownEncoding): Promise<FileEncoding> {
  const utf8 = new Utf8Evidence();
  let bytes = 0;
  let controls = 0;
  let end = '';
  let sevenBits: SevenBitEncoding | undefined;
  for await (const data of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    const chunk = data as Buffer;
    if (bytes === 0) {
      const wide = encodingOfMark(chunk) ?? encodingOfZeros(chunk);
      if (wide) return { name: wide };
      if (given === 'utf-16le' || given === 'utf-16be') return { name: given };
    }
    if (chunk.includes(0)) throw notText();
    bytes += chunk.length;
    controls += countControls(chunk);
    utf8.see(chunk);
    const text = end + chunk.toString('latin1');
    if (bytes <= SEVEN_BITS_BYTES) sevenBits ??= sevenBitEncoding(text);
    end = text.slice(-SEVEN_BITS_OVERLAP);
  }
  if (bytes === 0) throw fileError('The file is empty.');
  if (sevenBits === 'ISO-2022') {
    throw fileError(
      'The file is encoded in ISO-2022, as old mail programs write it; save it as UTF-8 and upload it again.',
    );
  }
  if (controls > bytes * MAX_CONTROL_SHARE) throw notText();
  const looksUtf8 = utf8.convinces();
  if (sevenBits && !given && looksUtf8 && !utf8.isSure()) {
    return { name: 'utf-8', warning: maybeSevenBits(sevenBits) };
  }
  if (given)
    return looksUtf8 && utf8.isSure() ? { name: given, warning: insteadOfUtf8(given) } : { name: given };
  return looksUtf8 ? { name: 'utf-8' } : orWestern(path);
}

async function orWestern(path: string): Promise<FileEncoding> {
  const western = new WesternEvidence();
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }))
    western.see(chunk as Buffer);
  if (western.convinces()) return { name: 'windows-1252', warning: GUESSED };
  throw fileError(whichEncoding(western.sample()));
}

/** Bytes to text; characters whose bytes lie in two chunks stay whole. The byte order mark is left out. */
export async function* decodeChunks(
  chunks: AsyncIterable<Uint8Array>,
  encoding: KnownEncoding,
): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(codecOf(encoding));
  for await (const chunk of chunks) {
    const text = decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (text !== '') yield text;
  }
  const rest = decoder.end();
  if (rest) yield rest;
}

/** What the uploader should know: how sure the encoding is, and letters that could not be read. */
export function encodingWarnings({ name, warning }: FileEncoding, unreadable: number): string[] {
  const warnings = warning === undefined ? [] : [warning];
  if (unreadable > 0) {
    const what = unreadable === 1 ? '1 character is' : `${unreadable} characters are`;
    warnings.push(
      `${what} not valid in ${name} and became \uFFFD. If names look wrong, import the file again with the field "encoding".`,
    );
  }
  return warnings;
}

const GUESSED =
  `The file does not say how its letters are encoded; it was read as ${encodingInWords('windows-1252')}. ` +
  'If names look wrong, import it again with the field "encoding".';

function maybeSevenBits(name: SevenBitEncoding): string {
  return `Some of the file looks like ${name}, which is not read. If names look wrong, save it as UTF-8 and import it again.`;
}

function insteadOfUtf8(name: KnownEncoding): string {
  return `The file was read as ${name}, as asked, but it looks like UTF-8. If names look wrong, import it again without the field "encoding".`;
}

function whichEncoding(sample: Buffer): string {
  const possible = guessable.filter(
    (name) => name !== 'windows-1252' && fits(name, iconv.decode(sample, codecOf(name))),
  );
  const names = (possible.length > 0 ? possible : guessable).slice(0, NAMED).map(encodingInWords);
  return (
    'The file is not UTF-8, and what its letters are cannot be known for sure. Import it again with the field "encoding" ' +
    `set to how it was saved, such as ${names.join(', ')}; or save it as UTF-8.`
  );
}

function encodingOfMark(start: Buffer): KnownEncoding | undefined {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  if (start[0] === 0xff && start[1] === 0xfe) {
    if (start[2] === 0 && start[3] === 0) {
      throw fileError('The file is encoded in UTF-32; save it as UTF-8 and upload it again.');
    }
    return 'utf-16le';
  }
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** UTF-16 without a mark: digits and delimiters are half zeros, all of them on the same side. */
function encodingOfZeros(start: Buffer): KnownEncoding | undefined {
  const zeros = [0, 0];
  start.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros;
  const many = start.length / 8;
  if (odd > many && even === 0) return 'utf-16le';
  return even > many && odd === 0 ? 'utf-16be' : undefined;
}

/** Counts characters that make sense as UTF-8 and places that do not. Windows-1252 text has next to none of the first. */
class Utf8Evidence {
  private readonly decoder = iconv.getDecoder('utf8');
  private valid = 0;
  private broken = 0;

  see(chunk: Buffer): void {
    this.count(this.decoder.write(chunk));
  }

  convinces(): boolean {
    this.count(this.decoder.end() ?? '');
    return this.broken === 0 || this.valid > this.broken;
  }

  /** Letters beyond ASCII, and all of them valid. */
  isSure(): boolean {
    return this.broken === 0 && this.valid > 0;
  }

  private count(text: string): void {
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit === 0xfffd) this.broken += 1;
      else if (unit > 0x7f) this.valid += 1;
    }
  }
}

/** Counts the words that make sense as Windows-1252, and keeps some of them. */
class WesternEvidence {
  private rest = '';
  private words = 0;
  private odd = 0;
  private kept = '';

  see(chunk: Buffer): void {
    const text = this.rest + chunk.toString('latin1');
    const end = text.lastIndexOf('\n') + 1;
    // A line that does not end is judged as it comes.
    const whole = end > 0 || text.length < SAMPLE_BYTES ? end : text.length;
    this.rest = text.slice(whole);
    this.judge(text.slice(0, whole));
  }

  convinces(): boolean {
    this.judge(this.rest);
    this.rest = '';
    return this.odd <= this.words * MAX_ODD_SHARE;
  }

  /** Only the words that are not ASCII. */
  sample(): Buffer {
    return Buffer.from(this.kept, 'latin1');
  }

  private judge(latin1: string): void {
    if (!/[\x80-\xff]/.test(latin1)) return;
    const bytes = latin1
      .split(/[\s,;"]+/)
      .filter((word) => /[\x80-\xff]/.test(word))
      .join(' ');
    const { words: count, odd } = judgeWestern(iconv.decode(Buffer.from(bytes, 'latin1'), 'windows-1252'));
    this.words += count;
    this.odd += odd;
    if (this.kept.length < SAMPLE_BYTES) this.kept += ` ${bytes.slice(0, SAMPLE_BYTES)}`;
  }
}

/** Not counted: tab to carriage return, and the end-of-file mark and escape that old programs write. */
function countControls(chunk: Buffer): number {
  let count = 0;
  for (const byte of chunk) {
    if (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1a && byte !== 0x1b) count += 1;
  }
  return count;
}

function notText(): Error {
  return fileError('The file is not a csv or xlsx file: it holds binary data.');
}
