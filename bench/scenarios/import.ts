import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiClient } from '../../src/demo/api-client.js';
import { until } from '../../src/demo/until.js';
import type { BenchContext, Sample, Samples, Scenario } from '../figure.js';
import { workbookContacts, writeCopyFile, writeCsv, writeXlsx } from '../support/contact-file.js';
import { copyWithPsql } from '../support/copy.js';
import { watchMemory } from '../support/memory.js';
import { residentBytes } from '../support/process-usage.js';
import { startBenchServer, type BenchServer } from '../support/server.js';
import { newDatabase, query } from '../support/services.js';

const CSV_ROWS = 1_000_000;
const XLSX_ROWS = 200_000;
const MB = 1024 ** 2;
/** Uploads of the full size are larger than the default allows a stranger's. */
const UPLOAD_MAX_BYTES = '500000000';

/** Files of contacts on their way from the upload until the import is completed, against what PostgreSQL needs alone. */
export const importContacts: Scenario = {
  id: 'import',
  title: 'Importing contacts',
  about: `A file with a number, a name and a city per row, each number once and in no order, goes through
    \`POST /api/contacts/import\` into an empty database, and onto a list. The clock runs from the upload until the import is
    completed. The yardstick is \`\\copy\` of the same contacts by psql into an empty table made with
    \`LIKE contacts INCLUDING ALL\`: the columns, the key and every index of the contacts table, without its foreign key and
    without checking any row. Memory is the resident memory of the whole process, looked at every 50 ms, its peak above
    what it was after a collection before the upload. Names in the xlsx file are of ten scripts, and are compared letter by
    letter afterwards.`,
  figures: [
    {
      id: 'import-rate',
      title: `rows/s of a csv file of ${CSV_ROWS.toLocaleString('en')} rows, from the upload until the import is completed`,
      yardstick:
        'COPY of the same rows by psql into a table with the columns, key and indexes of the contacts table',
      target: 0.25,
      direction: 'atLeast',
      unit: 'rows/s',
    },
    memoryFigure('import-memory-csv', `a csv file of ${CSV_ROWS.toLocaleString('en')} rows`),
    memoryFigure('import-memory-xlsx', `an xlsx file of ${XLSX_ROWS.toLocaleString('en')} rows`),
    {
      id: 'import-damaged-xlsx',
      title: 'names with a replacement character (U+FFFD) or other than in the xlsx file',
      target: 0,
      direction: 'atMost',
      unit: 'names',
    },
  ],
  async measure(bench): Promise<Samples> {
    const folder = await mkdtemp(join(tmpdir(), 'starling-bench-import-'));
    try {
      return { ...(await measureCsv(bench, folder)), ...(await measureXlsx(bench, folder)) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function memoryFigure(id: string, what: string): Scenario['figures'][number] {
  return {
    id,
    title: `resident memory of the process while it imports ${what}, above idle`,
    target: 150,
    direction: 'atMost',
    unit: 'MB',
    ratioUnit: 'MB',
  };
}

async function measureCsv(bench: BenchContext, folder: string): Promise<Samples> {
  const count = Math.round(CSV_ROWS * bench.scale);
  const file = join(folder, 'contacts.csv');
  await writeCsv(file, count);
  return inFreshServer(bench, async (server, databaseUrl) => {
    const { seconds, memory } = await importFile(server, databaseUrl, file, count);
    const [tenant] = await query<{ id: string }>(databaseUrl, 'SELECT id FROM tenants');
    const copyFile = join(folder, 'copy.csv');
    await writeCopyFile(copyFile, count, tenant?.id ?? '');
    const copySeconds = await copyWithPsql(databaseUrl, copyFile);
    bench.note(`import of ${count} rows ${seconds.toFixed(1)} s, COPY ${copySeconds.toFixed(1)} s`);
    return {
      'import-rate': { value: count / seconds, yardstick: count / copySeconds },
      'import-memory-csv': memory,
    };
  });
}

async function measureXlsx(bench: BenchContext, folder: string): Promise<Samples> {
  const count = Math.round(XLSX_ROWS * bench.scale);
  const file = join(folder, 'contacts.xlsx');
  await writeXlsx(file, count);
  return inFreshServer(bench, async (server, databaseUrl) => {
    const { seconds, memory } = await importFile(server, databaseUrl, file, count);
    bench.note(`import of ${count} rows of xlsx ${seconds.toFixed(1)} s`);
    const damaged = await countDamaged(databaseUrl, count);
    return { 'import-memory-xlsx': memory, 'import-damaged-xlsx': { value: damaged, yardstick: 1 } };
  });
}

async function inFreshServer(
  bench: BenchContext,
  measure: (server: BenchServer, databaseUrl: string) => Promise<Samples>,
): Promise<Samples> {
  const database = await newDatabase(bench.services);
  try {
    const server = await startBenchServer({
      DATABASE_URL: database.url,
      ENABLE_REDIS: 'true',
      REDIS_URL: `${bench.services.redisUrl}/5`,
      UPLOAD_MAX_BYTES,
    });
    try {
      return await measure(server, database.url);
    } finally {
      await server.stop();
    }
  } finally {
    await database.drop();
  }
}

async function importFile(
  server: BenchServer,
  databaseUrl: string,
  file: string,
  count: number,
): Promise<{ seconds: number; memory: Sample }> {
  // A checkpoint first, so that no run pays for earlier writes.
  await query(databaseUrl, 'CHECKPOINT');
  await server.look('collect');
  const idle = residentBytes(server.pid);
  const watch = watchMemory(server.pid);
  const started = performance.now();
  const { id } = await server.api.upload<{ id: string }>('/api/contacts/import', file, {
    listName: 'Measured',
  });
  const { created } = await until('the import', () => ended(server.api, id), {
    timeoutMs: 900_000,
    everyMs: 50,
  });
  const seconds = (performance.now() - started) / 1_000;
  const peak = watch.stop();
  if (created !== count) throw new Error(`${created} of ${count} contacts were created.`);
  return { seconds, memory: { value: (peak - idle) / MB, yardstick: 1 } };
}

async function ended(api: ApiClient, id: string): Promise<{ created: number } | undefined> {
  const found = await api.get<{ status: string; error?: string; counts: { created: number } }>(
    `/api/imports/${id}`,
  );
  if (found.status === 'failed') throw new Error(`The import failed: ${found.error}`);
  return found.status === 'completed' ? found.counts : undefined;
}

/** Names that did not arrive as they were written, letter by letter. */
async function countDamaged(databaseUrl: string, count: number): Promise<number> {
  const rows = await query<{ phone: string; name: string }>(databaseUrl, 'SELECT phone, name FROM contacts');
  const stored = new Map(rows.map(({ phone, name }) => [phone, name]));
  let damaged = 0;
  for (const { phone, name } of workbookContacts(count)) {
    if (stored.get(phone) !== name || name.includes('\uFFFD')) damaged += 1;
  }
  return damaged;
}
