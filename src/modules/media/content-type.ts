import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';

const UNKNOWN = 'application/octet-stream';
/** Names of the same thing; ours is the one WhatsApp uses. */
const synonyms: Readonly<Record<string, string>> = {
  'audio/x-m4a': 'audio/mp4',
  'video/x-m4v': 'video/mp4',
};
const SAMPLE_BYTES = 64 * 1024;

/** Detects the type of a file by its bytes alone: its name and declared type are claims of the sender. */
export async function contentTypeOf(path: string): Promise<string> {
  const found = (await fileTypeFromFile(path))?.mime;
  if (found !== undefined) return synonyms[found] ?? found;
  return (await beginsAsText(path)) ? 'text/plain' : UNKNOWN;
}

async function beginsAsText(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    return isText(buffer.subarray(0, bytesRead), bytesRead < SAMPLE_BYTES);
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
