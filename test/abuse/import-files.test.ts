import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '../../src/lib/logger.js';
import { presentImport } from '../../src/modules/contacts/index.js';
import { RecordScanner } from '../../src/modules/contacts/import/core/csv-record.js';
import { CsvRows } from '../../src/modules/contacts/import/core/csv-rows.js';
import { shapeOf } from '../../src/modules/contacts/import/core/sample.js';
import { detectDelimiter } from '../../src/modules/contacts/import/core/delimiter.js';
import { ThreadPool } from '../../src/threads/pool.js';
import { brazilian, counts, ImportHarness } from '../contacts/import-harness.js';
import { textRow, workbook } from '../contacts/workbook.js';
import { threadArguments } from '../support/threads.js';
import { waitFor } from '../support/wait-for.js';
import { memoryInUse } from './memory.js';
import { hostileWorkbooks, manyTexts, oneTextEverywhere } from './hostile-files.js';

const MB = 1024 ** 2;

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const running = { signal: new AbortController().signal };
const people = (count: number) =>
  ['phone,name', ...Array.from({ length: count }, (_, index) => `${brazilian(index)},P${index}`)].join('\n');

describe('a workbook that would become large is refused, and says why and what to do', () => {
  it('while imports of others go on, and without keeping memory', async () => {
    await harness.run(people(10));
    const before = await memoryInUse();
    for (const [what, make, reason] of hostileWorkbooks) {
      const [hostile, honest] = await Promise.all([
        harness.run(make(), { fileName: 'contacts.xlsx' }),
        harness.run(people(50)),
      ]);
      expect({ what, done: hostile.import }).toMatchObject({
        what,
        done: { status: 'failed', error: expect.stringMatching(reason), counts: counts({}) },
      });
      expect(honest.import).toMatchObject({ status: 'completed', counts: counts({ created: 50 }) });
    }
    expect((await memoryInUse()) - before).toBeLessThan(64 * MB);
  });

  it('one text in all cells counts in each of them', async () => {
    const file = oneTextEverywhere(2_000, 3_000);
    expect(file.length).toBeLessThan(MB);
    const { import: done } = await harness.run(file, {
      limits: { freeTextLength: 30_000_000, maxTextRatio: 0 },
    });
    expect(done).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/sheet .* more than 30000000 characters; copy/),
    });
    // About 500 rows of 60,000 characters: they are handed over in batches of some million characters.
    expect(done.counts.rows).toBeGreaterThan(300);
    expect(done.counts.rows).toBeLessThanOrEqual(500);
  });

  it('cells far out cost their row alone', async () => {
    const far = (row: number) => `<row r="${row}"><c r="WXY${row}"><v>1</v></c></row>`;
    const rows = Array.from({ length: 2_000 }, (_, index) => far(index + 3)).join('');
    const file = workbook({ rows: textRow(1, ['phone']) + textRow(2, [brazilian(1)]) + rows });
    const { import: done, errors } = await harness.run(file);
    expect(done).toMatchObject({ status: 'completed', counts: counts({ created: 1, invalid: 2_000 }) });
    expect(errors).toContain('the row has 201 columns but the first row has 1');
  });
});

describe('what no limit stops ends the thread, not the process', () => {
  let small: ThreadPool;
  beforeAll(() => {
    small = new ThreadPool({
      entry: new URL('../../src/thread-main.ts', import.meta.url),
      maxThreads: 3,
      memoryMb: 48,
      execArgv: threadArguments,
      logger: createLogger('silent'),
    });
  });
  afterAll(() => small.close());

  it('a file that needs more memory than a thread has dies alone, and is not given up silently', async () => {
    const before = await memoryInUse();
    const tenantId = await harness.test.createTenant();
    const service = harness.service({}, 'BR', small);
    const hostile = await harness.upload(service, tenantId, manyTexts(60_000, 700));
    const honest = await harness.upload(service, tenantId, people(300));
    const [died, done] = await Promise.allSettled(
      [hostile, honest].map((importId) => service.handleImport({ tenantId, importId }, running)),
    );
    expect(died).toMatchObject({
      status: 'rejected',
      reason: { name: 'ThreadDied', task: 'contacts.read-file', reason: 'out_of_memory' },
    });
    expect(done).toEqual({ status: 'fulfilled', value: { kind: 'done' } });
    expect(presentImport(await service.get(tenantId, honest))).toMatchObject({ status: 'completed' });
    expect(presentImport(await service.get(tenantId, hostile))).toMatchObject({ status: 'running' });
    // The next file finds a thread.
    const after = await harness.upload(service, tenantId, people(20));
    await service.handleImport({ tenantId, importId: after }, running);
    expect(presentImport(await service.get(tenantId, after))).toMatchObject({ status: 'completed' });
    expect((await memoryInUse()) - before).toBeLessThan(64 * MB);
  });

  it('a stopping process leaves a file in the middle, and the next one goes on there', async () => {
    const tenantId = await harness.test.createTenant();
    const service = harness.service({ batchRows: 20 }, 'BR', small);
    const importId = await harness.upload(service, tenantId, people(4_000));
    const stop = new AbortController();
    const first = service.handleImport({ tenantId, importId }, { signal: stop.signal });
    await waitFor(async () => (await service.get(tenantId, importId)).rowsDone > 0);
    stop.abort();
    expect(await first).toMatchObject({ kind: 'runAgain' });
    expect((await service.get(tenantId, importId)).rowsDone).toBeLessThan(4_000);
    await harness.service({}, 'BR', small).handleImport({ tenantId, importId }, running);
    expect(presentImport(await service.get(tenantId, importId))).toMatchObject({
      status: 'completed',
      counts: counts({ created: 4_000 }),
    });
  });
});

describe('quotes without end cost what the text is long', () => {
  /** Lines that end one quoted cell and begin another: taken together, they are one record that never ends. */
  const chained = Array<string>(30_000).fill('zed",7,"kay');
  const kinds: [string, string[]][] = [
    ['lines that close a quote and open one', chained],
    ['a quote at the start of every line', Array<string>(30_000).fill('"open;x')],
    ['nothing but quotes', Array<string>(300).fill('"'.repeat(2_001))],
    ['quotes behind backslashes', Array<string>(30_000).fill('x,"\\"\\"a')],
    ['one line of cells of quotes', ['"""",'.repeat(200_000)]],
  ];

  it.each(kinds)('%s', (_, lines) => {
    const feed = jest.spyOn(RecordScanner.prototype, 'feed');
    const length = lines.reduce((sum, line) => sum + line.length + 1, 0);
    const rows = new CsvRows({ delimiter: ',', firstLine: 1, maxLength: 2_000_000 });
    let count = 0;
    for (const text of lines) count += rows.push({ text, end: '\n' }).length;
    count += rows.end().length;
    const fed = feed.mock.calls.reduce((sum, [line]) => sum + line.length + 1, 0);
    feed.mockRestore();
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(lines.length);
    // Both ways to read quotes, the lines that are read again, and what may be read again for nothing.
    expect(fed).toBeLessThanOrEqual(2 * (5 * length + 8_000_000 + 2_000_000));
  });

  it('also where delimiter and shape are looked for', () => {
    const feed = jest.spyOn(RecordScanner.prototype, 'feed');
    const looked = chained.slice(0, 1_000).map((line) => line.repeat(20));
    const length = looked.reduce((sum, line) => sum + line.length + 1, 0);
    detectDelimiter(looked);
    shapeOf(looked, ',');
    const fed = feed.mock.calls.reduce((sum, [line]) => sum + line.length + 1, 0);
    feed.mockRestore();
    expect(fed).toBeLessThanOrEqual(5 * 2 * (5 * length + 8_000_000));
  });

  it('a file of such lines is imported to its end, line by line', async () => {
    const file = ['phone,a,b', ...chained.slice(0, 5_000), `${brazilian(3)},1,2`].join('\n');
    const { import: done } = await harness.run(file);
    expect(done.status).toBe('completed');
    expect(done.counts.created).toBe(1);
  });
});

describe('a csv file', () => {
  it.each<[string, string, RegExp]>([
    [
      'a line that does not end',
      `phone,name\n${brazilian(1)},${'y'.repeat(2_500_000)}`,
      /Row 2 does not end/,
    ],
    [
      'a first row of very many cells',
      `phone${',x'.repeat(70_000)}\n${brazilian(1)}`,
      /more than 200 columns; leave/,
    ],
    ['line ends and nothing else', '\n\r\n'.repeat(200_000), /holds no rows/],
  ])('with %s is refused', async (_, file, reason) => {
    const { import: done } = await harness.run(file);
    expect(done).toMatchObject({ status: 'failed', error: expect.stringMatching(reason) });
  });

  it('with more lines than it may have is refused, whatever stands in them', async () => {
    const file = `phone\n${brazilian(1)}\n${';\n'.repeat(9_000)}`;
    const { import: done } = await harness.run(file, { limits: { maxLines: 8_000 } });
    expect(done).toMatchObject({
      status: 'failed',
      error: expect.stringMatching(/more than 8000 lines; remove/),
    });
  });

  it('with wide cells comes in batches that are small in bytes', async () => {
    const wide = Array.from({ length: 60 }, (_, index) => `${brazilian(index)},${'w'.repeat(4_000)}`);
    const file = ['phone,note', ...wide].join('\n');
    const { import: done } = await harness.run(file, { limits: { batchLength: 40_000 } });
    expect(done.counts).toEqual(counts({ created: 60 }));
    const [{ transactions } = { transactions: 0 }]: { transactions: number }[] =
      await harness.test.database.manager.query(
        `SELECT count(DISTINCT contacts.xmin::text)::int AS transactions
         FROM contacts JOIN imports USING (tenant_id) WHERE imports.id = $1`,
        [done.id],
      );
    // Ten rows are 40,000 characters.
    expect(transactions).toBe(6);
  });

  it('titles without end are cut where they are shown', async () => {
    const file = `phone,${'Which? '.repeat(1_300)}\n${brazilian(1)},x`;
    const { import: done } = await harness.run(file);
    expect(done).toMatchObject({ status: 'completed' });
    expect(JSON.stringify(done.columns).length).toBeLessThan(1_000);
  });

  it('rejected rows with wide cells are read about a megabyte at a time, each of them once', async () => {
    const row = (index: number) =>
      `no number,${Array(index % 30 === 0 ? 150 : 1)
        .fill('w'.repeat(9_000))
        .join(',')}`;
    const titles = Array.from({ length: 150 }, (_, index) => `note ${index}`);
    const file = [`phone,${titles.join(',')}`, ...Array.from({ length: 120 }, (_, index) => row(index))].join(
      '\n',
    );
    const tenantId = await harness.test.createTenant();
    const { import: done, errors } = await harness.run(file, { tenantId });
    expect(errors.split('\r\n')).toHaveLength(122);
    let longest = 0;
    let parts = 0;
    for await (const part of await harness.service().rejectedRows(tenantId, done.id)) {
      longest = Math.max(longest, part.length);
      parts += 1;
    }
    // One row of 1.35 million characters is more than fits, and is alone.
    expect(longest).toBeLessThan(1.4 * MB);
    expect(parts).toBeGreaterThan(4);
  });
});
