import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs } from '../../../src/lib/clock.js';
import { noCounts, type Counts } from '../../../src/modules/campaigns/core/counts.js';
import { canaryState, judgeCanary, sizedCanary } from '../../../src/modules/campaigns/canary/core/canary.js';
import { budgetErrors, parseControl } from '../../../src/modules/campaigns/creation/core/control-input.js';
import { simulate, type SimulationRules } from '../../../src/modules/campaigns/forecast/core/simulation.js';
import { allowance } from '../../../src/modules/campaigns/sending/core/ceiling.js';
import { isOpen, weekOf, type Schedule } from '../../../src/modules/tenants/core/window.js';
import { PoolForecast } from '../../../src/modules/senders/core/forecast/forecast.js';
import { slot, START } from '../../senders/slots.js';

const DAY_MS = 86_400_000;
const always: Schedule = [];
const mornings: Schedule = [
  {
    timeZone: 'America/Sao_Paulo',
    week: weekOf([1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '11:00' }))),
  },
];
const quotas = fc
  .tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 300 }))
  .map(([minute, hour, day]) => ({ minute, hour: minute + hour, day: minute + hour + day }));
const pools = fc.array(quotas, { minLength: 1, maxLength: 4 });

interface Asked {
  pool: Parameters<typeof slot>[1][];
  messages: number;
  schedule?: Schedule;
  rules?: Partial<SimulationRules>;
  stepMs?: number;
}

async function play({ pool, messages, schedule = always, rules = {}, stepMs = 2_000 }: Asked) {
  const senders = pool.map((quota, index) => ({ slot: slot(`s${index}`, quota) }));
  const fleet = new PoolForecast(senders, { messages: 1, stepMs }, START);
  const end = await simulate(fleet, [{ schedule, messages }], {
    from: START,
    startedAt: START,
    ceiling: undefined,
    expiresAt: null,
    parts: 1,
    canary: undefined,
    ...rules,
  });
  return end;
}

const finish = async (asked: Asked): Promise<number> => {
  const end = await play(asked);
  return end.kind === 'finishes' ? end.at.getTime() : Infinity;
};
const sizes = fc.integer({ min: 1, max: 2_000 });

describe('looking ahead', () => {
  it('is never earlier for more messages, also within hours and under a ceiling', async () => {
    const ceilings = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        pools,
        sizes,
        fc.boolean(),
        ceilings,
        async (pool, messages, inHours, maxPerMinute) => {
          const rules = { ceiling: maxPerMinute ? { maxPerMinute, rampUpMinutes: 10 } : undefined };
          const asked = { pool, rules, schedule: inHours ? mornings : always };
          expect(await finish({ ...asked, messages: messages + 1 })).toBeGreaterThanOrEqual(
            await finish({ ...asked, messages }),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('never promises more than the ceiling and the quotas of the days allow', async () => {
    await fc.assert(
      fc.asyncProperty(
        pools,
        sizes,
        fc.integer({ min: 1, max: 100 }),
        async (pool, messages, maxPerMinute) => {
          const ceiling = { maxPerMinute, rampUpMinutes: 30 };
          const at = await finish({ pool, messages, rules: { ceiling } });
          if (at === Infinity) return;
          expect(allowance(ceiling, 0, at - START.getTime()) + 1).toBeGreaterThanOrEqual(messages - 1e-3);
          const days = Math.floor((at - START.getTime()) / DAY_MS) + 1;
          const most = pool.reduce((sum, quota) => sum + days * (quota?.day ?? 0), 0);
          expect(messages).toBeLessThanOrEqual(most);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('ends while it is open, and a window never makes it earlier', async () => {
    await fc.assert(
      fc.asyncProperty(pools, sizes, async (pool, messages) => {
        const inHours = await finish({ pool, messages, schedule: mornings });
        expect(inHours).toBeGreaterThanOrEqual(await finish({ pool, messages }));
        if (inHours < Infinity) expect(isOpen(mornings, new Date(inHours))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('serves groups with different hours with the same senders', async () => {
    const fleet = new PoolForecast([{ slot: slot('a') }], { messages: 1, stepMs: 1_000 }, START);
    const rules = {
      from: START,
      startedAt: START,
      ceiling: undefined,
      expiresAt: null,
      parts: 1,
      canary: undefined,
    };
    const groups = [
      { schedule: always, messages: 100 },
      { schedule: mornings, messages: 10 },
    ];
    // A Sunday: the second group waits for Monday 09:00 in São Paulo.
    expect(await simulate(fleet, groups, rules)).toEqual({
      kind: 'finishes',
      at: addMs(new Date('2026-03-02T12:00:00Z'), 9_000),
    });
  });

  it('rests after a canary, and says when hours or senders never come', async () => {
    const pool = [{}];
    const canary = { messages: 5, restMs: 600_000 };
    expect(await finish({ pool, messages: 10, rules: { canary }, stepMs: 0 })).toBe(
      START.getTime() + 600_000,
    );
    expect(await play({ pool, messages: 1, schedule: [{ timeZone: 'UTC', week: [] }] })).toMatchObject({
      kind: 'never',
      reason: 'hours_never_come',
      left: 1,
    });
    expect(await play({ pool: [], messages: 7 })).toMatchObject({
      kind: 'never',
      reason: 'senders_used_up',
      left: 7,
    });
    const expiresAt = addMs(START, 60_000);
    expect(await play({ pool: [{ minute: 3 }], messages: 10, rules: { expiresAt } })).toEqual({
      kind: 'expires',
      at: expiresAt,
      left: 7,
    });
  });
});

describe('a canary', () => {
  const canary = {
    recipients: 10,
    continueWhen: { maxFailedPercent: 10, maxOptedOutPercent: 100, afterMinutes: 5 },
  };
  const counts = (changes: Partial<Counts>): Counts => ({ ...noCounts(), ...changes });

  it('lets out what is missing of the first recipients, and no others while they are on the way', () => {
    expect(judgeCanary(canary, counts({ pending: 100 }), START)).toEqual({ kind: 'send', room: 10 });
    expect(judgeCanary(canary, counts({ pending: 96, queued: 4 }), START)).toEqual({ kind: 'send', room: 6 });
    expect(judgeCanary(canary, counts({ pending: 90, queued: 1, sent: 9 }), START)).toEqual({
      kind: 'send',
      room: 0,
    });
    expect(judgeCanary(null, counts({ pending: 5 }), START)).toEqual({ kind: 'send', room: Infinity });
  });

  it('holds exactly at the limit and breaks above it', () => {
    const at = (failed: number) =>
      judgeCanary(canary, counts({ pending: 90, failed, sent: 10 - failed }), START);
    expect(at(1)).toMatchObject({ kind: 'wait', until: addMs(START, 300_000) });
    expect(at(2)).toMatchObject({ kind: 'break', failedPercent: 20 });
  });

  it('is at least one recipient, and its state follows what became of it', () => {
    expect(sizedCanary({ recipients: 0, percent: 0.1 }, 30)).toMatchObject({ recipients: 1 });
    expect(sizedCanary({ recipients: 7 }, 30)).toMatchObject({ recipients: 7 });
    expect(canaryState({ recipients: 1 })).toBe('sending');
    expect(canaryState({ recipients: 1, reachedAt: 'x' })).toBe('waiting');
    expect(canaryState({ recipients: 1, reachedAt: 'x', passedAt: 'y' })).toBe('passed');
  });
});

describe('what a request says about control', () => {
  it('keeps what it does not name and takes back what is null', () => {
    const current = { canary: { recipients: 3 }, maxPerSender: 5 };
    expect(parseControl({}, current).control).toEqual(current);
    expect(parseControl({ canary: null, maxPerSender: null }, current).control).toEqual({
      canary: null,
      maxPerSender: null,
    });
  });

  it('has a budget for at least one recipient', () => {
    expect(budgetErrors(2, 3)).toMatchObject([
      { path: 'maxPerSender', message: expect.stringContaining('3') },
    ]);
    expect(budgetErrors(3, 3)).toEqual([]);
  });
});
