import { crc32 } from 'node:zlib';
import { JournalDamaged, type JournalRecord } from './journal.js';

/** Length of the data, checksum of all that follows it, time in milliseconds: then the data. */
const HEADER_BYTES = 16;
const TIME_AT = 8;
/** More than any batch needs: a length beyond it is no length. */
const MAX_DATA_BYTES = 16_777_216;

/** One record as it lies in a file. */
export function frame({ at, data }: JournalRecord): Buffer {
  const framed = Buffer.alloc(HEADER_BYTES + data.length);
  framed.writeUInt32LE(data.length, 0);
  framed.writeDoubleLE(at.getTime(), TIME_AT);
  data.copy(framed, HEADER_BYTES);
  framed.writeUInt32LE(crc32(framed.subarray(TIME_AT)), 4);
  return framed;
}

/**
 * The records of a file. One that is cut off by the end of the file was never acknowledged: its process ended while it
 * was written.
 * @throws JournalDamaged for anything else that is not a record.
 */
export async function* framesOf(
  chunks: AsyncIterable<Buffer>,
  where: string,
): AsyncGenerator<JournalRecord, void, undefined> {
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let length = dataBytes(rest); length !== undefined; length = dataBytes(rest)) {
      const end = HEADER_BYTES + length;
      const isSound = length <= MAX_DATA_BYTES && (rest.length < end || isIntact(rest.subarray(0, end)));
      if (!isSound) throw new JournalDamaged(`${where}, byte ${offset}`);
      if (rest.length < end) break;
      yield { at: new Date(rest.readDoubleLE(TIME_AT)), data: rest.subarray(HEADER_BYTES, end) };
      rest = rest.subarray(end);
      offset += end;
    }
  }
}

function dataBytes(buffer: Buffer): number | undefined {
  return buffer.length < HEADER_BYTES ? undefined : buffer.readUInt32LE(0);
}

function isIntact(framed: Buffer): boolean {
  return framed.readUInt32LE(4) === crc32(framed.subarray(TIME_AT));
}
