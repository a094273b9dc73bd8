import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { newId } from '../../../src/lib/ids.js';
import { CampaignFeeder } from '../../../src/modules/campaigns/index.js';
import { SenderService } from '../../../src/modules/senders/index.js';
import type { Capabilities, Transport } from '../../../src/transports/transport.js';
import { insertSender } from '../../support/rows.js';
import { createWorld, draft, running, type World } from '../world.js';

/** A pool of two transports, of which one writes to numbers only. Its sender is there; the one that knows LIDs is away. */
let world: World;
let feeder: CampaignFeeder;
let tenantId: string;
let knowsLids: string;
let campaignId: string;
const HIDDEN = 50;
const NUMBERED = 60;

beforeAll(async () => {
  world = await createWorld();
  const senders = new SenderService({
    ...world.deps,
    transports: { simulator: ofKind(['phone', 'lid']), waha: ofKind(['phone']) },
  });
  feeder = new CampaignFeeder({ ...world.deps, senders });
});
afterAll(() => world.db.close());
beforeEach(async () => {
  tenantId = await world.db.createTenant();
  const { manager } = world.db.database;
  knowsLids = await insertSender(manager, tenantId, { status: 'disconnected' });
  await insertSender(manager, tenantId, { transport: 'waha', status: 'connected' });
  const listId = await world.list(tenantId, NUMBERED);
  // Earlier on the list, and so in the audience.
  await manager.query(
    `WITH made AS (
       INSERT INTO contacts (id, tenant_id, address, attributes)
       SELECT gen_random_uuid(), $1, 'lid:' || (190000000000000 + n), '{}' FROM generate_series(1, $3::int) n RETURNING id)
     INSERT INTO contact_list_members (list_id, contact_id, tenant_id, added_at)
     SELECT $2, id, $1, now() - interval '1 day' FROM made`,
    [tenantId, listId, HIDDEN],
  );
  const { campaign } = await world.manager.create(
    tenantId,
    draft({ listIds: [listId], minDelay: 60_000, maxDelay: 60_000 }),
  );
  campaignId = campaign.id;
  await world.manager.start(tenantId, campaignId);
});

function ofKind(addresses: Capabilities['addresses']): Transport {
  return { capabilities: { addresses, messageTypes: ['text'] } } as unknown as Transport;
}

const feed = () => feeder.handleFeed({ tenantId, campaignId }, running);
const reason = async () => (await world.manager.get(tenantId, campaignId)).campaign.waitingReason;
const sql = (statement: string) => world.db.database.manager.query<{ n: number }[]>(statement, [campaignId]);
const inQueue = async (which: string) =>
  (
    await sql(
      `SELECT count(*)::int AS n FROM deliveries WHERE campaign_id = $1 AND state = 'queued' AND phone ${which}`,
    )
  )[0]?.n;
const serveNumbers = () =>
  sql(
    `UPDATE deliveries SET state = 'sent' WHERE campaign_id = $1 AND state = 'queued' AND starts_with(phone, '+')`,
  );
const comes = (status: string) =>
  world.db.database.manager.query('UPDATE senders SET status = $2 WHERE id = $1', [knowsLids, status]);

it('people known by LIDs keep nobody waiting while the sender that knows them is away, and get theirs when it is back', async () => {
  const served: unknown[] = [];
  for (let round = 0; round < NUMBERED / 20; round += 1) {
    await feed();
    served.push([await inQueue(`LIKE '+%'`), await inQueue(`LIKE 'lid:%'`)]);
    await serveNumbers();
  }
  expect(served).toEqual([
    [20, 0],
    [20, 0],
    [20, 0],
  ]);
  expect(await reason()).toBeNull();
  await feed();
  expect(await reason()).toBe('no_sender_for_identity');
  expect(await world.states(campaignId)).toEqual({ pending: HIDDEN, sent: NUMBERED });

  await comes('connected');
  await feed();
  expect(await inQueue(`LIKE 'lid:%'`)).toBe(20);
});

it('those who were queued when their sender left do not count in the window', async () => {
  await comes('connected');
  await feed();
  expect(await inQueue(`LIKE 'lid:%'`)).toBe(20);
  await comes('disconnected');
  await sql(
    `UPDATE deliveries SET wait_reason = 'no_sender_for_identity' WHERE campaign_id = $1 AND state = 'queued'`,
  );
  await feed();
  expect([await inQueue(`LIKE '+%'`), await inQueue(`LIKE 'lid:%'`)]).toEqual([20, 20]);
});

it('a person who is known by a number too, and one whom no sender of the pool can write to, are taken', async () => {
  await sql(`UPDATE deliveries SET phone = 'bsuid::BR.x' WHERE id = (
    SELECT id FROM deliveries WHERE campaign_id = $1 AND phone LIKE 'lid:%' ORDER BY id LIMIT 1)`);
  await world.db.database.manager.query(
    `INSERT INTO contact_identities (id, tenant_id, contact_id, kind, value, since)
     SELECT $2, $3, contact_id, 'phone', '+5511970000001', now() FROM deliveries
     WHERE campaign_id = $1 AND phone LIKE 'lid:%' ORDER BY id LIMIT 1`,
    [campaignId, newId(), tenantId],
  );
  await feed();
  expect([
    await inQueue(`LIKE 'bsuid:%'`),
    await inQueue(`LIKE 'lid:%'`),
    await inQueue(`LIKE '+%'`),
  ]).toEqual([1, 1, 18]);
});
