import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DeliveryState } from '../../../src/modules/delivery/core/delivery-state.js';
import { presentCampaignStats } from '../../../src/modules/campaigns/index.js';
import { createWorld, draft, phone, type World } from '../world.js';

let world: World;
let tenantId: string;

beforeAll(async () => {
  world = await createWorld();
  tenantId = await world.tenantWithSender();
});
afterAll(() => world.db.close());

async function campaignOf(size: number): Promise<string> {
  const listId = await world.list(tenantId, size, (index) => ({ name: `N${index}` }));
  const { campaign } = await world.manager.create(tenantId, draft({ listIds: [listId] }));
  return campaign.id;
}

async function allPages(campaignId: string, state?: DeliveryState): Promise<string[]> {
  const phones: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.manager.recipients(tenantId, campaignId, { limit: 7, cursor, state });
    phones.push(...page.items.map((row) => row.phone));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return phones;
}

describe('stats', () => {
  it('count every recipient once, in its furthest state, by sender and by code', async () => {
    const id = await campaignOf(10);
    const senderId = await world.sender(tenantId, 'Second');
    await world.manager.start(tenantId, id);
    await world.move(id, 'pending', 'read', 4);
    await world.move(id, 'pending', 'failed', 2);
    const { manager } = world.db.database;
    await manager.query(
      `UPDATE deliveries SET sender_id = $2, replied_at = now() WHERE campaign_id = $1 AND state = 'read'`,
      [id, senderId],
    );
    await manager.query(
      `UPDATE deliveries SET code = 'not_on_whatsapp' WHERE campaign_id = $1 AND state = 'failed'`,
      [id],
    );
    const stats = presentCampaignStats(await world.manager.stats(tenantId, id));
    expect(stats).toMatchObject({
      total: 10,
      pending: 4,
      read: 4,
      failed: 2,
      replied: 4,
      optedOut: 0,
      bySender: [{ senderId, name: 'Second', total: 4, read: 4, sent: 0, replied: 4 }],
      byCode: [
        {
          state: 'failed',
          code: 'not_on_whatsapp',
          count: 2,
          reason: 'The number has no WhatsApp account.',
        },
      ],
      rates: {
        read: { count: 4, of: 4, rate: 1, low: 0.5101, high: 1 },
        failed: { count: 2, of: 6, rate: 0.3333 },
      },
    });
    expect(stats.byPart).toBeUndefined();
    expect(stats.byHour).toBeUndefined();
    expect(stats.waitingFor).toBeUndefined();
  });

  it('say in words what a running campaign waits for, and forget a wait that is long over', async () => {
    const id = await campaignOf(1);
    await world.manager.start(tenantId, id);
    const wait = (until: string) =>
      world.db.database.manager.query(
        `UPDATE campaigns SET waiting_reason = 'no_sender_connected', waiting_until = $2 WHERE id = $1`,
        [id, until],
      );
    await wait('2026-03-02T10:05:00Z');
    expect(presentCampaignStats(await world.manager.stats(tenantId, id)).waitingFor).toEqual({
      reason: 'no_sender_connected',
      message: 'No sender of the pool is connected. Until 2026-03-02 10:05 (UTC).',
      until: '2026-03-02T10:05:00.000Z',
    });
    await wait('2026-03-02T09:59:00Z');
    expect((await world.manager.stats(tenantId, id)).waitingFor).toBeUndefined();
  });
});

describe('lists', () => {
  it('recipients page through completely, also while they change state', async () => {
    const id = await campaignOf(30);
    const first = await world.manager.recipients(tenantId, id, { limit: 10 });
    expect(first).toMatchObject({ total: 30 });
    await world.move(id, 'pending', 'sent', 20);
    const rest = await world.manager.recipients(tenantId, id, { limit: 30, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...rest.items].map((row) => row.phone)).toEqual(
      Array.from({ length: 30 }, (_, i) => phone(i)),
    );
    expect(rest.nextCursor).toBeNull();
    expect(await allPages(id)).toHaveLength(30);
    expect(await allPages(id, 'sent')).toHaveLength(20);
    expect(await allPages(id, 'read')).toEqual([]);
  });

  it('recipients page on behind those of whom nothing is left but that they were there', async () => {
    const id = await campaignOf(4);
    await world.db.database.manager.query(
      `UPDATE deliveries SET phone = 'erased-' || id, contact_id = id WHERE campaign_id = $1`,
      [id],
    );
    const first = await world.manager.recipients(tenantId, id, { limit: 3 });
    const rest = await world.manager.recipients(tenantId, id, { limit: 3, cursor: first.nextCursor ?? '' });
    expect(new Set([...first.items, ...rest.items].map((recipient) => recipient.id)).size).toBe(4);
    expect(rest.nextCursor).toBeNull();
  });

  it('a foreign cursor is refused by name', async () => {
    const id = await campaignOf(3);
    const { nextCursor } = await world.manager.recipients(tenantId, id, { limit: 1 });
    for (const cursor of ['nonsense', nextCursor ?? '']) {
      await expect(
        world.manager.recipients(tenantId, id, { limit: 1, cursor, state: 'pending' }),
      ).rejects.toMatchObject({ kind: 'invalid', errors: [{ path: 'cursor' }] });
    }
    await expect(world.manager.list(tenantId, { limit: 1, cursor: 'x' })).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  it('campaigns come newest first, by state, page by page', async () => {
    const other = await world.tenantWithSender();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      ids.unshift((await world.manager.create(other, draft({ contacts: [phone(index)] }))).campaign.id);
    }
    await world.manager.start(other, ids[1] ?? '');
    const first = await world.manager.list(other, { limit: 3 });
    const second = await world.manager.list(other, { limit: 3, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map(({ campaign }) => campaign.id)).toEqual(ids);
    expect(second.nextCursor).toBeNull();
    const [only, ...more] = (await world.manager.list(other, { limit: 3, status: 'running' })).items;
    expect(only?.campaign.id).toBe(ids[1]);
    expect(more).toEqual([]);
  });
});
