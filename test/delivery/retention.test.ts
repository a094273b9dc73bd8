import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import { firstIdAt, newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { DeliveryRetention } from '../../src/modules/delivery/index.js';
import { KEEP_ALL } from '../../src/modules/tenants/core/retention.js';
import { createRetentionHandler } from '../../src/worker/handlers/retention.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { saveSettings } from '../support/rows.js';
import { accept, type ScriptedSession } from './scripted-session.js';
import { World } from './world.js';
import { receive } from '../support/inbound.js';

const DAY_MS = 24 * 60 * 60_000;
const draining = () => new AbortController();

let db: TestDatabase;
let world: World;
let phone: ScriptedSession;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
  phone = await world.sender();
});

/** A month from now, everything here is old. */
const inAMonth = () => addMs(new Date(), 31 * DAY_MS);

function removeTexts(of = world, options = {}): Promise<number> {
  return new DeliveryRetention(db.database, options).removeTexts(of.tenantId, inAMonth(), draining().signal);
}

async function sendCampaign(recipients = 1, of = world) {
  const campaign = await of.campaign({ recipients });
  const worker = of.worker();
  for (const payload of campaign.recipients) await of.drive(worker, payload);
  return campaign;
}

/** Of every message of the tenant: its state, and whether its text is there. */
async function texts(of = world): Promise<Record<string, boolean[]>> {
  const rows = await of.sql<{ state: string; there: boolean; removed: boolean }>(
    `SELECT state, body IS NOT NULL OR content IS NOT NULL AS there, text_removed_at IS NOT NULL AS removed
     FROM messages WHERE tenant_id = $1 ORDER BY id`,
    [of.tenantId],
  );
  const shown: Record<string, boolean[]> = {};
  for (const { state, there, removed } of rows) {
    expect(removed).toBe(!there);
    (shown[state] ??= []).push(there);
  }
  return shown;
}

describe('the texts of old messages', () => {
  it('go once nothing leaves of them any more, and everything else about them stays', async () => {
    const campaign = await sendCampaign(2);
    await receive(world.inbound, world.tenantId, phone.senderId, [
      { waMessageId: 'in-1', from: campaign.phones[0]!, text: 'thank you', at: new Date().toISOString() },
    ]);
    await world.send({ parts: ['It waits'] });
    const other = new World(db.database, await db.createTenant());
    await other.sender();
    await sendCampaign(1, other);
    const before = await world.counts(campaign.id);

    expect(await removeTexts()).toBe(3);
    expect(await removeTexts()).toBe(0);

    expect(await texts()).toEqual({ sent: [false, false], received: [false], queued: [true] });
    expect(await texts(other)).toEqual({ sent: [true] });
    expect(await world.counts(campaign.id)).toEqual(before);
    const [message] = await world.messages(campaign.recipients[0]!.deliveryId);
    expect(message).toMatchObject({ type: 'text', state: 'sent', sent_at: expect.any(Date) });
  });

  it('stay until the days are over, counted from the hand-over and not from when they were accepted', async () => {
    const { recipients } = await world.send();
    await world.drive(world.worker(), recipients[0]!);
    await world.sql(`UPDATE messages SET sent_at = now() + interval '40 days' WHERE tenant_id = $1`, [
      world.tenantId,
    ]);
    expect(await removeTexts()).toBe(0);
    expect(await texts()).toEqual({ sent: [true] });
  });

  it('go page by page, and what is more than one run removes is for the next', async () => {
    await sendCampaign(7);
    expect(await removeTexts(world, { pageRows: 2, most: 3 })).toBe(4);
    expect(await removeTexts(world, { pageRows: 2, most: 30 })).toBe(3);
    expect(await texts()).toEqual({ sent: Array.from({ length: 7 }, () => false) });
  });

  it('are behind a page of messages that still wait', async () => {
    await world.send({ recipients: 4 });
    await sendCampaign(1);
    expect(await removeTexts(world, { pageRows: 2, most: 1 })).toBe(1);
    expect(await texts()).toEqual({ queued: [true, true, true, true], sent: [false] });
  });

  it('that are gone are not sent as blanks when a late receipt says that the part before arrived', async () => {
    world = new World(db.database, await db.createTenant());
    phone = await world.senderWithoutIdempotentIds();
    const { recipients } = await world.send({ parts: ['One', 'Two'] });
    phone.answer({ kind: 'unknown', code: 'timeout' });
    await world.drive(world.worker(), recipients[0]!);
    const { deliveryId } = recipients[0]!;
    expect(await texts()).toEqual({ unknown: [true], skipped: [true] });
    expect(await removeTexts()).toBe(2);

    const [first] = await world.messages(deliveryId);
    const waMessageId = String(first!['wa_message_id']);
    const at = new Date().toISOString();
    await world.receipts.apply(world.tenantId, phone.senderId, [{ waMessageId, status: 'delivered', at }]);
    expect(await world.messages(deliveryId)).toMatchObject([{ state: 'delivered' }, { state: 'skipped' }]);
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'unknown', next_part: 1 });
  });

  it('stay while a late receipt has the rest sent', async () => {
    const { recipients } = await world.send({ parts: ['One', 'Two'] });
    await world.sql(`UPDATE messages SET state = 'skipped' WHERE delivery_id = $1 AND part = 1`, [
      recipients[0]!.deliveryId,
    ]);
    expect(await removeTexts()).toBe(0);
    await world.drive(world.worker(), recipients[0]!);
    expect(phone.texts).toEqual(['One', 'Two']);
  });

  it('are written anew when a failed recipient gets it after all', async () => {
    const { recipients } = await world.campaign();
    phone.answer({ kind: 'rejected', code: 'content_rejected', permanent: true }, accept);
    const { deliveryId } = recipients[0]!;
    await world.drive(world.worker(), recipients[0]!);
    await removeTexts();
    await world.sql(`UPDATE deliveries SET state = 'queued', code = NULL WHERE id = $1`, [deliveryId]);
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.messages(deliveryId)).toMatchObject([
      { state: 'sent', body: 'Hello Ana', text_removed_at: null },
    ]);
    expect(await removeTexts()).toBe(1);
    expect(await texts()).toEqual({ sent: [false] });
  });

  it('go whether the days become fewer or more, or were not set for a while', async () => {
    await sendCampaign(1);
    const [early] = await world.sql<{ id: string }>('SELECT id FROM messages WHERE tenant_id = $1', [
      world.tenantId,
    ]);
    await sendCampaign(1);
    const retention = new DeliveryRetention(db.database);
    const made = Number.parseInt(early!.id.replace('-', '').slice(0, 12), 16);
    const upTo = (at: number) => retention.removeTexts(world.tenantId, new Date(at), draining().signal);
    await world.sql(`UPDATE messages SET sent_at = to_timestamp(0) WHERE tenant_id = $1`, [world.tenantId]);

    expect(await upTo(made + 1)).toBe(1);
    expect(await upTo(made - DAY_MS)).toBe(0);
    expect(await upTo(made + DAY_MS)).toBe(1);
    await sendCampaign(1);
    expect(await removeTexts()).toBe(1);
  });

  it('that somebody has locked are for the next time', async () => {
    await sendCampaign(3);
    await db.database.transaction(async (tx) => {
      await tx.query(
        `SELECT id FROM messages
         WHERE id = (SELECT id FROM messages WHERE tenant_id = $1 ORDER BY id OFFSET 1 LIMIT 1) FOR UPDATE`,
        [world.tenantId],
      );
      expect(await removeTexts(world, { pageRows: 2 })).toBe(2);
    });
    expect(await removeTexts()).toBe(1);
    expect(await texts()).toEqual({ sent: [false, false, false] });
  });
});

describe('old direct messages and tests', () => {
  const removeSends = (options = {}) =>
    new DeliveryRetention(db.database, options).removeSends(world.tenantId, inAMonth(), draining().signal);

  async function sent(source: 'direct' | 'test', recipients: number) {
    const made = await world.send({ source, recipients, parts: ['One', 'Two'] });
    const worker = world.worker();
    for (const payload of made.recipients) await world.drive(worker, payload);
    return made;
  }

  const left = async () => {
    const [row] = await world.sql<Record<string, number>>(
      `SELECT (SELECT count(*) FROM sends WHERE tenant_id = $1)::int AS sends,
              (SELECT count(*) FROM deliveries WHERE tenant_id = $1)::int AS deliveries,
              (SELECT count(*) FROM messages WHERE tenant_id = $1 AND direction = 'out')::int AS messages`,
      [world.tenantId],
    );
    return row!;
  };

  it('go with their messages and requests, and leave what waits, answers, campaigns and other tenants', async () => {
    const { phones } = await sent('direct', 2);
    await sent('test', 1);
    await world.send({ recipients: 2 });
    await sendCampaign(1);
    await receive(world.inbound, world.tenantId, phone.senderId, [
      { waMessageId: 'in-1', from: phones[0]!, text: 'thank you', at: new Date().toISOString() },
    ]);
    const other = new World(db.database, await db.createTenant());
    await other.sender();
    const theirs = await other.send();
    await other.drive(other.worker(), theirs.recipients[0]!);

    expect(await removeSends()).toBe(3);
    expect(await removeSends()).toBe(0);
    expect(await left()).toEqual({ sends: 1, deliveries: 3, messages: 3 });
    expect(await texts()).toEqual({ queued: [true, true], sent: [true], received: [true] });
    expect(await texts(other)).toEqual({ sent: [true] });
  });

  it('go page by page, what is more than one run removes with the next', async () => {
    await sent('direct', 5);
    await sent('direct', 1);
    expect(await removeSends({ pageRows: 2, most: 3 })).toBe(4);
    expect(await left()).toEqual({ sends: 2, deliveries: 2, messages: 4 });
    expect(await removeSends({ pageRows: 2, most: 30 })).toBe(2);
    expect(await left()).toEqual({ sends: 0, deliveries: 0, messages: 0 });
  });

  it('stay until the days are over since they left, not since they were accepted', async () => {
    await sent('direct', 1);
    await world.sql(`UPDATE deliveries SET sent_at = now() + interval '40 days' WHERE tenant_id = $1`, [
      world.tenantId,
    ]);
    expect(await removeSends()).toBe(0);
    expect(await left()).toEqual({ sends: 1, deliveries: 1, messages: 2 });
  });
});

describe('the job of retention', () => {
  it('goes by the days of each tenant, and passes over one that fails', async () => {
    const asked: { tenantId: string; days: number }[] = [];
    const now = new Date('2026-03-02T10:00:00Z');
    const failing = await db.createTenant();
    const lasting = await db.createTenant();
    await saveSettings(db.database.manager, failing, { retention: { ...KEEP_ALL, messageTextDays: 30 } });
    await saveSettings(db.database.manager, lasting, { timeZone: 'UTC' });
    await saveSettings(db.database.manager, world.tenantId, {
      retention: { ...KEEP_ALL, messageTextDays: 7 },
    });
    const handler = createRetentionHandler({
      database: db.database,
      clock: { now: () => now },
      logger: createLogger('silent'),
      removers: {
        mediaDays: (tenantId) => Promise.reject(new Error(`${tenantId} keeps its files`)),
        deliveryDays: (tenantId) => Promise.reject(new Error(`${tenantId} keeps its deliveries`)),
        importDays: (tenantId) => Promise.reject(new Error(`${tenantId} keeps its imports`)),
        messageTextDays: (tenantId, before) => {
          asked.push({ tenantId, days: (now.getTime() - before.getTime()) / DAY_MS });
          return tenantId === failing ? Promise.reject(new Error('broken')) : Promise.resolve(1);
        },
      },
    });
    const drain = draining();
    expect(await handler({}, { signal: drain.signal })).toEqual({ kind: 'done' });
    expect(asked).toHaveLength(2);
    expect(asked).toEqual(
      expect.arrayContaining([
        { tenantId: failing, days: 30 },
        { tenantId: world.tenantId, days: 7 },
      ]),
    );
    drain.abort();
    await handler({}, { signal: drain.signal });
    expect(asked).toHaveLength(2);
  });

  it('stops between two pages when its process drains', async () => {
    await sendCampaign(3);
    const drain = draining();
    drain.abort();
    const removed = await new DeliveryRetention(db.database).removeTexts(
      world.tenantId,
      inAMonth(),
      drain.signal,
    );
    expect(removed).toBe(0);
    expect(await texts()).toEqual({ sent: [true, true, true] });
  });
});

it('ids are older than the first id of a later moment', () => {
  const id = newId();
  expect(id > firstIdAt(addMs(new Date(), -1_000))).toBe(true);
  expect(id < firstIdAt(addMs(new Date(), 1_000))).toBe(true);
});
