import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { errorMessage } from '../../../../lib/errors.js';
import { withoutTrailing } from '../../../../lib/trailing.js';
import type { ImportLimits } from '../limits.js';
import { fileError } from '../file-error.js';

/** Below this size the ratio is not checked: small files may compress well. */
const RATIO_FREE_BYTES = 16 * 1024 ** 2;

/** Of all parts: those that are read to their beginnings only count with all their packed bytes. */
const TOTAL_RATIO_FREE_BYTES = 4 * RATIO_FREE_BYTES;
/** Before the name of a part and its bytes. */
const LOCAL_HEADER_BYTES = 30;

/** The bytes of the file that a part takes up at least. */
interface Place {
  from: number;
  bytes: number;
}

/** The zip around a workbook. Every byte that is unpacked counts against the limits, whatever the headers claim. */
export class Archive {
  private unpackedBytes = 0;
  /** Of the parts that were unpacked, as often as they were. */
  private packedBytes = 0;

  private constructor(
    private readonly zip: ZipFile,
    private readonly entries: ReadonlyMap<string, Entry>,
    private readonly limits: ImportLimits,
  ) {}

  static async open(path: string, limits: ImportLimits): Promise<Archive> {
    const zip = await orRefuse(openPromise(path, { autoClose: false }));
    try {
      const { maxEntries, maxDirectoryBytes } = limits;
      if (zip.entryCount > maxEntries) {
        throw fileError(
          `The file is a zip of more than ${maxEntries} files; upload one xlsx or csv file by itself.`,
        );
      }
      const entries = new Map<string, Entry>();
      const places: Place[] = [];
      let directoryBytes = 0;
      for await (const entry of damageRefused(zip.eachEntry())) {
        directoryBytes += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
        if (directoryBytes > maxDirectoryBytes) {
          throw fileError(
            `The names and comments inside the zip file have more than ${maxDirectoryBytes} bytes; save the workbook again or use csv.`,
          );
        }
        if (entry.isEncrypted())
          throw fileError('The workbook is protected with a password; remove it first.');
        entries.set(entry.fileName.toLowerCase(), entry);
        places.push({
          from: entry.relativeOffsetOfLocalHeader,
          bytes: LOCAL_HEADER_BYTES + entry.compressedSize,
        });
      }
      refuseOverlaps(places);
      return new Archive(zip, entries, limits);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  has(name: string): boolean {
    return this.entries.has(name.toLowerCase());
  }

  /** Unpacked size as the zip states it: good enough for a progress bar, not for a limit. */
  statedSize(name: string): number {
    return this.entries.get(name.toLowerCase())?.uncompressedSize ?? 0;
  }

  /** The unpacked bytes of a part that describes the workbook: few, unlike a sheet. */
  readPart(name: string): AsyncGenerator<Buffer> {
    return this.read(name, this.limits.maxPartBytes);
  }

  /** The unpacked bytes of one file. */
  async *read(name: string, maxBytes = this.limits.maxEntryBytes): AsyncGenerator<Buffer> {
    const entry = this.entries.get(name.toLowerCase());
    if (!entry) throw fileError(`The workbook is damaged: ${name} is missing.`);
    // A zip bomb that states its size is refused before it is unpacked; yauzl ends a stream that is longer than stated.
    this.checkBounds(entry.uncompressedSize, entry, maxBytes);
    this.packedBytes += entry.compressedSize;
    const stream = await orRefuse(this.zip.openReadStreamPromise(entry));
    let bytes = 0;
    for await (const chunk of damageRefused(stream as AsyncIterable<Buffer>)) {
      bytes += chunk.length;
      this.unpackedBytes += chunk.length;
      this.checkBounds(bytes, entry, maxBytes);
      yield chunk;
    }
  }

  close(): void {
    this.zip.close();
  }

  private checkBounds(bytes: number, entry: Entry, maxBytes: number): void {
    const { maxUnpackedBytes, maxCompressionRatio } = this.limits;
    const ratio = bytes / Math.max(1, entry.compressedSize);
    if (this.unpackedBytes > maxUnpackedBytes) {
      throw fileError(
        `The workbook unpacks to more than ${inMegabytes(maxUnpackedBytes)}; split it or use csv.`,
      );
    }
    if (bytes > maxBytes) {
      throw fileError(
        `The part ${entry.fileName.slice(0, 60)} of the workbook unpacks to more than ${inMegabytes(maxBytes)}; split it or use csv.`,
      );
    }
    // Of all parts together, too: a thousand small ones may cost as much as one large one.
    const isBomb = bytes > RATIO_FREE_BYTES && ratio > maxCompressionRatio;
    const all = this.unpackedBytes / Math.max(1, this.packedBytes);
    if (isBomb || (this.unpackedBytes > TOTAL_RATIO_FREE_BYTES && all > maxCompressionRatio)) {
      throw fileError(
        'The workbook unpacks to an implausible size, as a zip bomb does; save it again or use csv.',
      );
    }
  }
}

/** Parts that share bytes are those of a zip bomb: each unpacks the same ones again. No program writes them. */
function refuseOverlaps(places: Place[]): void {
  let end = 0;
  for (const { from, bytes } of places.toSorted((a, b) => a.from - b.from)) {
    if (from < end) {
      throw fileError(
        'Parts of the workbook overlap inside the zip file, as in a zip bomb; save it again or use csv.',
      );
    }
    end = from + bytes;
  }
}

function inMegabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 ** 2)} MB`;
}

const damaged = (error: unknown) =>
  fileError(
    `The file starts like an xlsx workbook but is damaged or incomplete: ${withoutTrailing(errorMessage(error), '.')}.`,
  );

async function orRefuse<Value>(promise: Promise<Value>): Promise<Value> {
  try {
    return await promise;
  } catch (error) {
    throw isSystemError(error) ? error : damaged(error);
  }
}

async function* damageRefused<Value>(values: AsyncIterable<Value>): AsyncGenerator<Value> {
  const iterator = values[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await orRefuse(iterator.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

/** A system error (of the disk, say) is not the file's: such an import is tried again. zlib's codes start with Z_. */
function isSystemError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}
