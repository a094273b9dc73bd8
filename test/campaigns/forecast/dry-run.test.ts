import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { countWaiting } from '../../../src/modules/campaigns/forecast/dry-run.repository.js';
import { presentDryRun } from '../../../src/modules/campaigns/index.js';
import { draft, phone } from '../world.js';
import { createControlWorld, type ControlWorld } from '../actions/world.js';
import { insertNumberCheck, insertSuppressions, saveSettings } from '../../support/rows.js';

let world: ControlWorld;
let tenantId: string;

beforeAll(async () => {
  world = await createControlWorld();
});
afterAll(() => world.db.close());

const MINUTE = 60_000;
const DAY = 86_400_000;

async function tenantWith(...settings: string[]): Promise<string[]> {
  tenantId = await world.db.createTenant();
  const ids: string[] = [];
  for (const [index, assignments] of settings.entries()) {
    const id = await world.sender(tenantId, `sender ${index}`);
    // Behind the clock of this world.
    await world.sql(`UPDATE sender_slots SET next_available_at = '2026-01-01' WHERE sender_id = $1`, [id]);
    await world.sql(`UPDATE senders SET ${assignments} WHERE id = $1`, [id]);
    ids.push(id);
  }
  return ids;
}

/** No typing, no rest: what remains are the limits. */
async function planned(size: number, input: Parameters<typeof draft>[0] = {}): Promise<string> {
  const listIds = [await world.list(tenantId, size)];
  const { campaign } = await world.manager.create(
    tenantId,
    draft({ listIds, minDelay: 0, maxDelay: 0, ...input }),
  );
  return campaign.id;
}

const run = async (id: string) => presentDryRun(await world.manager.control.dryRun(tenantId, id));

async function minutesTo(id: string): Promise<number> {
  const { finishAt } = await run(id);
  return Math.floor((Date.parse(finishAt ?? '') - world.clock.now().getTime()) / MINUTE);
}

const wide = 'quota_per_minute = 10, quota_per_hour = 100, quota_per_day = 1000';

describe('a dry run', () => {
  it('ends when the quotas let the last message leave, by minute, hour and day', async () => {
    await tenantWith(wide);
    expect(await minutesTo(await planned(10))).toBe(0);
    expect(await minutesTo(await planned(11))).toBe(1);
    expect(await minutesTo(await planned(101))).toBe(60);
    expect(await minutesTo(await planned(1_001))).toBe(24 * 60);
  });

  it('counts what the windows under way have used, and shares the work among the senders', async () => {
    const [used] = await tenantWith(wide, wide);
    expect(await minutesTo(await planned(20))).toBe(0);
    const now = world.clock.now();
    await world.sql(
      'UPDATE sender_slots SET hour_started_at = $2, hour_used = 100, day_started_at = $2, day_used = 100 WHERE sender_id = $1',
      [used, new Date(now.getTime() - 50 * MINUTE)],
    );
    expect(await minutesTo(await planned(11))).toBe(1);
    // 100 through the other one in 10 minutes; then the first comes back.
    expect(await minutesTo(await planned(111))).toBe(11);
  });

  it('counts warm-up days, budgets, the ceiling and the hours', async () => {
    await tenantWith(`${wide}, warm_up_quotas = '{5,10}'`);
    expect(await minutesTo(await planned(16))).toBe(2 * 24 * 60);
    expect(await run(await planned(16))).toMatchObject({ senders: { total: 1, able: 1, warmingUp: 1 } });
    await tenantWith(wide, wide);
    const budget = await run(await planned(9, { maxPerSender: 4 }));
    expect(budget).toMatchObject({
      finishAt: null,
      messagesLeft: 1,
      message: expect.stringContaining('used up'),
    });
    const ceiling = await planned(11, { maxPerMinute: 1 });
    expect(await minutesTo(ceiling)).toBe(10);
    const days = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '12:00', to: '12:30' }));
    const hours = await run(await planned(1_000, { sendWindow: { timeZone: 'UTC', days } }));
    // Two senders, an hour's quota a day.
    const first = Date.parse('2026-03-02T12:00:00Z');
    const finish = Date.parse(hours.finishAt ?? '');
    expect(finish).toBeGreaterThanOrEqual(first + 4 * DAY);
    expect(finish).toBeLessThan(first + 4 * DAY + 30 * MINUTE);
  });

  it('waits for the morning of those who live elsewhere', async () => {
    await tenantWith(wide);
    const days = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: '09:00', to: '10:00' }));
    const id = await planned(1, {
      contacts: ['+493012345678', '+819012345678'],
      sendWindow: { timeZone: 'recipient', days },
    });
    // It is 10:00 UTC: São Paulo opens first (12:00), then Tokyo (midnight), at last Berlin.
    expect((await run(id)).finishAt).toBe('2026-03-03T08:00:00.000Z');
  });

  it('says what does not leave before the campaign expires', async () => {
    await tenantWith(wide);
    const expiresAt = new Date(world.clock.now().getTime() + 5 * MINUTE).toISOString();
    expect(await run(await planned(80, { expiresAt }))).toMatchObject({
      finishAt: null,
      messagesLeft: 30,
      message: expect.stringContaining('expires'),
    });
  });

  it('names whom no sender of the pool can write to by anything that is known of them', async () => {
    await tenantWith(wide);
    const id = await planned(2);
    const [first, second] = await world.sql('SELECT id, contact_id FROM deliveries WHERE campaign_id = $1', [
      id,
    ]);
    const reasons = async (...addresses: string[]) => {
      const counted = await countWaiting(
        world.db.database.manager,
        { tenantId, id },
        { needed: [], byPlace: false, addresses },
      );
      return Object.fromEntries(counted.map(({ reason, count }) => [reason ?? 'sent', count]));
    };
    expect(await reasons('lid')).toEqual({ no_reachable_identity: 2 });
    expect(await reasons('phone')).toEqual({ sent: 2 });
    await world.sql(`UPDATE deliveries SET phone = 'lid:1' WHERE id = $1`, [first?.['id']]);
    await world.sql(`UPDATE deliveries SET phone = 'bsuid:p:BR.x' WHERE id = $1`, [second?.['id']]);
    expect(await reasons()).toEqual({ sent: 2 });
    expect(await reasons('phone', 'lid')).toEqual({ sent: 1, no_reachable_identity: 1 });
    await world.sql(
      `INSERT INTO contact_identities (id, tenant_id, contact_id, kind, value, since)
       VALUES (gen_random_uuid(), $1, $2, 'lid', '2', now())`,
      [tenantId, second?.['contact_id']],
    );
    expect(await reasons('phone', 'lid')).toEqual({ sent: 2 });
  });

  it('names who would get nothing, each once, and what was removed before', async () => {
    await tenantWith(wide);
    const listId = await world.list(tenantId, 10, (index) =>
      index === 4 ? {} : { attributes: { city: 'Recife' } },
    );
    await world.sql(
      `UPDATE contacts SET opted_out_at = now() WHERE tenant_id = $1 AND phone = ANY($2::text[])`,
      [tenantId, [phone(0), phone(1)]],
    );
    const { manager } = world.db.database;
    await insertSuppressions(manager, tenantId, [phone(1), phone(2)]);
    await insertNumberCheck(manager, tenantId, { phone: phone(3) });
    const checkedAt = new Date(Date.now() - 31 * 86_400_000);
    await insertNumberCheck(manager, tenantId, { phone: phone(5), checkedAt });
    const { campaign } = await world.manager.create(
      tenantId,
      draft({
        listIds: [listId],
        contacts: [{ phoneNumber: phone(9), variables: { city: 'Natal' } }],
        exclude: { phoneNumbers: [phone(8)] },
        template: 'Hi {{ city }}',
      }),
    );
    const result = await run(campaign.id);
    expect(result).toMatchObject({
      recipients: 9,
      willReceive: 4,
      messages: 4,
      removed: { duplicates: 1, excluded: 1 },
    });
    const reasons = Object.fromEntries(result.exclusions.map(({ reason, count }) => [reason, count]));
    expect(reasons).toEqual({ opted_out: 2, suppressed: 1, missing_variable: 1, not_on_whatsapp: 1 });
  });

  it('counts who is over the frequency cap', async () => {
    await tenantWith(wide);
    await saveSettings(world.db.database.manager, tenantId, { frequencyCap: { messages: 1, days: 7 } });
    const parts = ['One', 'Two'].map((content) => ({ type: 'text' as const, content }));
    const result = await run(await planned(3, { template: undefined, messages: parts }));
    expect(result).toMatchObject({ willReceive: 0, message: 'No recipient would get a message.' });
    expect(result.exclusions).toMatchObject([{ reason: 'frequency_cap', count: 3 }]);
  });

  it('counts who is over the frequency cap and opted out only once', async () => {
    await tenantWith(wide);
    await saveSettings(world.db.database.manager, tenantId, { frequencyCap: { messages: 1, days: 7 } });
    const parts = ['One', 'Two'].map((content) => ({ type: 'text' as const, content }));
    const id = await planned(3, { template: undefined, messages: parts });
    await world.sql(
      `UPDATE contacts SET opted_out_at = now() WHERE id =
         (SELECT contact_id FROM deliveries WHERE campaign_id = $1 ORDER BY id LIMIT 1)`,
      [id],
    );
    const { exclusions, willReceive, recipients } = await run(id);
    expect({ exclusions, willReceive, recipients }).toMatchObject({
      recipients: 3,
      willReceive: 0,
      exclusions: [
        { reason: 'frequency_cap', count: 2 },
        { reason: 'opted_out', count: 1 },
      ],
    });
  });

  it('says which senders cannot help, and why', async () => {
    await tenantWith(
      wide,
      `status = 'disconnected'`,
      'paused_at = now()',
      'health_score = 10',
      `transport = 'waha'`,
    );
    expect((await run(await planned(1))).senders).toMatchObject({
      total: 5,
      able: 1,
      unable: expect.arrayContaining([
        { reason: 'no_sender_connected', senders: 1 },
        { reason: 'all_paused', senders: 1 },
        { reason: 'all_unhealthy', senders: 1 },
        { reason: 'unsupported_type', senders: 1 },
      ]),
    });
    await tenantWith(`status = 'disconnected'`);
    expect(await run(await planned(1))).toMatchObject({
      finishAt: null,
      messagesLeft: 1,
      message: 'No sender of the pool is connected.',
    });
  });

  it('begins at the start time, and adds the minutes of a canary', async () => {
    await tenantWith(wide);
    const scheduledAt = new Date(world.clock.now().getTime() + 60 * MINUTE);
    const id = await planned(10, { scheduledAt: scheduledAt.toISOString() });
    expect(await run(id)).toMatchObject({ startsAt: scheduledAt.toISOString() });
    expect(await minutesTo(id)).toBe(60);
    const canary = { recipients: 2, continueWhen: { afterMinutes: 30 } };
    expect(await minutesTo(await planned(10, { canary }))).toBe(30);
    const operator = await run(await planned(10, { canary: { recipients: 2 } }));
    expect(operator.message).toContain('After 2 recipients an operator has to let it go on');
  });

  it('counts what running campaigns need of the same senders, by their priority', async () => {
    const [shared] = await tenantWith(wide, wide);
    const start = async (input: Parameters<typeof draft>[0]) => {
      const id = await planned(10, { senderIds: [shared ?? ''], ...input });
      await world.manager.start(tenantId, id);
      return id;
    };
    const mine = await planned(10, { senderIds: [shared ?? ''] });
    expect(await minutesTo(mine)).toBe(0);
    const equal = await start({});
    expect(await minutesTo(mine)).toBe(1);
    expect(await run(mine)).toMatchObject({ otherCampaigns: 1 });
    await world.manager.pause(tenantId, equal);
    expect(await run(mine)).toMatchObject({ otherCampaigns: 0 });
    const lower = await start({ priority: 9 });
    expect(await minutesTo(mine)).toBe(0);
    expect(await minutesTo(lower)).toBe(0);
    const higher = await start({ priority: 1 });
    expect([await minutesTo(mine), await minutesTo(lower), await minutesTo(higher)]).toEqual([1, 1, 0]);
    await world.manager.stop(tenantId, higher);
    // Half of it goes through the other sender.
    await start({ senderIds: [] });
    expect(await run(mine)).toMatchObject({ otherCampaigns: 1 });
    expect(await minutesTo(mine)).toBe(1);
    const elsewhere = await planned(10, { canary: { recipients: 1 } });
    await world.manager.start(tenantId, elsewhere);
    await world.feed(tenantId, elsewhere);
    await world.end(elsewhere, 'sent', null);
    await world.feed(tenantId, elsewhere);
    // It waits for an operator.
    expect(await run(mine)).toMatchObject({ otherCampaigns: 1 });
  });

  it('changes nothing, belongs to the tenant, and ends with the campaign', async () => {
    await tenantWith(wide);
    const id = await planned(3);
    const before = await world.manager.get(tenantId, id);
    await run(id);
    expect(await world.manager.get(tenantId, id)).toEqual(before);
    const other = await world.db.createTenant();
    await expect(world.manager.control.dryRun(other, id)).rejects.toMatchObject({ kind: 'not_found' });
    await world.manager.start(tenantId, id);
    await world.manager.stop(tenantId, id);
    await expect(run(id)).rejects.toMatchObject({ code: 'campaign_stopped' });
  });

  it('plans a hundred thousand recipients', async () => {
    await tenantWith('quota_per_day = 5000');
    const id = await planned(1);
    await world.sql(
      `INSERT INTO contacts (id, tenant_id, phone) SELECT gen_random_uuid(), $1, '+55219' || (10000000 + n)
       FROM generate_series(1, 100000) n`,
      [tenantId],
    );
    await world.sql(
      `INSERT INTO deliveries (id, tenant_id, campaign_id, contact_id, phone)
       SELECT gen_random_uuid(), $1, $2, id, phone FROM contacts WHERE tenant_id = $1 AND phone LIKE '+55219%'`,
      [tenantId, id],
    );
    // As after the creation of a large audience: with the statistics of an empty table the planner guesses.
    await world.sql('ANALYZE contacts, deliveries');
    const { recipients, finishAt } = await run(id);
    expect(recipients).toBe(100_001);
    expect(Date.parse(finishAt ?? '')).toBe(world.clock.now().getTime() + 20 * DAY);
  });
});
