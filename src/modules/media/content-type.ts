import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { isUtf8, wideText } from './core/text-file.js';
import { isWebPage } from './core/web-page.js';

export const WEB_PAGE = 'text/html';
const PLAIN_TEXT = 'text/plain';
const UNKNOWN = 'application/octet-stream';
/** Old web pages are XML, too. */
const XML = 'application/xml';
/** Names of the same thing; ours is the one WhatsApp uses. */
const synonyms: Readonly<Record<string, string>> = {
  'audio/x-m4a': 'audio/mp4',
  'video/x-m4v': 'video/mp4',
};
const SAMPLE_BYTES = 64 * 1024;

/**
 * Types that are told by a few letters or by a mark, with which texts begin, too: `BMW`, `GIF 2026`, UTF-16. No file that
 * really is of them is a text as a whole.
 */
const BINARY = /^(?:audio|font|image|video)\/|^application\/x-/;

/** Detects the type of a file by its bytes alone: its name and declared type are claims of the sender. */
export async function contentTypeOf(path: string): Promise<string> {
  const [found, start] = await Promise.all([typeOf(path), startOf(path)]);
  const isText = wideText(start) !== undefined || isUtf8(start, start.length < SAMPLE_BYTES);
  if (found !== undefined && found !== XML && !(isText && BINARY.test(found)))
    return synonyms[found] ?? found;
  if (isWebPage(start)) return WEB_PAGE;
  if (found === XML) return found;
  return isText ? PLAIN_TEXT : UNKNOWN;
}

/** True for the type of a file that could be anything. */
export function isOfNoType(type: string): boolean {
  return type === PLAIN_TEXT || type === UNKNOWN;
}

async function typeOf(path: string): Promise<string | undefined> {
  return (await fileTypeFromFile(path))?.mime;
}

async function startOf(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
