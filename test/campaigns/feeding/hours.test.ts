import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DayHours } from '../../../src/modules/tenants/core/window.js';
import { createWorld, draft, running, type World } from '../world.js';
import type { TenantSettings } from '../../../src/modules/tenants/tenant-settings.entity.js';
import { saveSettings } from '../../support/rows.js';

let world: World;
let tenantId: string;

beforeAll(async () => {
  world = await createWorld({ window: 100 });
});
afterAll(() => world.db.close());
beforeEach(async () => {
  tenantId = await world.tenantWithSender();
  world.queue.jobs = [];
});

const daily = (from: string, to: string): DayHours[] =>
  [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from, to }));
const at = (iso: string) => {
  world.clock.current = new Date(iso);
};
const brazil = '+5511987654321';
const manaus = '+5592987654321';
const japan = '+819012345678';
const newYork = '+12125550123';

async function settings(
  values: Partial<Pick<TenantSettings, 'timeZone' | 'sendWindow' | 'quietHours'>>,
): Promise<void> {
  const { timeZone = 'UTC', sendWindow = null, quietHours = null } = values;
  await saveSettings(world.db.database.manager, tenantId, { timeZone, sendWindow, quietHours });
}

async function started(contacts: string[], input: Parameters<typeof draft>[0] = {}): Promise<string> {
  const { campaign } = await world.manager.create(tenantId, draft({ contacts, ...input }));
  await world.manager.start(tenantId, campaign.id);
  return campaign.id;
}

const feed = (campaignId: string) => world.feeder.handleFeed({ tenantId, campaignId }, running);

async function queued(campaignId: string): Promise<string[]> {
  const rows = await world.db.database.manager.query<{ phone: string }[]>(
    `SELECT phone FROM deliveries WHERE campaign_id = $1 AND state = 'queued' ORDER BY phone`,
    [campaignId],
  );
  return rows.map(({ phone }) => phone);
}

describe('a closed window', () => {
  it('queues no recipient, says until when, and costs a look a minute', async () => {
    at('2026-03-02T03:00:00Z');
    await settings({ timeZone: 'America/Sao_Paulo' });
    const id = await started([brazil, japan], {
      sendWindow: { timeZone: 'tenant', days: daily('09:00', '18:00') },
    });
    expect(await feed(id)).toEqual({ kind: 'runAgain', at: new Date('2026-03-02T03:01:00Z') });
    expect(await queued(id)).toEqual([]);
    const { waitingFor } = await world.manager.stats(tenantId, id);
    expect(waitingFor).toMatchObject({ reason: 'outside_window', until: new Date('2026-03-02T12:00:00Z') });
    at('2026-03-02T11:59:30Z');
    expect(await feed(id)).toEqual({ kind: 'runAgain', at: new Date('2026-03-02T12:00:00Z') });
    at('2026-03-02T12:00:00Z');
    await feed(id);
    expect(await queued(id)).toEqual([brazil, japan]);
  });

  it('of the tenant holds for campaigns without one of their own', async () => {
    at('2026-03-02T20:00:00Z');
    await settings({ sendWindow: { timeZone: 'UTC', days: daily('09:00', '18:00') } });
    const follows = await started([brazil]);
    const decides = await started([brazil], {
      sendWindow: { timeZone: 'UTC', days: daily('19:00', '21:00') },
    });
    await feed(follows);
    await feed(decides);
    expect([await queued(follows), await queued(decides)]).toEqual([[], [brazil]]);
  });

  it('quiet hours hold for all of them, and change at once', async () => {
    at('2026-03-02T20:00:00Z');
    await settings({ quietHours: { from: '19:00', to: '07:00', timeZone: 'tenant' } });
    const id = await started([brazil], { sendWindow: { timeZone: 'UTC', days: daily('00:00', '24:00') } });
    await feed(id);
    expect(await queued(id)).toEqual([]);
    expect((await world.manager.get(tenantId, id)).campaign.waitingReason).toBe('quiet_hours');
    await settings({ quietHours: { from: '22:00', to: '07:00', timeZone: 'tenant' } });
    await feed(id);
    expect(await queued(id)).toEqual([brazil]);
  });
});

describe("hours in the recipients' time", () => {
  const sendWindow = { timeZone: 'recipient', days: daily('09:00', '18:00') };

  it('open for each number where it is', async () => {
    at('2026-03-02T12:30:00Z');
    const id = await started([brazil, manaus, japan, newYork], { sendWindow });
    await feed(id);
    expect(await queued(id)).toEqual([brazil]);
    at('2026-03-02T13:00:00Z');
    await feed(id);
    expect(await queued(id)).toEqual([brazil, manaus]);
    at('2026-03-03T00:00:00Z');
    await feed(id);
    expect(await queued(id)).toEqual([brazil, manaus, japan]);
    await world.move(id, 'queued', 'sent');
    await feed(id);
    const { waitingFor } = await world.manager.stats(tenantId, id);
    expect(waitingFor).toMatchObject({ until: new Date('2026-03-03T14:00:00Z') });
  });

  it('report no wait when all recipients are on their way', async () => {
    at('2026-03-02T12:30:00Z');
    const id = await started([brazil], { sendWindow });
    await feed(id);
    expect(await feed(id)).toEqual({ kind: 'runAgain', at: new Date('2026-03-02T12:30:01Z') });
    expect((await world.manager.stats(tenantId, id)).waitingFor).toBeUndefined();
  });

  it('where a number leaves several zones open, only in all of them', async () => {
    at('2026-03-02T15:00:00Z');
    // Mainland Portugal is at 15:00, the Azores are at 14:00.
    const id = await started(['+351912345678'], {
      sendWindow: { timeZone: 'recipient', days: daily('14:30', '18:00') },
    });
    await feed(id);
    expect(await queued(id)).toEqual([]);
    at('2026-03-02T15:30:00Z');
    await feed(id);
    expect(await queued(id)).toEqual(['+351912345678']);
  });

  it('warn of numbers that have no such time, which are skipped', async () => {
    at('2026-03-02T12:30:00Z');
    const { campaign, warnings } = await world.manager.create(
      tenantId,
      draft({ contacts: [brazil, '+79161234567'], sendWindow }),
    );
    expect(warnings).toMatchObject([{ code: 'window_never_opens', count: 1 }]);
    await world.manager.start(tenantId, campaign.id);
    await feed(campaign.id);
    expect(await world.states(campaign.id)).toEqual({ queued: 1, skipped: 1 });
  });

  it('when the tenant changes to them, hold for recipients of campaigns that run already', async () => {
    at('2026-03-02T12:30:00Z');
    await settings({ quietHours: { from: '01:00', to: '02:00', timeZone: 'UTC' } });
    const id = await started([brazil, japan]);
    await settings({ sendWindow });
    await feed(id);
    expect(await queued(id)).toEqual([brazil]);
  });
});

describe('a window that never opens', () => {
  it('before the campaign expires is refused', async () => {
    at('2026-03-02T22:00:00Z');
    const create = (input: Parameters<typeof draft>[0]) =>
      world.manager.create(tenantId, draft({ contacts: [brazil], ...input }));
    const days = daily('09:00', '18:00');
    await expect(
      create({ expiresAt: '2026-03-03T08:00:00Z', sendWindow: { timeZone: 'UTC', days } }),
    ).rejects.toMatchObject({ code: 'window_never_opens', errors: [{ path: 'expiresAt' }] });
    await expect(
      create({ expiresAt: '2026-03-03T11:00:00Z', sendWindow: { timeZone: 'recipient', days } }),
    ).rejects.toMatchObject({ code: 'window_never_opens' });
    await create({ expiresAt: '2026-03-03T12:30:00Z', sendWindow: { timeZone: 'recipient', days } });
    await settings({ quietHours: { from: '08:00', to: '19:00', timeZone: 'UTC' } });
    await expect(create({ sendWindow: { timeZone: 'UTC', days } })).rejects.toMatchObject({
      errors: [{ path: 'sendWindow' }],
    });
  });

  it('names what is wrong with a window', async () => {
    const wrong = { timeZone: 'Brazil', days: [{ day: 1, from: '09:00', to: '09:00' }] };
    await expect(
      world.manager.create(tenantId, draft({ contacts: [brazil], sendWindow: wrong, rampUpMinutes: 5 })),
    ).rejects.toMatchObject({
      errors: [{ path: 'sendWindow.timeZone' }, { path: 'sendWindow.days[0]' }, { path: 'rampUpMinutes' }],
    });
  });
});

describe('the ceiling and the priority of a campaign', () => {
  it('bound what is queued ahead and spread it', async () => {
    at('2026-03-02T12:00:00Z');
    const contacts = Array.from({ length: 50 }, (_, index) => `+55119${80_000_000 + index}`);
    const id = await started(contacts, { maxPerMinute: 10, minDelay: 0, maxDelay: 0, priority: 2 });
    await feed(id);
    expect(await queued(id)).toHaveLength(10);
    const delays = world.queue.jobs.map(({ options }) => options.delayMs ?? 0);
    expect(delays.at(-1)).toBeGreaterThan(9 * 6_000 * 0.7);
    expect(world.queue.jobs.every(({ options }) => options.priority === 2)).toBe(true);
  });

  it('preempt competing campaigns that want the same senders, as long as a recipient is queued', async () => {
    const preempted = async (id: string) => (await world.manager.get(tenantId, id)).campaign.preempted;
    const other = await world.sender(tenantId, 'other', ['vip']);
    const low = await started([brazil], { priority: 9 });
    const apart = await started([brazil], { priority: 9, senderIds: [other] });
    const first = (
      await world.db.database.manager.query<{ id: string }[]>(
        `SELECT id FROM senders WHERE tenant_id = $1 AND name = 'first'`,
        [tenantId],
      )
    )[0]?.id;
    const high = await started([brazil], { priority: 1, senderIds: [first ?? ''] });
    await feed(high);
    await feed(low);
    await feed(apart);
    expect([await preempted(low), await preempted(apart), await preempted(high)]).toEqual([
      true,
      false,
      false,
    ]);
    const set = (columns: string) =>
      world.db.database.manager.query(`UPDATE campaigns SET ${columns} WHERE id = $1`, [high]);
    await set(`next_slot_at = now() + interval '1 minute'`);
    await feed(low);
    expect(await preempted(low)).toBe(false);
    await set('next_slot_at = now()');
    await feed(low);
    expect(await preempted(low)).toBe(true);
    await world.move(high, 'queued', 'sent');
    await feed(low);
    expect(await preempted(low)).toBe(false);
  });
});
