import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import { isCallerGone } from './middleware/caller.js';
import type { Reply } from './route.js';

/**
 * Sends what `source` yields as fast as the caller takes it, and no faster. When the caller leaves, or is cut off for
 * taking nothing, the source ends too.
 */
export async function sendStream(
  response: Response,
  source: Readable | AsyncIterable<string | Buffer>,
): Promise<Reply> {
  try {
    await pipeline(source instanceof Readable ? source : Readable.from(source), response);
  } catch (error) {
    if (!isCallerGone(error)) throw error;
  }
  return { kind: 'streamed' };
}
