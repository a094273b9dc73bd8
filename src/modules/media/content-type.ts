import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { isWebPage } from './core/web-page.js';

const UNKNOWN = 'application/octet-stream';
/** Old web pages are XML, too. */
const XML = 'application/xml';
/** Names of the same thing; ours is the one WhatsApp uses. */
const synonyms: Readonly<Record<string, string>> = {
  'audio/x-m4a': 'audio/mp4',
  'video/x-m4v': 'video/mp4',
};
const SAMPLE_BYTES = 64 * 1024;

/** Detects the type of a file by its bytes alone: its name and declared type are claims of the sender. */
export async function contentTypeOf(path: string): Promise<string> {
  const found = (await fileTypeFromFile(path))?.mime;
  if (found !== undefined && found !== XML) return synonyms[found] ?? found;
  const start = await startOf(path);
  if (isWebPage(start)) return 'text/html';
  if (found !== undefined) return found;
  return isText(start, start.length < SAMPLE_BYTES) ? 'text/plain' : UNKNOWN;
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

function isText(bytes: Buffer, whole: boolean): boolean {
  if (bytes.length === 0 || bytes.includes(0)) return false;
  try {
    // The sample may end within a character.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}
