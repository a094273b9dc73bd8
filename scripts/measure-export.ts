import { pipeline } from 'node:stream/promises';
import { Readable, Writable } from 'node:stream';
import { createDataSource, Database } from '../src/db/index.js';
import { newId } from '../src/lib/ids.js';
import { Campaign } from '../src/modules/campaigns/campaign.entity.js';
import { exportChunks, type ExportFormat } from '../src/modules/campaigns/reports/export.js';
import { entities, migrations } from '../src/schema.js';

/**
 * Writes reports of growing campaigns to nowhere and prints time and memory, to show that a large one needs no more of
 * it. Expects DATABASE_URL to be an empty database: `DATABASE_URL=... npx tsx --expose-gc scripts/measure-export.ts`.
 */
/** What is really held, as against garbage that was not collected yet, is looked at this often. */
const LIVE_EVERY_BYTES = 250_000;
const SIZES = [1_000, 10_000, 100_000];

const dataSource = createDataSource({
  url: process.env['DATABASE_URL'] ?? '',
  entities,
  migrations,
  connections: 2,
});
await dataSource.initialize();
await dataSource.runMigrations({ transaction: 'each' });
const { manager } = new Database(dataSource);
try {
  const tenantId = newId();
  await manager.query('INSERT INTO tenants (id, slug, name) VALUES ($1, $2, $2)', [tenantId, 'measured']);
  for (const size of SIZES) {
    const campaign = await makeCampaign(tenantId, size);
    for (const format of ['csv', 'xlsx'] as const) await measure(campaign, size, format);
  }
} finally {
  await dataSource.destroy();
}

async function makeCampaign(tenantId: string, size: number): Promise<Campaign> {
  const id = newId();
  await manager.query(
    `INSERT INTO campaigns (id, tenant_id, name, status, parts, pool, min_delay, max_delay, total_recipients)
     VALUES ($1, $2, 'Measured', 'completed', '[{"type":"text","content":"x"}]', '{}', 0, 0, $3)`,
    [id, tenantId, size],
  );
  await manager.query(
    `WITH made AS (
       INSERT INTO deliveries (id, tenant_id, campaign_id, contact_id, phone, name, state, sent_at, read_at, next_part)
       SELECT gen_random_uuid(), $1, $2, gen_random_uuid(), '+55119' || (10000000 + n), 'Zoë ' || n, 'read', now(), now(), 1
       FROM generate_series(1, $3::int) n RETURNING id)
     INSERT INTO messages (id, tenant_id, direction, sender_id, campaign_id, delivery_id, type, state, sent_at)
     SELECT gen_random_uuid(), $1, 'out', gen_random_uuid(), $2, id, 'text', 'read', now() FROM made`,
    [tenantId, id, size],
  );
  await manager.query('ANALYZE deliveries');
  await manager.query('ANALYZE messages');
  return manager.findOneByOrFail(Campaign, { id });
}

async function measure(campaign: Campaign, size: number, format: ExportFormat): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage();
  let bytes = 0;
  let heap = 0;
  let live = 0;
  let collectAt = LIVE_EVERY_BYTES;
  let rss = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      const now = process.memoryUsage();
      heap = Math.max(heap, now.heapUsed);
      rss = Math.max(rss, now.rss);
      if (bytes > collectAt) {
        globalThis.gc?.();
        live = Math.max(live, process.memoryUsage().heapUsed);
        collectAt += LIVE_EVERY_BYTES;
      }
      done();
    },
  });
  const started = performance.now();
  await pipeline(Readable.from(exportChunks(manager, campaign, { format })), sink);
  const seconds = (performance.now() - started) / 1_000;
  globalThis.gc?.();
  const mb = (value: number) => `${(value / 1024 ** 2).toFixed(1)} MB`;
  console.info(
    `${format.padEnd(4)} ${String(size).padStart(7)} recipients: ${seconds.toFixed(1)} s, file ${mb(bytes)}, ` +
      `heap before ${mb(before.heapUsed)}, in use at most ${mb(live)} (with garbage ${mb(heap)}), ` +
      `after ${mb(process.memoryUsage().heapUsed)}, rss at most ${mb(rss)}`,
  );
}
