import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { FileJournal } from '../../src/journal/file-journal.js';
import type { Journal } from '../../src/journal/journal.js';
import { RedisJournal } from '../../src/journal/redis-journal.js';

interface Place {
  open(): Journal;
  remove(): Promise<void>;
}

async function redisPlace(): Promise<Place> {
  const url = process.env['STARLING_TEST_REDIS_URL'];
  if (!url) throw new Error('Tests need the Redis that test/support/global-setup.mjs starts.');
  const key = `journal-${randomBytes(6).toString('hex')}`;
  return {
    open: () => new RedisJournal(url, key, () => undefined),
    async remove() {
      const redis = new Redis(url);
      await redis.del(key);
      redis.disconnect();
    },
  };
}

async function filePlace(): Promise<Place & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'journal-'));
  return {
    folder,
    open: () => new FileJournal(join(folder, 'journal'), randomUUID()),
    remove: () => rm(folder, { recursive: true }),
  };
}

async function recordsOf(journal: Journal, from = new Date(0)): Promise<string[]> {
  const records: string[] = [];
  for await (const { data } of journal.since(from)) records.push(data.toString());
  return records;
}

describe.each([
  { name: 'in Redis', make: redisPlace },
  { name: 'in files', make: filePlace },
])('a journal $name', ({ make }) => {
  let place: Place;
  const opened: Journal[] = [];
  const open = (): Journal => {
    const journal = place.open();
    opened.push(journal);
    return journal;
  };
  beforeEach(async () => {
    place = await make();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((journal) => journal.close()));
    await place.remove();
  });

  it('has nothing before the first record', async () => {
    expect(await recordsOf(open())).toEqual([]);
  });

  it('gives records back in their order, with any bytes, also to another process', async () => {
    const writer = open();
    const before = Date.now() - 1;
    const bytes = Buffer.from([0, 10, 13, 255, 0]);
    await Promise.all(['a', 'b'].map((text) => writer.append(Buffer.from(text))));
    await writer.append(bytes);
    await writer.append(Buffer.alloc(0));
    const read = [];
    for await (const record of open().since(new Date(before))) read.push(record);
    expect(read.map(({ data }) => data.toString('hex'))).toEqual(['61', '62', '000a0dff00', '']);
    for (const { at } of read) expect(at.getTime()).toBeGreaterThan(before);
  });

  it('has the records of several processes', async () => {
    const writers = [open(), open(), open()];
    await Promise.all(
      writers.flatMap((writer, index) => [0, 1].map((n) => writer.append(Buffer.from(`${index}${n}`)))),
    );
    expect((await recordsOf(open())).toSorted()).toEqual(['00', '01', '10', '11', '20', '21']);
  });

  it('reads more records than one page or one chunk of a file holds', async () => {
    const writer = open();
    const texts = Array.from({ length: 450 }, (_, n) => `${n} `.padEnd(500, 'x'));
    await Promise.all(texts.map((text) => writer.append(Buffer.from(text))));
    expect(await recordsOf(open())).toEqual(texts);
  });

  it('keeps the last value of each note', async () => {
    const writer = open();
    expect(await writer.notes()).toEqual(new Map());
    await writer.note('mark', '1');
    await writer.note('since', 'today');
    await writer.note('mark', '2');
    const other = open();
    expect(await other.notes()).toEqual(new Map(Object.entries({ mark: '2', since: 'today' })));
    expect(await recordsOf(other)).toEqual([]);
  });

  it('begins where it is asked to', async () => {
    const writer = open();
    await writer.append(Buffer.from('now'));
    expect(await recordsOf(writer, new Date(Date.now() + 60_000))).toEqual([]);
  });
});

describe('a journal in files', () => {
  let place: Awaited<ReturnType<typeof filePlace>>;
  const filesOf = async () => {
    const folder = join(place.folder, 'journal');
    return (await readdir(folder)).map((name) => join(folder, name));
  };
  const withOne = async (...texts: string[]): Promise<string> => {
    const writer = place.open();
    for (const text of texts) await writer.append(Buffer.from(text));
    await writer.close();
    const [file] = await filesOf();
    return file!;
  };
  beforeEach(async () => {
    place = await filePlace();
  });
  afterEach(() => place.remove());

  it('leaves out a record that its process could not finish', async () => {
    const file = await withOne('whole', 'cut off');
    const bytes = await readFile(file);
    for (const cut of [1, 7, 12, 22]) {
      await writeFile(file, bytes.subarray(0, bytes.length - cut));
      expect(await recordsOf(place.open())).toEqual(['whole']);
    }
  });

  it('says where a record is damaged', async () => {
    const file = await withOne('first', 'second', 'third');
    const bytes = await readFile(file);
    bytes[bytes.indexOf('second')] = 0;
    await writeFile(file, bytes);
    await expect(recordsOf(place.open())).rejects.toThrow(/cannot be read at .*, byte 21/);
    await appendFile(file, Buffer.alloc(40, 255));
    await expect(recordsOf(place.open())).rejects.toThrow('cannot be read');
  });

  it('begins a file for each day, and deletes those that are older', async () => {
    let now = new Date('2026-03-01T23:59:59Z');
    const writer = new FileJournal(join(place.folder, 'journal'), 'w', () => now);
    await writer.append(Buffer.from('first'));
    now = new Date('2026-03-02T00:00:00Z');
    await writer.append(Buffer.from('second'));
    await writer.close();
    const [first, second] = await filesOf();
    expect(await recordsOf(place.open(), new Date('2026-03-02T00:00:00Z'))).toEqual(['second']);
    await utimes(first!, now, new Date('2026-03-01T23:59:59Z'));
    await place.open().trim(new Date('2026-03-02T00:00:00Z'));
    expect(await filesOf()).toEqual([second]);
  });

  it('goes on in another file after one that could not be written to', async () => {
    const writer = place.open();
    await writer.append(Buffer.from('before'));
    await rm(join(place.folder, 'journal'), { recursive: true });
    await writeFile(join(place.folder, 'journal'), 'a file in the way of the folder');
    const broken = place.open();
    await expect(broken.append(Buffer.from('lost'))).rejects.toThrow();
    await rm(join(place.folder, 'journal'));
    await broken.append(Buffer.from('after'));
    expect(await recordsOf(place.open())).toEqual(['after']);
    await Promise.all([writer.close(), broken.close()]);
  });
});
