import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Database } from '../../src/db/index.js';
import { addMs } from '../../src/lib/clock.js';
import { seededRandom } from '../../src/lib/random.js';
import { DAY_MS } from '../../src/modules/senders/core/quota.js';
import { earliestSlot, giveBackSlot, grantable, takeSlot } from '../../src/modules/senders/core/slot.js';
import type { SenderSlot } from '../../src/modules/senders/core/slot.js';
import { warmUpDay } from '../../src/modules/senders/core/warm-up.js';
import { presentStats, type SenderManager, type SenderService } from '../../src/modules/senders/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { connectedSender, managerOn, noPace, request, serviceOn, TestClock } from './fixture.js';
import { at, NO_PACE, slot, START } from './slots.js';

const HOUR_MS = 3_600_000;

function warming(quotas: number[]): SenderSlot {
  return { ...slot('a'), warmUp: { quotas, since: null, dayStartedAt: null, used: 0 } };
}

interface Grant {
  at: number;
  messages: number;
}

/** Asks again and again, and gives some of it back. */
function run(sender: SenderSlot, steps: { stepMs: number; messages: number; giveBack: boolean }[]): Grant[] {
  const random = seededRandom(1);
  const grants: Grant[] = [];
  let current = sender;
  let now = START;
  for (const { stepMs, messages, giveBack } of steps) {
    now = addMs(now, stepMs);
    const granted = grantable(current, messages, now);
    if (granted === 0) continue;
    current = takeSlot(current, granted, NO_PACE, now, 1, random);
    if (giveBack) current = giveBackSlot(current, granted, now, now);
    else grants.push({ at: now.getTime(), messages: granted });
  }
  return grants;
}

const plan = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });
const steps = fc.array(
  fc.record({
    stepMs: fc.oneof(fc.integer({ min: 0, max: 600_000 }), fc.integer({ min: 0, max: 40 * HOUR_MS })),
    messages: fc.integer({ min: 1, max: 4 }),
    giveBack: fc.boolean(),
  }),
  { maxLength: 150 },
);

describe('a warm-up plan', () => {
  it('never lets a day have more than its quota, whatever is asked, when, and given back', () => {
    fc.assert(
      fc.property(plan, steps, (quotas, asked) => {
        let since: number | undefined;
        const used = new Map<number, number>();
        const first = run(warming(quotas), asked);
        // The plan begins with the first reservation, also one that was given back: at the first step.
        if (asked[0]) since = START.getTime() + asked[0].stepMs;
        for (const grant of first) {
          const day = Math.floor((grant.at - (since ?? 0)) / DAY_MS);
          const quota = quotas[day];
          if (quota === undefined) continue;
          used.set(day, (used.get(day) ?? 0) + grant.messages);
          expect(used.get(day)).toBeLessThanOrEqual(quota);
        }
      }),
    );
  });

  it('lets every day have all of its quota', () => {
    let current = warming([2, 3, 4]);
    const perDay = [0, 1, 2, 3].map((day) => {
      let sent = 0;
      for (let hour = 0; hour < 24; hour += 1) {
        const now = at(day * DAY_MS + hour * HOUR_MS);
        if (grantable(current, 1, now) === 0) continue;
        current = takeSlot(current, 1, NO_PACE, now, 1, seededRandom(1));
        sent += 1;
      }
      return sent;
    });
    expect(perDay).toEqual([2, 3, 4, 24]);
  });

  it('says that the next day is when a used-up one has room again', () => {
    const used = takeSlot(warming([2, 3]), 2, NO_PACE, START, 1, seededRandom(1));
    expect(used.nextAvailableAt).toEqual(at(DAY_MS));
    expect(earliestSlot(used, 1, at(HOUR_MS))).toEqual(at(DAY_MS));
    expect(grantable(used, 1, at(DAY_MS))).toBe(1);
  });

  it('begins with the first message and ends by itself', () => {
    const fresh = { quotas: [5, 10], since: null, dayStartedAt: null, used: 0 };
    expect(warmUpDay(fresh, at(9 * DAY_MS))).toBe(1);
    const begun = { ...fresh, since: START };
    expect([0, DAY_MS - 1, DAY_MS, 2 * DAY_MS - 1, 2 * DAY_MS].map((ms) => warmUpDay(begun, at(ms)))).toEqual(
      [1, 1, 2, 2, undefined],
    );
    expect(warmUpDay(begun, at(-5 * DAY_MS))).toBe(1);
  });
});

describe('a warming sender', () => {
  let test: TestDatabase;
  let database: Database;
  let clock: TestClock;
  let service: SenderService;
  let manager: SenderManager;
  let tenantId: string;
  let senderId: string;

  beforeAll(async () => {
    test = await createTestDatabase();
    database = test.database;
  });
  afterAll(() => test.close());
  beforeEach(async () => {
    clock = new TestClock();
    service = serviceOn(database, clock);
    manager = managerOn(database, clock);
    tenantId = await test.createTenant();
    const input = { name: 'new', quotaPerMinute: 100, warmUp: { quotas: [3, 5] } };
    senderId = (await connectedSender(database, service, tenantId, input)).id;
  });

  const reserve = () => manager.reserveNextHealthySender(request(tenantId, noPace));

  async function reserved(times: number): Promise<number> {
    const outcomes = await Promise.all(Array.from({ length: times }, reserve));
    return outcomes.filter(({ kind }) => kind === 'reserved').length;
  }

  it('gets the quota of the day, of two workers at once too, then waits for the next day', async () => {
    const other = managerOn(database, clock, undefined, 2);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? manager : other).reserveNextHealthySender(request(tenantId, noPace)),
      ),
    );
    expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(3);
    expect(await reserve()).toEqual({ kind: 'later', at: at(DAY_MS), reason: 'quota_used_up' });
    clock.forward(DAY_MS);
    expect(await reserved(20)).toBe(5);
    clock.forward(DAY_MS);
    expect(await reserved(20)).toBe(20);
  });

  it('shows the day, what is left of it and the end', async () => {
    const before = presentStats(await service.stats(tenantId, senderId));
    expect(before.warmUp).toMatchObject({ day: 1, days: 2, quotaToday: 3, leftToday: 3, endsAt: null });
    await reserved(2);
    clock.forward(DAY_MS + HOUR_MS);
    await reserved(1);
    const { warmUp } = presentStats(await service.stats(tenantId, senderId));
    expect(warmUp).toEqual({
      day: 2,
      days: 2,
      quotaToday: 5,
      leftToday: 4,
      endsAt: at(2 * DAY_MS).toISOString(),
      message: 'Warming up: day 2 of 2, 5 today.',
    });
    clock.forward(DAY_MS);
    expect((await service.stats(tenantId, senderId)).warmUp).toBeUndefined();
  });

  it('gives back what was not handed over, and a message larger than the day goes in pieces', async () => {
    const outcome = await manager.reserveNextHealthySender(request(tenantId, { ...noPace, messages: 5 }));
    expect(outcome).toMatchObject({ kind: 'reserved', messages: 3 });
    if (outcome.kind !== 'reserved') return;
    await manager.release({ ...outcome, messages: 2 });
    expect((await service.stats(tenantId, senderId)).warmUp).toMatchObject({ leftToday: 2 });
  });

  it('goes on at its day with a changed plan, is free without one, and begins anew after the end', async () => {
    await reserved(3);
    clock.forward(DAY_MS);
    await service.update(tenantId, senderId, { warmUp: { quotas: [1, 2, 3] } });
    expect((await service.stats(tenantId, senderId)).warmUp).toMatchObject({ day: 2, quotaToday: 2 });
    expect(await reserved(9)).toBe(2);
    await service.update(tenantId, senderId, { warmUp: null });
    clock.forward(5_000);
    expect(await reserved(9)).toBe(9);
    await service.update(tenantId, senderId, { warmUp: { quotas: [1] } });
    expect((await service.stats(tenantId, senderId)).warmUp).toMatchObject({ day: 1, leftToday: 1 });
    await reserved(1);
    clock.forward(2 * DAY_MS);
    const same = await service.update(tenantId, senderId, { warmUp: { quotas: [1] } });
    expect(same.warmUpSince).not.toBeNull();
    const anew = await service.update(tenantId, senderId, { warmUp: { quotas: [1, 2] } });
    expect(anew.warmUpSince).toBeNull();
  });

  it('whose budget for the campaign is used up is passed over, and the answer says so', async () => {
    const excluded = request(tenantId, { excludedSenderIds: [senderId] });
    expect(await manager.reserveNextHealthySender(excluded)).toEqual({
      kind: 'none',
      reason: 'sender_budget_used_up',
    });
    const second = await connectedSender(database, service, tenantId, { name: 'second' });
    expect(await manager.reserveNextHealthySender(excluded)).toMatchObject({ senderId: second.id });
  });
});
