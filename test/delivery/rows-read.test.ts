import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Tx } from '../../src/db/index.js';
import { firstIdAt, newId } from '../../src/lib/ids.js';
import {
  DeliveryPersonRecords,
  DeliveryRetention,
  MessagePersonRecords,
} from '../../src/modules/delivery/index.js';
import { loadForSend } from '../../src/modules/delivery/load.repository.js';
import {
  lockStaleClaims,
  queueDue,
  takeQueuedBefore,
} from '../../src/modules/delivery/reconcile.repository.js';
import {
  FIRST_PLACE,
  hasRecipients,
  removeEndedRecipients,
  removeOfSends,
} from '../../src/modules/delivery/retention/deliveries.repository.js';
import {
  removeNextTexts,
  removeOverdueTexts,
} from '../../src/modules/delivery/retention/texts.repository.js';
import { findUse } from '../../src/modules/media/media.repository.js';
import { deliverySources } from '../../src/runtime/sources.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertCampaign } from '../support/rows.js';
import { World } from './world.js';

const RECIPIENTS = 20_000;
/** Deliveries that no campaign sends, in each of the states that the statements look for. */
const EACH = 5;
const MOST = 500;
const FIRST = firstIdAt(new Date(0));

let db: TestDatabase;
let world: World;
let made: Awaited<ReturnType<World['send']>>;

beforeAll(async () => {
  db = await createTestDatabase();
  world = new World(db.database, await db.createTenant());
  const { senderId } = await world.sender();
  for (const [status, states] of [
    ['running', ['sent', 'failed', 'pending', 'delivered']],
    ['completed', ['sent', 'failed', 'skipped', 'unknown']],
  ] as const) {
    const campaign = await insertCampaign(db.database.manager, world.tenantId, { status });
    await world.sql(
      `INSERT INTO deliveries (id, tenant_id, campaign_id, contact_id, phone, state, parts, updated_at)
       SELECT gen_random_uuid(), $1, $2, gen_random_uuid(), '+5521' || (930000000 + n), ($3::text[])[n % 4 + 1], 1,
              now() - interval '1 hour'
       FROM generate_series(1, ${RECIPIENTS / 2}) n`,
      [world.tenantId, campaign, states],
    );
    await world.sql(
      `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, delivery_id, type, body, state)
       SELECT gen_random_uuid(), $1, 'out', contact_id, $3, campaign_id, id, 'text', 'x', 'sent'
       FROM deliveries WHERE campaign_id = $2`,
      [world.tenantId, campaign, senderId],
    );
  }
  made = await world.send({ recipients: 4 * EACH, parts: ['one', 'two'] });
  const inState = (from: number, change: string) =>
    world.sql(
      `UPDATE deliveries SET ${change}, updated_at = now() - interval '1 hour' WHERE id = ANY($1::uuid[])`,
      [made.recipients.slice(from, from + EACH).map(({ deliveryId }) => deliveryId)],
    );
  await inState(0, `state = 'queued'`);
  await inState(EACH, `state = 'sending', sender_id = '${senderId}'`);
  await inState(2 * EACH, `state = 'pending', send_at = now()`);
  await inState(3 * EACH, `state = 'sent', next_part = 2`);
  await world.sql('ANALYZE deliveries');
  await world.sql('ANALYZE messages');
});
afterAll(() => db.close());

/** Rows of deliveries and messages, and entries of their indexes, that a piece of work reads. */
async function rowsRead(work: (tx: Tx) => Promise<unknown>): Promise<[string, number][]> {
  return db.database.transaction(async (tx) => {
    // What this transaction has read: tables one row after the other or by a bitmap, and indexes.
    const read = async () => {
      const rows = await tx.query<{ relation: string; read: number }[]>(
        `SELECT relation::regclass::text AS relation,
                (pg_stat_get_xact_tuples_returned(relation) + pg_stat_get_xact_tuples_fetched(relation))::int AS read
         FROM (SELECT unnest(ARRAY['deliveries', 'messages']::regclass[])::oid AS relation
               UNION ALL SELECT indexrelid FROM pg_index
               WHERE indrelid = ANY(ARRAY['deliveries', 'messages']::regclass[])) relations`,
      );
      return new Map(rows.map(({ relation, read: count }) => [relation, count]));
    };
    const before = await read();
    await work(tx);
    return [...(await read())].map(([relation, count]) => [relation, count - (before.get(relation) ?? 0)]);
  });
}

const asked = () => made.recipients.map(({ tenantId, deliveryId }) => ({ tenantId, deliveryId }));
/** As one who has the number after the contact was deleted: found by the line alone. */
const earlier = async () => {
  const { phone, contact_id: id } = await world.recipient(made.recipients.at(-1)!.deliveryId);
  await world.sql('DELETE FROM contacts WHERE id = $1', [id]);
  return { id: newId(), lines: [String(phone)] };
};

it.each([
  ['queueing what is due', (tx: Tx) => queueDue(tx, 60_000, 500).then(({ queued }) => queued.length), EACH],
  [
    'finding queued ones whose jobs may be lost',
    (tx: Tx) => takeQueuedBefore(tx, new Date(Date.now() - 60_000), 500).then(({ taken }) => taken.length),
    // Those that were due are queued just now.
    EACH,
  ],
  [
    'finding claims of dead workers',
    async (tx: Tx) =>
      (await lockStaleClaims(tx, { olderThanMs: 60_000, workerSilentMs: 60_000, limit: 500 })).length,
    EACH,
  ],
  [
    'loading them for their sends',
    async (tx: Tx) => (await loadForSend(tx, deliverySources, asked())).length,
    4 * EACH,
  ],
  [
    'asking what still sends a file',
    async (tx: Tx) => ((await findUse(tx, world.tenantId, newId())) ? 1 : 0),
    0,
  ],
  [
    'exporting a person',
    async (tx: Tx) => {
      const one = await earlier();
      const messages = await new MessagePersonRecords().collect(tx, world.tenantId, one);
      const deliveries = await new DeliveryPersonRecords().collect(tx, world.tenantId, one);
      return [messages, deliveries].flat().length;
    },
    3,
  ],
  [
    'erasing a person',
    async (tx: Tx) => {
      await new DeliveryPersonRecords().erase(tx, world.tenantId, await earlier());
      return 1;
    },
    1,
  ],
])('%s reads no recipients of campaigns', async (_what, work, found) => {
  let result = 0;
  const read = await rowsRead(async (tx) => {
    result = await work(tx);
  });
  expect(result).toBe(found);
  expect(read.some(([, rows]) => rows > 0)).toBe(true);
  // Twenty deliveries of two messages each, which a statement looks up once for each thing it asks.
  expect(read.filter(([, rows]) => rows > MOST)).toEqual([]);
});

it('retention finds a page of recipients and of direct messages by their indexes', async () => {
  const campaign = await world.sql<{ id: string }>(
    `SELECT id FROM campaigns WHERE tenant_id = $1 AND status = 'completed'`,
    [world.tenantId],
  );
  const later = new Date(2 ** 48 - 1);
  const read = await rowsRead(async (tx) => {
    const page = await removeEndedRecipients(tx, campaign[0]!.id, later, { after: FIRST_PLACE, limit: 50 });
    expect(page.removed).toBe(50);
    expect(await hasRecipients(tx, campaign[0]!.id)).toBe(true);
    expect(await removeOfSends(tx, [made.id], later, MOST)).toEqual({ removed: EACH, more: false });
  });
  expect(read.filter(([, rows]) => rows > MOST)).toEqual([]);
});

it('retention reads a message once, and later only where its text had to stay', async () => {
  const own = new World(db.database, await db.createTenant());
  await own.sender();
  await own.sql(
    `INSERT INTO messages (id, tenant_id, direction, type, state, body)
     SELECT gen_random_uuid(), $1, 'in', 'text', 'received', 'Hi' FROM generate_series(1, ${RECIPIENTS})`,
    [own.tenantId],
  );
  const waiting = await own.send({ recipients: EACH });
  // Behind all ids there are, those of no time, too.
  const later = new Date(2 ** 48 - 1);
  const removed = await new DeliveryRetention(db.database, { most: 2 * RECIPIENTS }).removeTexts(
    own.tenantId,
    later,
    new AbortController().signal,
  );
  expect(removed).toBe(RECIPIENTS);
  await own.sql('ANALYZE messages');

  const again = async () => {
    let found = 0;
    const read = await rowsRead(async (tx) => {
      const overdue = await removeOverdueTexts(tx, own.tenantId, later, { after: FIRST, limit: RECIPIENTS });
      const next = await removeNextTexts(tx, own.tenantId, later, RECIPIENTS);
      found = overdue.removed + next.removed;
    });
    expect(read.filter(([, rows]) => rows > MOST)).toEqual([]);
    return found;
  };
  expect(await again()).toBe(0);
  const worker = own.worker();
  for (const payload of waiting.recipients) await own.drive(worker, payload);
  expect(await again()).toBe(EACH);
});
