import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { xlsxChunks, type Cell } from '../../src/lib/xlsx-writer.js';
import { Archive } from '../../src/modules/contacts/import/xlsx/archive.js';
import { openXlsx } from '../../src/modules/contacts/import/xlsx/index.js';
import { defaultImportLimits } from '../../src/modules/contacts/import/limits.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'starling-xlsx-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const limits = { ...defaultImportLimits, maxCellLength: 50_000 };
const columns = ['first', 'second', 'third'].map((title) => ({ title, width: 20 }));

async function* batches(...given: Cell[][][]): AsyncGenerator<Cell[][]> {
  yield* given;
}

async function written(rows: AsyncIterable<Cell[][]>, rowsPerSheet?: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of xlsxChunks('Sheet', columns, rows, rowsPerSheet)) chunks.push(chunk);
  const path = join(folder, `${Math.random()}.xlsx`);
  await writeFile(path, Buffer.concat(chunks));
  return path;
}

async function readBack(path: string): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const { cells } of (await openXlsx(path, limits)).rows) rows.push(cells);
  return rows;
}

async function fileOf(path: string, name: string): Promise<string> {
  const archive = await Archive.open(path, defaultImportLimits);
  const chunks: Buffer[] = [];
  for await (const chunk of archive.read(name)) chunks.push(chunk);
  archive.close();
  return Buffer.concat(chunks).toString('utf8');
}

describe('a workbook', () => {
  it('is read back as it was written, whatever the texts are', async () => {
    const odd = 'Zoë, 日本 👍 <&> "quoted" \u0007\u000B _x0041_ line\nbreak\r\ttab ';
    const path = await written(
      batches([[odd, 12.5, true]], [['+5511987654321', null, new Date('2026-03-02T10:00:30Z')]], []),
    );
    expect(await readBack(path)).toEqual([
      ['first', 'second', 'third'],
      [odd, '12.5', 'true'],
      ['+5511987654321', '', expect.stringMatching(/^2026-03-02.10:00:30/)],
    ]);
  });

  it('has no formula, and its texts stay texts when a user edits them', async () => {
    const path = await written(batches([['=HYPERLINK("http://x","y")', '@SUM(1)', '-1+1|cmd']]));
    const sheet = await fileOf(path, 'xl/worksheets/sheet1.xml');
    expect(sheet).not.toContain('<f');
    // Style 3 is the text format with quotePrefix.
    expect(sheet).toContain('<c r="A2" s="3" t="inlineStr"><is><t xml:space="preserve">=HYPERLINK(');
    expect(await fileOf(path, 'xl/styles.xml')).toContain('<xf numFmtId="49"');
    expect((await readBack(path))[1]).toEqual(['=HYPERLINK("http://x","y")', '@SUM(1)', '-1+1|cmd']);
  });

  it('cuts a text that Excel would refuse, and replaces broken characters', async () => {
    const path = await written(batches([['x'.repeat(40_000), 'a\uD800b', '']]));
    const [, row] = await readBack(path);
    expect(row?.[0]?.length).toBe(32_767);
    expect(row?.[1]).toBe('a\uFFFDb');
  });

  it('goes on in further sheets when one is full', async () => {
    const rows = Array.from({ length: 5 }, (_, index): Cell[] => [`row ${index}`, index, null]);
    const path = await written(batches(rows), 2);
    const workbook = await fileOf(path, 'xl/workbook.xml');
    expect(workbook.match(/<sheet /g)).toHaveLength(3);
    expect(workbook).toContain('name="Sheet 3"');
    expect(await fileOf(path, 'xl/worksheets/sheet3.xml')).toContain('row 4');
    expect(await fileOf(path, 'xl/worksheets/sheet2.xml')).toContain('row 2');
  });

  it('with nothing in it has its titles, and equal contents make equal files', async () => {
    const [first, second] = [await written(batches()), await written(batches())];
    expect(await readBack(first)).toEqual([['first', 'second', 'third']]);
    expect(await readFile(first)).toEqual(await readFile(second));
  });
});

describe('the stream of a workbook', () => {
  it('asks for rows only as far as they are taken, and lets go when the receiver leaves', async () => {
    let asked = 0;
    let closed = false;
    async function* endless(): AsyncGenerator<Cell[][]> {
      try {
        for (;;) {
          asked += 1;
          yield Array.from({ length: 100 }, (): Cell[] => [
            Math.random().toString(36).repeat(20),
            asked,
            null,
          ]);
        }
      } finally {
        closed = true;
      }
    }
    let chunks = 0;
    for await (const _ of xlsxChunks('Sheet', columns, endless())) {
      chunks += 1;
      if (chunks === 3) break;
    }
    expect(asked).toBeLessThan(100);
    expect(closed).toBe(true);
  });

  it('fails when its rows do', async () => {
    async function* failing(): AsyncGenerator<Cell[][]> {
      yield [['a', 'b', 'c']];
      throw new Error('the database is gone');
    }
    await expect(written(failing())).rejects.toThrow('the database is gone');
  });
});
