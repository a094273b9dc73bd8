import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs } from '../../src/lib/clock.js';
import { seededRandom } from '../../src/lib/random.js';
import { PoolForecast } from '../../src/modules/senders/core/forecast/forecast.js';
import type { ForecastPace, Competitor } from '../../src/modules/senders/core/forecast/sender-forecast.js';
import { DAY_MS } from '../../src/modules/senders/core/quota.js';
import { earliestSlot, grantable, takeSlot, type SenderSlot } from '../../src/modules/senders/core/slot.js';
import { warmUpDay } from '../../src/modules/senders/core/warm-up.js';
import { QUOTA_WINDOWS, slot, START } from './slots.js';

const NOW = START.getTime();
const YEAR = 365 * DAY_MS;

interface Sent {
  at: number;
  senderId: string;
  messages: number;
}

/** When to look at a sender again: at its slot, or before that when a day of its plan ends and another quota holds. */
function nextLook(sender: SenderSlot, messages: number, now: Date): number {
  const day = sender.warmUp?.since && warmUpDay(sender.warmUp, now);
  const dayEnds = day ? sender.warmUp!.since!.getTime() + day * DAY_MS : Infinity;
  return Math.min(earliestSlot(sender, messages, now).getTime(), dayEnds);
}

/** The real core, one reservation after the other: the sender that is free first sends next. */
function reallySend(senders: SenderSlot[], pace: ForecastPace, wanted: number): Sent[] {
  const fixed = { occupyMs: pace.stepMs, minDelay: 0, maxDelay: 0 };
  const pool = new Map(senders.map((sender) => [sender.id, sender]));
  const sent: Sent[] = [];
  let total = 0;
  let now = START;
  while (total < wanted) {
    const free = [...pool.values()].toSorted(
      (a, b) => nextLook(a, pace.messages, now) - nextLook(b, pace.messages, now) || (a.id < b.id ? -1 : 1),
    );
    const next = free[0];
    if (!next) return sent;
    now = new Date(Math.max(now.getTime(), nextLook(next, pace.messages, now)));
    const messages = grantable(next, pace.messages, now);
    // A day of a warm-up plan may have ended meanwhile: look again at this time.
    if (messages === 0) continue;
    pool.set(next.id, takeSlot(next, messages, fixed, now, 1, seededRandom(1)));
    sent.push({ at: now.getTime(), senderId: next.id, messages });
    total += messages;
  }
  return sent;
}

/** In slices, as a campaign with opening hours asks. */
async function forecastFinish(senders: SenderSlot[], pace: ForecastPace, wanted: number, sliceMs: number) {
  const pool = new PoolForecast(
    senders.map((sender) => ({ slot: sender })),
    pace,
    START,
  );
  let left = wanted;
  for (let from = NOW; from < NOW + YEAR; from += sliceMs) {
    const { messages, doneAt } = await pool.send({ from, to: from + sliceMs, wanted: left, minStepMs: 0 });
    if (doneAt !== undefined) return doneAt;
    left -= messages;
  }
  return undefined;
}

const window = fc.record({
  startedAgoMs: fc.integer({ min: 0, max: 2 * DAY_MS }),
  used: fc.nat({ max: 30 }),
});
const sender = fc
  .record({
    minute: fc.integer({ min: 1, max: 8 }),
    hour: fc.integer({ min: 0, max: 20 }),
    day: fc.integer({ min: 0, max: 40 }),
    windows: fc.tuple(window, window, window),
    nextInMs: fc.integer({ min: 0, max: 200_000 }),
    warmUp: fc.option(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 3 })),
  })
  .map(({ minute, hour, day, windows, nextInMs, warmUp }, ...rest): SenderSlot => {
    const base = slot(`s${rest.length}`, { minute, hour: minute + hour, day: minute + hour + day });
    for (const [index, name] of QUOTA_WINDOWS.entries()) {
      const state = windows[index];
      if (!state) continue;
      base.windows[name].startedAt = addMs(START, -state.startedAgoMs);
      base.windows[name].used = Math.min(state.used, base.windows[name].quota);
    }
    return {
      ...base,
      nextAvailableAt: addMs(START, nextInMs),
      ...(warmUp && { warmUp: { quotas: warmUp, since: null, dayStartedAt: null, used: 0 } }),
    };
  });
const pool = fc
  .array(sender, { minLength: 1, maxLength: 4 })
  .map((senders) => senders.map((one, index) => ({ ...one, id: `s${index}` })));
const paces = fc.record({
  messages: fc.integer({ min: 1, max: 3 }),
  stepMs: fc.constantFrom(0, 500, 4_000, 7_000, 61_000),
});
const slices = fc.constantFrom(45_000, 3_600_000, DAY_MS, 30 * DAY_MS);

describe('the forecast', () => {
  it('finishes exactly when the reservation core does, at a fixed pace', async () => {
    await fc.assert(
      fc.asyncProperty(
        pool,
        paces,
        fc.integer({ min: 1, max: 120 }),
        slices,
        async (senders, pace, wanted, sliceMs) => {
          const real = reallySend(senders, pace, wanted).at(-1)?.at;
          if (sliceMs === 45_000 && (real ?? 0) - NOW > 2 * DAY_MS) return;
          expect(await forecastFinish(senders, pace, wanted, sliceMs)).toBe(real);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never promises more than the quotas allow', async () => {
    await fc.assert(
      fc.asyncProperty(pool, paces, fc.integer({ min: 1, max: 20 }), async (senders, pace, days) => {
        const forecast = new PoolForecast(
          senders.map((one) => ({ slot: one })),
          pace,
          START,
        );
        const to = NOW + days * DAY_MS;
        const { messages } = await forecast.send({ from: NOW, to, wanted: Infinity, minStepMs: 0 });
        // A window that was under way, then whole ones.
        const most = senders.reduce((sum, { windows }) => sum + (days + 1) * windows.day.quota, 0);
        expect(messages).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('is later or the same for more recipients, and never later with another sender', async () => {
    await fc.assert(
      fc.asyncProperty(
        pool,
        sender,
        paces,
        fc.integer({ min: 1, max: 100 }),
        async (senders, more, pace, wanted) => {
          const finish = async (all: SenderSlot[], messages: number) =>
            (await forecastFinish(all, pace, messages, DAY_MS)) ?? Infinity;
          const usual = await finish(senders, wanted);
          expect(await finish(senders, wanted + 1)).toBeGreaterThanOrEqual(usual);
          expect(await finish([...senders, more], wanted)).toBeLessThanOrEqual(usual);
        },
      ),
    );
  });

  it('stops at the budgets of the senders, in whole recipients', async () => {
    const senders = [5, 6, 1].map((budgetLeft, index) => ({ slot: slot(`s${index}`), budgetLeft }));
    const forecast = new PoolForecast(senders, { messages: 2, stepMs: 1_000 }, START);
    expect(await forecast.send({ from: NOW, to: NOW + DAY_MS, wanted: 1_000, minStepMs: 0 })).toEqual({
      messages: 10,
    });
    expect(forecast.readyBefore(NOW + DAY_MS)).toBe(0);
  });

  it('keeps to the pace of a ceiling where the senders are faster', async () => {
    const forecast = new PoolForecast(
      [{ slot: slot('a') }, { slot: slot('b') }],
      { messages: 1, stepMs: 100 },
      START,
    );
    const { messages } = await forecast.send({
      from: NOW,
      to: NOW + 60_000,
      wanted: 1_000,
      minStepMs: 6_000,
    });
    expect(messages).toBe(20);
  });

  describe('with others at the same senders', () => {
    const second = { messages: 1, stepMs: 1_000 };
    const competitor = (rank: Competitor['rank'], left: number, begin = NOW): Competitor => ({
      left,
      pace: second,
      begin,
      rank,
    });
    const finishBeside = async (competitors: Competitor[], wanted: number, quota = {}, startsAt = NOW) => {
      const forecast = new PoolForecast([{ slot: slot('a', quota), competitors }], second, START);
      await forecast.serveCompetitorsUntil(startsAt);
      const to = NOW + YEAR;
      const { doneAt } = await forecast.send({ from: startsAt, to, wanted, minStepMs: 0 });
      return doneAt === undefined ? undefined : doneAt - NOW;
    };

    it('takes turns with its equals, lets those before go first and those behind wait', async () => {
      expect(await finishBeside([], 10)).toBe(9_000);
      expect(await finishBeside([competitor('beside', 5)], 10)).toBe(14_000);
      expect(await finishBeside([competitor('beside', 5), competitor('beside', 5)], 10)).toBe(19_000);
      // It is done before the other is.
      expect(await finishBeside([competitor('beside', 500)], 10)).toBe(18_000);
      expect(await finishBeside([competitor('before', 500)], 10)).toBe(509_000);
      expect(await finishBeside([competitor('behind', 500)], 10)).toBe(9_000);
      expect(await finishBeside([competitor('beside', 500, NOW + 20_000)], 10)).toBe(9_000);
      expect(await finishBeside([competitor('before', 5, NOW + 3_000)], 10)).toBe(14_000);
    });

    it('shares the quotas with them, also with what they send before we begin', async () => {
      expect(await finishBeside([competitor('beside', 10)], 10, { minute: 10 })).toBe(60_000 + 8_000);
      expect(await finishBeside([competitor('behind', 500)], 10, { minute: 20 }, NOW + 15_000)).toBe(
        60_000 + 4_000,
      );
      // A quota of one message: they come one after the other.
      expect(await finishBeside([competitor('beside', 1)], 1, { minute: 1 })).toBe(60_000);
    });

    it('never sends more than the quotas allow, and all of it in the end', async () => {
      const competitors = fc.array(
        fc.record({
          left: fc.integer({ min: 0, max: 60 }),
          pace: paces,
          begin: fc.integer({ min: -100_000, max: DAY_MS }).map((ms) => NOW + ms),
          rank: fc.constantFrom<Competitor['rank']>('before', 'beside', 'behind'),
        }),
        { maxLength: 3 },
      );
      await fc.assert(
        fc.asyncProperty(
          pool,
          paces,
          competitors,
          fc.integer({ min: 1, max: 60 }),
          async (senders, pace, others, wanted) => {
            const finish = async (given: Competitor[]) => {
              const forecast = new PoolForecast(
                senders.map((one) => ({ slot: one, competitors: given })),
                pace,
                START,
              );
              return (
                (await forecast.send({ from: NOW, to: NOW + YEAR, wanted, minStepMs: 0 })).doneAt ?? Infinity
              );
            };
            const alone = await finish([]);
            const together = await finish(others);
            expect(together).toBeGreaterThanOrEqual(alone);
            expect(together).toBeLessThan(Infinity);
          },
        ),
        { numRuns: 200 },
      );
    });
  });

  it('rests on the way, so that ten thousand senders of different ages hold no other work up', async () => {
    const senders = Array.from({ length: 10_000 }, (_, index) => ({
      slot: { ...slot(`s${index}`), nextAvailableAt: addMs(START, index) },
    }));
    let rests = 0;
    const rest = async (): Promise<void> => void (rests += 1);
    const forecast = new PoolForecast(senders, { messages: 1, stepMs: 5_500 }, START, rest);
    await forecast.send({ from: NOW, to: NOW + YEAR, wanted: 20_000, minStepMs: 0 });
    expect(rests).toBeGreaterThan(100);
  });

  it('ends for a million recipients over a thousand senders of different ages', async () => {
    const senders = Array.from({ length: 1_000 }, (_, index) => ({
      slot: {
        ...slot(`s${index}`, { minute: 20, hour: 500, day: 5_000 }),
        nextAvailableAt: addMs(START, index),
        warmUp: { quotas: [20, 50, 100], since: addMs(START, -index * 1_000), dayStartedAt: null, used: 0 },
      },
    }));
    const forecast = new PoolForecast(senders, { messages: 1, stepMs: 5_500 }, START);
    const { doneAt } = await forecast.send({ from: NOW, to: NOW + YEAR, wanted: 1_000_000, minStepMs: 0 });
    expect(doneAt).toBeGreaterThan(NOW);
  });
});
