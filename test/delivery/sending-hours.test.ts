import { deliverySources } from '../../src/runtime/sources.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { accept } from './scripted-session.js';
import { World } from './world.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { DeliveryService } from '../../src/modules/delivery/index.js';
import { saveSettings } from '../support/rows.js';

let db: TestDatabase;
let world: World;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
});

const set = (campaignId: string, columns: string, ...values: unknown[]) =>
  world.sql(`UPDATE campaigns SET ${columns} WHERE id = $1`, [campaignId, ...values]);

/** Open so long around a moment, on the clock of UTC. */
function openAround(moment: Date, fromMs: number, toMs: number): string {
  const clock = (at: Date) => at.toISOString().slice(11, 16);
  const from = clock(addMs(moment, fromMs));
  const to = clock(addMs(moment, toMs));
  return JSON.stringify({ timeZone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from, to })) });
}

const HOUR = 3_600_000;

describe('a message whose window is closed', () => {
  it('goes back to the feeder, also between two parts', async () => {
    const phone = await world.sender();
    const { id, recipients } = await world.campaign({ parts: ['one', 'two'], recipients: 2 });
    await set(id, 'send_window = $2', openAround(new Date(), 2 * HOUR, 3 * HOUR));
    const [fresh, begun] = recipients as [(typeof recipients)[0], (typeof recipients)[0]];
    await world.sql('UPDATE deliveries SET next_part = 1, sender_id = $2 WHERE id = $1', [
      begun.deliveryId,
      phone.senderId,
    ]);
    expect(await world.drive(world.worker(), fresh)).toEqual({ kind: 'done' });
    expect(await world.drive(world.worker(), begun)).toEqual({ kind: 'done' });
    expect(phone.handed).toEqual([]);
    expect(await world.recipient(fresh.deliveryId)).toMatchObject({ state: 'pending', next_part: 0 });
    expect(await world.recipient(begun.deliveryId)).toMatchObject({
      state: 'pending',
      next_part: 1,
      sender_id: phone.senderId,
    });
  });

  it('does not leave when it closes while the sender types', async () => {
    const phone = await world.sender();
    const { id, recipients } = await world.campaign();
    const start = new Date();
    await set(id, 'send_window = $2', openAround(start, -HOUR, 2 * 60_000));
    const clock = { current: start, now: () => clock.current };
    const worker = world.worker({
      clock,
      typing: { perCharacterMs: 1, minMs: 1_000, maxMs: 1_000 },
      sleep: async () => {
        clock.current = addMs(start, 2 * 60_000);
      },
    });
    const { signal } = new AbortController();
    expect(await worker.handleSend(recipients[0]!, { signal })).toMatchObject({ kind: 'runAgain' });
    expect(await worker.handleSend(recipients[0]!, { signal })).toEqual({ kind: 'done' });
    expect(phone.handed).toEqual([]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'pending' });
    // What was reserved for it is free again.
    const [sender] = await world.sql('SELECT minute_used FROM sender_slots WHERE sender_id = $1', [
      phone.senderId,
    ]);
    expect(sender).toEqual({ minute_used: 0 });
  });

  it("holds by the recipient's own clock and in the tenant's quiet hours", async () => {
    const phone = await world.sender();
    const now = new Date();
    const { recipients } = await world.campaign();
    const { from, to } = JSON.parse(openAround(now, -HOUR, HOUR)).days[0];
    await saveSettings(world.database.manager, world.tenantId, { quietHours: { from, to, timeZone: 'UTC' } });
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'pending' });
    await world.sql('UPDATE tenant_settings SET quiet_hours = $2 WHERE tenant_id = $1', [
      world.tenantId,
      JSON.stringify({ from, to, timeZone: 'recipient' }),
    ]);
    const { recipients: others } = await world.campaign();
    await world.drive(world.worker(), others[0]!);
    // The number is Brazilian: three hours behind.
    expect(await world.recipient(others[0]!.deliveryId)).toMatchObject({ state: 'sent' });
    expect(phone.handed).toHaveLength(1);
  });

  it('whose campaign has expired is skipped', async () => {
    const phone = await world.sender();
    const { id, recipients } = await world.campaign();
    await set(id, `expires_at = now() - interval '1 second'`);
    await world.drive(world.worker(), recipients[0]!);
    expect(phone.handed).toEqual([]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'skipped',
      code: 'outside_window_expired',
    });
  });
});

describe('the ceiling of a campaign', () => {
  it('holds over several processes and senders, message by message', async () => {
    const times: number[] = [];
    for (let sender = 0; sender < 6; sender += 1) {
      (await world.sender()).answer((message) => {
        times.push(performance.now());
        return accept(message);
      });
    }
    const { id, recipients } = await world.campaign({ parts: ['one', 'two'], recipients: 12 });
    await set(id, 'max_per_minute = 600, started_at = now()');
    const workers = [1, 2, 3].map(() => {
      const delivery = new DeliveryService({
        database: db.database,
        sources: deliverySources,
        logger: createLogger('silent'),
        workerId: newId(),
      });
      return world.worker({ delivery });
    });
    await Promise.all(recipients.map((one, index) => world.drive(workers[index % 3]!, one, 10_000)));
    expect(times).toHaveLength(24);
    times.sort((a, b) => a - b);
    // A tenth of a second each; what a hand-over comes late does not add up.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(23 * 100 - 50);
    for (let index = 10; index < times.length; index += 1) {
      expect(times[index]! - times[index - 10]!).toBeGreaterThan(900);
    }
  });

  it('rises from the first message on, however long the campaign had to wait for it', async () => {
    const phone = await world.sender();
    const { id, recipients } = await world.campaign({ recipients: 1 });
    await set(id, `max_per_minute = 61, ramp_up_minutes = 60, started_at = now() - interval '1 day'`);
    await world.drive(world.worker(), recipients[0]!);
    expect(phone.handed).toHaveLength(1);
    const [slots] = await world.sql(
      `SELECT ramp_started_at > now() - interval '1 minute' AS began,
              round(extract(epoch FROM next_slot_at - ramp_started_at))::int AS seconds
       FROM campaigns WHERE id = $1`,
      [id],
    );
    expect(slots).toEqual({ began: true, seconds: 10 });
  });

  it('that is used up for long lets the job rest without holding a sender', async () => {
    const phone = await world.sender();
    const { id, recipients } = await world.campaign();
    await set(id, `max_per_minute = 1, started_at = now(), next_slot_at = now() + interval '30 seconds'`);
    const outcome = await world.drive(world.worker(), recipients[0]!);
    expect(outcome).toMatchObject({ kind: 'runAgain' });
    expect(phone.handed).toEqual([]);
    const [sender] = await world.sql('SELECT minute_used FROM sender_slots WHERE sender_id = $1', [
      phone.senderId,
    ]);
    expect(sender).toEqual({ minute_used: 0 });
    expect(
      await world.sql(
        'SELECT waiting_reason, abs(extract(epoch FROM waiting_until - next_slot_at)) < 1 AS until_then FROM campaigns WHERE id = $1',
        [id],
      ),
    ).toEqual([{ waiting_reason: 'ceiling', until_then: true }]);
  });
});

describe('two campaigns on one sender', () => {
  async function competing() {
    const phone = await world.sender();
    const low = await world.campaign({ parts: ['low'], recipients: 15 });
    const high = await world.campaign({ parts: ['high'], recipients: 15 });
    for (const { id } of [low, high]) await set(id, 'min_delay = 200, max_delay = 200');
    await set(low.id, 'priority = 9, preempted = true');
    await set(high.id, 'priority = 1');
    return { phone, low, high, worker: world.worker() };
  }

  it('the one of higher priority goes first', async () => {
    const { phone, low, high, worker } = await competing();
    await Promise.all([...low.recipients, ...high.recipients].map((one) => world.drive(worker, one, 30_000)));
    expect(phone.texts).toHaveLength(30);
    // A sender that is left free for half a second goes to the others, too, as it may be on a busy machine.
    expect(phone.texts.slice(0, 15).filter((text) => text === 'high').length).toBeGreaterThanOrEqual(12);
  });

  it('overtakes one that waits for the sender already', async () => {
    const { phone, low, high, worker } = await competing();
    const earlier = low.recipients.map((one) => world.drive(worker, one, 30_000));
    await waitFor(async () => phone.texts.length >= 3 || undefined, { timeoutMs: 10_000 });
    const begun = phone.texts.length;
    await Promise.all([...earlier, ...high.recipients.map((one) => world.drive(worker, one, 30_000))]);
    const following = phone.texts.slice(begun, begun + 15);
    expect(following.filter((text) => text === 'high').length).toBeGreaterThanOrEqual(12);
  });
});
