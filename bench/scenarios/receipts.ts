import pg from 'pg';
import { createDataSource, Database } from '../../src/db/index.js';
import { applyMigrations } from '../../src/db/migrate.js';
import { systemClock } from '../../src/lib/clock.js';
import { createLogger } from '../../src/lib/logger.js';
import type { PayloadOf } from '../../src/queue/job.js';
import { entities, migrations } from '../../src/schema.js';
import { deliverySources } from '../../src/runtime/sources.js';
import { createReceiptsHandler } from '../../src/worker/handlers/receipts.js';
import type { BenchContext, BenchServices, Samples, Scenario } from '../figure.js';
import { fillMessages } from '../support/message-table.js';
import { newDatabase, query } from '../support/services.js';
import { ReceiptService, type recordReceipts } from '../../src/modules/delivery/index.js';

const FEW = 60_000;
const MANY = 5_000_000;
/** Each run takes the next newest messages; then they start over. */
const SLICES = 6;
/** Receipts of one job: what a busy sender's phone reports between two looks. */
const BATCH = 100;

/** Jobs that a worker process works on at the same time: the default of RECEIPT_CONCURRENCY. */
const AT_ONCE = 25;

type Payload = PayloadOf<typeof recordReceipts>;

interface Stage {
  few: string;
  many: string;
  tenantIds: Map<string, string>;
  runs: number;
  slice: number;
}

const stages = new WeakMap<BenchServices, Promise<Stage>>();

/** Delivered and read receipts of the newest messages, by the handler of their jobs, as one worker process runs them. */
export const receipts: Scenario = {
  id: 'receipts',
  title: 'Delivery receipts',
  about: `The newest messages, all sent, are reported delivered and then read: 20,000 receipts per run, by the handler of
    their jobs with the concurrency of one worker process, ${BATCH} receipts of one sender to a job. The tables of messages and
    recipients hold 60,000 rows in one database and 5,000,000 in another, written by SQL beforehand with the
    triggers off and the secondary indexes built behind the rows; the triggers and every index are there when the
    clock starts. A run counts when every message and every recipient of it was read.`,
  figures: [
    {
      id: 'receipts-flat',
      title: `receipts/s with ${MANY.toLocaleString('en')} messages in the table`,
      yardstick: `receipts/s with ${FEW.toLocaleString('en')} messages in the table`,
      target: 0.8,
      direction: 'atLeast',
      unit: 'receipts/s',
    },
    {
      id: 'receipts-rate',
      title: `receipts/s with ${MANY.toLocaleString('en')} messages in the table, in jobs of ${BATCH}`,
      target: 2_000,
      direction: 'atLeast',
      unit: 'receipts/s',
    },
  ],
  async measure(bench): Promise<Samples> {
    const stage = await (stages.get(bench.services) ?? setUp(bench));
    const run = stage.runs;
    stage.runs += 1;
    // The second one finds a warmer machine, so they take turns.
    const order = run % 2 === 0 ? [stage.few, stage.many] : [stage.many, stage.few];
    const rates = new Map<string, number>();
    for (const url of order) rates.set(url, await receiptsPerSecond(url, stage, run % SLICES));
    const [few = 0, many = 0] = [rates.get(stage.few), rates.get(stage.many)];
    bench.note(`receipts/s: ${few.toFixed(0)} with few messages, ${many.toFixed(0)} with many`);
    return {
      'receipts-flat': { value: many, yardstick: few },
      'receipts-rate': { value: many, yardstick: 1 },
    };
  },
};

/** Both tables once for all runs: five million messages take minutes to make. */
function setUp(bench: BenchContext): Promise<Stage> {
  const stage = build(bench);
  stages.set(bench.services, stage);
  return stage;
}

async function build({ services, scale, note }: BenchContext): Promise<Stage> {
  const tenantIds = new Map<string, string>();
  const sent = Math.round(FEW * scale);
  const tableOf = async (messages: number): Promise<string> => {
    const started = performance.now();
    const { url } = await newDatabase(services);
    const database = await open(url);
    await applyMigrations(database.dataSource, createLogger('error'));
    await database.dataSource.destroy();
    const { tenantId } = await fillMessages(url, { messages, sent });
    tenantIds.set(url, tenantId);
    note(`${messages} messages made in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
    return url;
  };
  const few = await tableOf(sent);
  const many = await tableOf(Math.round(MANY * scale));
  return { few, many, tenantIds, runs: 0, slice: Math.floor(sent / SLICES) };
}

async function open(url: string): Promise<Database> {
  const dataSource = createDataSource({ url, entities, migrations, connections: 20 });
  await dataSource.initialize();
  return new Database(dataSource);
}

async function receiptsPerSecond(url: string, stage: Stage, slice: number): Promise<number> {
  const newest = await takeSlice(url, stage.slice, slice);
  const jobs = payloads(stage.tenantIds.get(url) ?? '', newest);
  const database = await open(url);
  try {
    const handle = createReceiptsHandler({
      receipts: new ReceiptService({
        database,
        sources: deliverySources,
        clock: systemClock,
        logger: createLogger('error'),
      }),
    });
    const started = performance.now();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let job = jobs.shift(); job; job = jobs.shift()) {
          const outcome = await handle(job, { signal: new AbortController().signal });
          if (outcome.kind !== 'done') throw new Error('A receipt found no message.');
        }
      }),
    );
    const seconds = (performance.now() - started) / 1_000;
    await assertRead(url, newest);
    return (newest.length * 2) / seconds;
  } finally {
    await database.dataSource.destroy();
  }
}

interface Newest {
  id: string;
  senderId: string;
  waMessageId: string;
}

/**
 * Some of the newest messages, sent but no more. They were written a moment ago in a real campaign, so what holds them
 * is in memory before the clock starts.
 */
async function takeSlice(url: string, length: number, slice: number): Promise<Newest[]> {
  const newest = await query<Newest>(
    url,
    `SELECT id, sender_id AS "senderId", wa_message_id AS "waMessageId" FROM messages
     ORDER BY tenant_id DESC, id DESC LIMIT ${length} OFFSET ${length * slice}`,
  );
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const ids = newest.map(({ id }) => id);
    await client.query('SET session_replication_role = replica; SET random_page_cost = 1.1');
    const sentAgain = `state = 'sent', delivered_at = NULL, read_at = NULL`;
    await client.query(
      `UPDATE deliveries r SET ${sentAgain} FROM messages m
       WHERE m.id = ANY($1::uuid[]) AND r.id = m.delivery_id AND r.state <> 'sent'`,
      [ids],
    );
    await client.query(`UPDATE messages SET ${sentAgain} WHERE id = ANY($1::uuid[]) AND state <> 'sent'`, [
      ids,
    ]);
    await client.query(
      `SELECT count(r.state) FROM messages m JOIN deliveries r ON r.id = m.delivery_id
       WHERE m.wa_message_id = ANY($1::text[])`,
      [newest.map(({ waMessageId }) => waMessageId)],
    );
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
  return newest;
}

/** In waves, oldest first: what is delivered now is read while the next ones are delivered. */
function payloads(tenantId: string, newest: readonly Newest[]): Payload[] {
  const bySender = new Map<string, string[]>();
  for (const { senderId, waMessageId } of newest.toReversed()) {
    bySender.set(senderId, [...(bySender.get(senderId) ?? []), waMessageId]);
  }
  const longest = Math.max(...[...bySender.values()].map(({ length }) => length));
  const at = new Date().toISOString();
  const jobs: Payload[] = [];
  for (let from = 0; from < longest + BATCH; from += BATCH) {
    for (const [senderId, ids] of bySender) {
      const add = (status: 'delivered' | 'read', some: string[]): void => {
        const entries = some.map((waMessageId) => ({ waMessageId, status, at }));
        if (entries.length > 0) jobs.push({ tenantId, senderId, receipts: entries });
      };
      add('delivered', ids.slice(from, from + BATCH));
      if (from > 0) add('read', ids.slice(from - BATCH, from));
    }
  }
  return jobs;
}

/** A run counts when it did what it was measured for. */
async function assertRead(url: string, newest: readonly Newest[]): Promise<void> {
  const [row] = await query<{ read: number }>(
    url,
    `SELECT count(*)::int AS read FROM messages m JOIN deliveries r ON r.id = m.delivery_id
     WHERE m.id = ANY($1::uuid[]) AND m.state = 'read' AND r.state = 'read' AND m.delivered_at IS NOT NULL`,
    [newest.map(({ id }) => id)],
  );
  if (row?.read !== newest.length) throw new Error(`${row?.read} of ${newest.length} messages were read.`);
}
