import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { localTime } from '../../src/lib/wall-time.js';
import {
  allowance,
  grantSlots,
  rampShare,
  slotAfterChange,
  slotMs,
} from '../../src/modules/campaigns/core/ceiling.js';
import { capacityBetween, forecastFinish } from '../../src/modules/campaigns/core/forecast.js';
import { cronProblem, dueRun, nextRun } from '../../src/modules/campaigns/core/recurrence.js';
import { weekOf } from '../../src/modules/campaigns/core/window.js';

const at = (iso: string) => new Date(iso);
const start = at('2026-03-02T09:00:00Z');
const after = (ms: number) => new Date(start.getTime() + ms);

describe('a ceiling', () => {
  it('never lets more than the limit leave in any minute, however the claims come', () => {
    const limits = fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 120, max: 6_000 }));
    const gaps = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 50, maxLength: 300 });
    fc.assert(
      fc.property(limits, gaps, fc.integer({ min: 1, max: 300 }), (maxPerMinute, pauses, wanted) => {
        const left: number[] = [];
        let nextSlotAt: Date | null = null;
        let now = start.getTime();
        for (let claim = 0; claim < 2_000; claim += 1) {
          now += pauses[claim % pauses.length] ?? 1;
          const stepMs = slotMs({ maxPerMinute, rampUpMinutes: null }, now - start.getTime());
          const grant = grantSlots({ nextSlotAt, stepMs }, wanted, new Date(now));
          for (let count = 0; count < grant.granted; count += 1) left.push(now);
          if (grant.granted > 0) nextSlotAt = grant.nextSlotAt;
        }
        for (let index = maxPerMinute; index < left.length; index += 1) {
          expect((left[index] ?? 0) - (left[index - maxPerMinute] ?? 0)).toBeGreaterThanOrEqual(60_000);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('is nearly reached when claims come all the time', () => {
    let nextSlotAt: Date | null = null;
    let left = 0;
    for (let ms = 0; ms < 60_000; ms += 25) {
      const grant = grantSlots(
        { nextSlotAt, stepMs: slotMs({ maxPerMinute: 1_200, rampUpMinutes: null }, ms) },
        50,
        after(ms),
      );
      left += grant.granted;
      if (grant.granted > 0) nextSlotAt = grant.nextSlotAt;
    }
    expect(left).toBeGreaterThan(1_080);
    expect(left).toBeLessThanOrEqual(1_200);
  });

  it('that was changed holds from the next message on', () => {
    const slow = { nextSlotAt: after(600_000), rampStartedAt: start };
    const now = after(5_000);
    const changed = (maxPerMinute: number | null) =>
      slotAfterChange(slow, { maxPerMinute, rampUpMinutes: null }, now);
    expect(changed(null)).toBeNull();
    expect(changed(61)).toEqual(after(6_000));
    const soon = { ...slow, nextSlotAt: after(5_500) };
    expect(slotAfterChange(soon, { maxPerMinute: 1, rampUpMinutes: null }, now)).toEqual(after(5_500));
    expect(
      slotAfterChange({ ...slow, nextSlotAt: null }, { maxPerMinute: 1, rampUpMinutes: null }, now),
    ).toBeNull();
  });

  it('rises from a tenth to all of it, and what it allows is the sum of that', () => {
    expect(rampShare(10, 0)).toBeCloseTo(0.1);
    expect(rampShare(10, 300_000)).toBeCloseTo(0.55);
    expect(rampShare(10, 3_600_000)).toBe(1);
    const ceiling = { maxPerMinute: 61, rampUpMinutes: 10 };
    let summed = 0;
    for (let second = 0; second < 1_200; second += 1) summed += 1_000 / slotMs(ceiling, second * 1_000 + 500);
    expect(allowance(ceiling, 0, 1_200_000)).toBeCloseTo(summed, 1);
  });
});

describe('a forecast', () => {
  const rules = { ceiling: undefined, startedAt: start, expiresAt: null };
  const workdays = [
    { timeZone: 'UTC', week: weekOf([1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' }))) },
  ];
  const perMinute = 1 / 60_000;

  it('counts open hours only', () => {
    expect(capacityBetween(rules, workdays, perMinute, start, after(86_400_000))).toBeCloseTo(480);
    expect(forecastFinish(rules, [{ schedule: workdays, messages: 480 + 60 }], perMinute, start)).toEqual({
      kind: 'finishes',
      at: at('2026-03-03T10:00:00Z'),
    });
  });

  it('knows the ceiling, the expiry and hours that never come', () => {
    const capped = { ...rules, ceiling: { maxPerMinute: 61, rampUpMinutes: null } };
    const finish = forecastFinish(capped, [{ schedule: [], messages: 600 }], 1, start);
    expect(finish).toEqual({ kind: 'finishes', at: after(600_000) });
    const expiring = { ...rules, expiresAt: after(3_600_000) };
    const expired = forecastFinish(expiring, [{ schedule: [], messages: 100 }], perMinute, start);
    expect(expired.kind === 'expires' && Math.round(expired.left)).toBe(40);
    const never = [{ timeZone: 'UTC', week: [] }];
    expect(forecastFinish(rules, [{ schedule: never, messages: 3 }], 1, start)).toEqual({
      kind: 'never',
      left: 3,
    });
  });

  it('waits for the last time zone', () => {
    const later = [{ timeZone: 'America/New_York', week: workdays[0]?.week ?? [] }];
    const finish = forecastFinish(
      rules,
      [
        { schedule: workdays, messages: 10 },
        { schedule: later, messages: 10 },
      ],
      perMinute,
      start,
    );
    expect(finish).toEqual({ kind: 'finishes', at: at('2026-03-02T14:10:00Z') });
  });
});

describe('a recurrence', () => {
  const mondays = { cron: '0 9 * * 1', timeZone: 'America/Sao_Paulo' };

  it('goes by the wall clock of its time zone, through changes of the clocks', () => {
    const daily = { cron: '30 9 * * *', timeZone: 'Europe/Berlin' };
    expect(nextRun(daily, start, at('2026-03-28T12:00:00Z'))).toEqual(at('2026-03-29T07:30:00Z'));
    expect(nextRun(daily, start, at('2026-10-24T12:00:00Z'))).toEqual(at('2026-10-25T08:30:00Z'));
    expect(nextRun(mondays, start, start)).toEqual(at('2026-03-02T12:00:00Z'));
  });

  it('after a pause runs the latest missed time once', () => {
    const due = at('2026-03-02T12:00:00Z');
    expect(dueRun(mondays, due, at('2026-03-20T00:00:00Z'))).toEqual({
      run: at('2026-03-16T12:00:00Z'),
      next: at('2026-03-23T12:00:00Z'),
    });
    expect(dueRun({ everyMinutes: 30, timeZone: 'UTC' }, due, at('2026-03-02T13:10:00Z'))).toEqual({
      run: at('2026-03-02T13:00:00Z'),
      next: at('2026-03-02T13:30:00Z'),
    });
  });

  it('ends with its end', () => {
    const until = '2026-03-10T00:00:00Z';
    expect(dueRun({ ...mondays, until }, at('2026-03-02T12:00:00Z'), at('2026-03-30T00:00:00Z'))).toEqual({
      run: at('2026-03-09T12:00:00Z'),
      next: undefined,
    });
  });

  it('at the very moment of a run that run is due, not the one before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 10_000 }),
        (steps, everyMinutes) => {
          const now = after(steps * everyMinutes * 60_000);
          expect(dueRun({ everyMinutes, timeZone: 'UTC' }, start, now).run).toEqual(now);
        },
      ),
    );
    const due = at('2026-03-02T12:00:00Z');
    expect(dueRun(mondays, due, at('2026-03-09T12:00:00Z')).run).toEqual(at('2026-03-09T12:00:00Z'));
  });

  it('makes up for the same times it would have run at, also where the clocks change', () => {
    const changes = ['2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z'];
    const crons = ['30 2 * * *', '0 * * * *', '*/20 1-3 * * *', '30 2 * * 0', '15 2 29,25 * *', '0 9 * * 1'];
    const zones = ['Europe/Berlin', 'UTC', 'America/Sao_Paulo'];
    const minutes = fc.integer({ min: 0, max: 6 * 1_440 });
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.constantFrom(...crons),
        fc.constantFrom(...zones),
        minutes,
        minutes,
        (change, cron, timeZone, before, later) => {
          const recurrence = { cron, timeZone };
          const first = nextRun(recurrence, start, new Date(at(change).getTime() - before * 60_000));
          if (!first) throw new Error('these come every month');
          const now = new Date(first.getTime() + later * 60_000);
          let latest = first;
          for (let next: Date | undefined = first; next && next <= now;) {
            latest = next;
            next = nextRun(recurrence, first, latest);
          }
          expect(dueRun(recurrence, first, now).run).toEqual(latest);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('by the wall clock runs once a day, whatever the clocks do', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'America/Havana', 'America/Santiago', 'Africa/Cairo'];
    const time = fc.record({
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        time,
        fc.integer({ min: 0, max: 360 }),
        (timeZone, { hour, minute }, day) => {
          const recurrence = { cron: `${minute} ${hour} * * *`, timeZone };
          const dayOf = (moment: Date) => localTime(moment, timeZone).slice(0, 10);
          let run = nextRun(recurrence, start, after(day * 86_400_000));
          for (let count = 0; run && count < 5; count += 1) {
            const next: Date | undefined = nextRun(recurrence, start, run);
            if (!next) throw new Error('it has no end');
            const dayAfter = new Date(Date.parse(`${dayOf(run)}T00:00:00Z`) + 86_400_000);
            expect([timeZone, dayOf(next)]).toEqual([timeZone, dayAfter.toISOString().slice(0, 10)]);
            run = next;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('says what is wrong with a cron expression', () => {
    expect(cronProblem('H 9 * * *')).toMatch(/has an H/);
    expect(cronProblem('0 9 * MAR THU')).toBeUndefined();
    expect(cronProblem('0 9 * * 1')).toBeUndefined();
    expect(cronProblem('0 9 * *')).toMatch(/has 4 fields/);
    expect(cronProblem('61 9 * * 1')).toMatch(/no cron expression/);
    expect(cronProblem('0 0 30 2 *')).toMatch(/never comes|no cron/);
  });
});
