import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';
import { fileError } from './file-error.js';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Bytes 0x80 to 0x9f of Windows-1252; the five it leaves undefined stay control characters, as browsers do it. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

/** Control characters a text file has no use for, as a share of its bytes, before it is called binary. */
const MAX_CONTROL_SHARE = 0.01;

/**
 * The encoding of a text file: by its byte order mark; else UTF-8 when most of what is not ASCII is valid UTF-8 in the
 * whole file (a sample would miss the one accent at the end, and one name cut in the middle of a letter must not spoil
 * all others); else Windows-1252, of which Latin-1 is a part. Refuses binary content.
 */
export async function detectEncoding(path: string): Promise<TextEncoding> {
  const utf8 = new Utf8Evidence();
  let first = true;
  let bytes = 0;
  let controls = 0;
  for await (const data of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const chunk = data as Buffer;
    if (first) {
      const marked = encodingOfMark(chunk);
      if (marked) return marked;
      first = false;
    }
    if (chunk.includes(0)) throw fileError('The file is not a csv or xlsx file: it holds binary data.');
    bytes += chunk.length;
    controls += countControls(chunk);
    utf8.see(chunk);
  }
  if (bytes === 0) throw fileError('The file is empty.');
  if (controls > bytes * MAX_CONTROL_SHARE) {
    throw fileError('The file is not a csv or xlsx file: it holds binary data.');
  }
  return utf8.convinces() ? 'utf-8' : 'windows-1252';
}

/** Bytes to text; characters whose bytes lie in two chunks stay whole. The byte order mark is left out. */
export async function* decodeChunks(
  chunks: AsyncIterable<Uint8Array>,
  encoding: TextEncoding,
): AsyncGenerator<string> {
  if (encoding === 'windows-1252') {
    for await (const chunk of chunks) yield decodeWindows1252(chunk);
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

function encodingOfMark(start: Buffer): TextEncoding | undefined {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return 'utf-8';
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return undefined;
}

/** Counts characters that make sense as UTF-8 and places that do not. Windows-1252 text has next to none of the first. */
class Utf8Evidence {
  private readonly decoder = new TextDecoder('utf-8');
  private valid = 0;
  private broken = 0;

  see(chunk: Buffer): void {
    this.count(this.decoder.decode(chunk, { stream: true }));
  }

  convinces(): boolean {
    this.count(this.decoder.decode());
    return this.broken === 0 || this.valid > this.broken;
  }

  private count(text: string): void {
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit === 0xfffd) this.broken += 1;
      else if (unit > 0x7f) this.valid += 1;
    }
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

function decodeWindows1252(chunk: Uint8Array): string {
  const latin1 = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
  return latin1.replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? '');
}
