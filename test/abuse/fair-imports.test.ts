import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/lib/clock.js';
import type { jobCatalog } from '../../src/jobs.js';
import { newId } from '../../src/lib/ids.js';
import { BulkEditRepository, type BulkChanges } from '../../src/modules/contacts/bulk/bulk.repository.js';
import { BulkEditService, ImportService, presentImport } from '../../src/modules/contacts/index.js';
import type { JobHandler } from '../../src/queue/job.js';
import type { Queue } from '../../src/queue/index.js';
import { TimeSlice } from '../../src/queue/time-slice.js';
import { brazilian, counts, ImportHarness } from '../contacts/import-harness.js';
import { atMost, catalogWith, handlersWith, logger, servers, type QueueServer } from '../queue/backends.js';
import { waitFor } from '../support/wait-for.js';

/** As the real queue of imports, with slices that are used up at once. */
const imports = { name: 'imports', concurrency: 1, timeSliceMs: 0 };
const catalog = catalogWith({ importContacts: { queue: imports }, editContacts: { queue: imports } });
const { imports: _fixed, ...concurrency } = atMost(1).concurrency;
const START = { ...atMost(1), concurrency };

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

function fileOf(rows: number): string {
  return ['phone', ...Array.from({ length: rows }, (_, row) => brazilian(row))].join('\n');
}

describe.each(servers)('imports and bulk edits of several tenants on $name', ({ start }) => {
  let server: QueueServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  let queue: Queue<typeof jobCatalog>;
  let service: ImportService;
  /** Names of the files in the order in which a job began, handed back or ended. */
  let told: string[];
  beforeEach(() => {
    told = [];
    queue = server.open({ catalog });
    const { database } = harness.test;
    const limits = { batchRows: 10 };
    const { filesDir, threads } = harness;
    const deps = { database, queue, filesDir, clock: systemClock, logger, threads, limits };
    service = new ImportService({ ...deps, defaultCountry: 'BR' });
  });
  afterEach(async () => {
    await queue.drain(10_000);
    await Promise.all(queue.boardQueues().map((bull) => bull.obliterate({ force: true })));
    await queue.close();
  });

  const handleImport: JobHandler<typeof jobCatalog.importContacts> = async (payload, context) => {
    const { fileName } = await service.get(payload.tenantId, payload.importId);
    told.push(`${fileName} begins`);
    const outcome = await service.handleImport(payload, context);
    told.push(`${fileName} ${outcome.kind}`);
    return outcome;
  };
  const ended = () => told.filter((what) => what.endsWith(' done'));
  const upload = (tenantId: string, fileName: string, rows: number) =>
    harness.upload(service, tenantId, fileOf(rows), { fileName });

  it('one file of another tenant waits for one of six only, and the six keep their order', async () => {
    const [many, one] = [await harness.test.createTenant(), await harness.test.createTenant()];
    for (const number of [1, 2, 3, 4, 5, 6]) await upload(many, `a${number}`, 3);
    await upload(one, 'b', 3);
    await queue.startWorkers(handlersWith({ importContacts: handleImport }), START);
    await waitFor(() => ended().length === 7, { timeoutMs: 60_000 });
    const order = ['a1', 'b', 'a2', 'a3', 'a4', 'a5', 'a6'];
    expect(ended()).toEqual(order.map((name) => `${name} done`));
  });

  it('a long file lets those that wait go first, and goes on behind its committed rows', async () => {
    const [long, short] = [await harness.test.createTenant(), await harness.test.createTenant()];
    const id = await upload(long, 'long', 100);
    await upload(short, 'short', 3);
    await queue.startWorkers(handlersWith({ importContacts: handleImport }), START);
    await waitFor(() => ended().length === 2, { timeoutMs: 60_000 });
    expect(told).toEqual([
      'long begins',
      'long runAgain',
      'short begins',
      'short runAgain',
      'long begins',
      'long runAgain',
      'short begins',
      'short done',
      'long begins',
      'long done',
    ]);
    expect(presentImport(await service.get(long, id)).counts).toEqual(counts({ created: 100 }));
  });

  it('an import that is given up makes room for the next one of its tenant', async () => {
    const tenantId = await harness.test.createTenant();
    const bad = await upload(tenantId, 'bad', 3);
    await upload(tenantId, 'good', 3);
    const failing: typeof handleImport = async (payload, context) => {
      if (payload.importId === bad) throw new Error('no such luck');
      return handleImport(payload, context);
    };
    const brief = catalogWith({
      importContacts: { queue: imports, attempts: 1 },
      editContacts: { queue: imports },
    });
    const other = server.open({ catalog: brief });
    const exhausted = { importContacts: service.handleExhausted };
    await other.startWorkers(handlersWith({ importContacts: failing }), START, exhausted);
    await waitFor(() => ended().length === 1, { timeoutMs: 60_000 });
    expect(await service.get(tenantId, bad)).toMatchObject({ status: 'failed' });
    await other.close();
  });

  it('bulk edits of a tenant wait for each other, and hand back likewise', async () => {
    const [many, one] = [await harness.test.createTenant(), await harness.test.createTenant()];
    const { database } = harness.test;
    const edits = new BulkEditService({
      database,
      queue,
      contacts: harness.contacts,
      clock: systemClock,
      logger,
    });
    const order: string[] = [];
    for (const [tenantId, tags] of [[many, ['a1', 'a2', 'a3']] as const, [one, ['b']] as const]) {
      await database.manager.query(
        `INSERT INTO contacts (id, tenant_id, phone)
         SELECT gen_random_uuid(), $1, '+55119' || (80000000 + n)::text FROM generate_series(1, 1500) AS n`,
        [tenantId],
      );
      for (const tag of tags) {
        const row = { id: newId(), tenantId, matched: 1500, createdAt: new Date() };
        await new BulkEditRepository().insert(database.manager, row, { filter: {} }, addTag(tag));
      }
    }
    await edits.resumeUnfinished();
    const editContacts: JobHandler<typeof jobCatalog.editContacts> = async (payload, context) => {
      const outcome = await edits.handleBulk(payload, context);
      order.push(`${payload.tenantId === many ? 'a' : 'b'} ${outcome.kind}`);
      return outcome;
    };
    await queue.startWorkers(handlersWith({ editContacts }), START);
    await waitFor(() => order.filter((what) => what.endsWith('done')).length === 4, { timeoutMs: 60_000 });
    // The resumption may have queued either of them first; a batch each until there is nothing left to do.
    expect(order.slice(0, 4).toSorted()).toEqual(['a runAgain', 'a runAgain', 'b runAgain', 'b runAgain']);
    expect(order[0]).not.toBe(order[1]);
    expect(order.slice(-1)).toEqual(['a done']);
  });
});

function addTag(tag: string): BulkChanges {
  return {
    addTags: [tag],
    removeTags: [],
    addToListIds: [],
    removeFromListIds: [],
    setAttributes: {},
    removeAttributes: [],
  };
}

describe('a slice of time', () => {
  it('begins with the first question, and is over only while others wait', async () => {
    let [now, waiting, looks] = [5_000, false, 0];
    const othersWait = async () => {
      looks += 1;
      return waiting;
    };
    const slice = new TimeSlice(20_000, othersWait, () => now);
    expect(await slice.isOver()).toBe(false);
    waiting = true;
    now += 19_999;
    expect([await slice.isOver(), looks]).toEqual([false, 0]);
    waiting = false;
    now += 1;
    expect([await slice.isOver(), looks]).toEqual([false, 1]);
    waiting = true;
    now += 999;
    expect([await slice.isOver(), looks]).toEqual([false, 1]);
    now += 1;
    expect([await slice.isOver(), looks]).toEqual([true, 2]);
  });
});
