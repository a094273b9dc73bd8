import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { localTime } from '../../../src/lib/wall-time.js';
import { cronError, dueRun, nextRun } from '../../../src/modules/campaigns/core/recurrence.js';

const at = (iso: string) => new Date(iso);
const start = at('2026-03-02T09:00:00Z');
const after = (ms: number) => new Date(start.getTime() + ms);

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
    expect(cronError('H 9 * * *')).toMatch(/has an H/);
    expect(cronError('0 9 * MAR THU')).toBeUndefined();
    expect(cronError('0 9 * * 1')).toBeUndefined();
    expect(cronError('0 9 * *')).toMatch(/has 4 fields/);
    expect(cronError('61 9 * * 1')).toMatch(/no cron expression/);
    expect(cronError('0 0 30 2 *')).toMatch(/never comes|no cron/);
  });
});
