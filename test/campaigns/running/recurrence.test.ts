import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endOfOffset, offsetAt } from '../../../src/lib/zone.js';
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
    const changes = [
      '2026-03-29T01:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-03T15:30:00Z',
      '2026-04-04T15:00:00Z',
      '2027-03-28T01:00:00Z',
    ];
    const crons = [
      '30 2 * * *',
      '0 * * * *',
      '*/20 1-3 * * *',
      '30 2 * * 0',
      '15 2 29,25 * *',
      '0 9 * * 1',
      '30 23 * * *',
      '*/15 * * * *',
    ];
    const zones = ['Europe/Berlin', 'UTC', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'America/Nuuk'];
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

  it('by the wall clock runs once on every day of every zone whose clocks change', () => {
    const time = fc.integer({ min: 0, max: 1_439 });
    fc.assert(
      fc.property(fc.constantFrom(...clockChanges()), time, fc.boolean(), (change, minutes, near) => {
        const { timeZone, instant } = change;
        // Half of the times lie in the hours that are left out or come twice.
        const minute = near ? minuteBefore(timeZone, instant, (minutes % 180) - 90) : minutes;
        const recurrence = { cron: `${minute % 60} ${Math.floor(minute / 60)} * * *`, timeZone };
        const days = daysOf(timeZone, instant - 3 * DAY_MS, instant + 3 * DAY_MS);
        const runs = runsBetween(recurrence, instant - 3.5 * DAY_MS, instant + 3.5 * DAY_MS).map((run) =>
          localTime(run, timeZone).slice(0, 10),
        );
        const counted = days.map((day) => [day, runs.filter((run) => run === day).length]);
        expect([timeZone, counted]).toEqual([timeZone, days.map((day) => [day, 1])]);
      }),
      { numRuns: 150 },
    );
  });

  it('runs at the first coming of the time, or when the clocks have jumped over it', () => {
    const run = (timeZone: string, cron: string, from: string) =>
      nextRun({ cron, timeZone }, start, at(from))?.toISOString();
    // Lord Howe jumps from 02:00 to 02:30, and shows 01:30 to 02:00 twice.
    const howe = 'Australia/Lord_Howe';
    expect(run(howe, '15 2 * * *', '2026-10-03T12:00:00Z')).toBe('2026-10-03T15:30:00.000Z');
    expect(run(howe, '45 2 * * *', '2026-10-03T12:00:00Z')).toBe('2026-10-03T15:45:00.000Z');
    expect(run(howe, '45 1 * * *', '2026-04-04T12:00:00Z')).toBe('2026-04-04T14:45:00.000Z');
    expect(run(howe, '45 1 * * *', '2026-04-04T14:45:00Z')).toBe('2026-04-05T15:15:00.000Z');
    // Troll jumps over two hours.
    expect(run('Antarctica/Troll', '10 2 * * *', '2026-03-28T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
    // Nuuk jumps from 23:00 to 00:00 of the next day.
    expect(run('America/Nuuk', '30 23 * * *', '2027-03-27T12:00:00Z')).toBe('2027-03-28T00:59:00.000Z');
    expect(run('America/Nuuk', '30 23 * * *', '2027-03-28T00:59:00Z')).toBe('2027-03-29T00:30:00.000Z');
    // Samoa had no 30 December 2011.
    expect(run('Pacific/Apia', '0 9 * * *', '2011-12-29T18:00:00Z')).toBe('2011-12-29T19:00:00.000Z');
    expect(run('Pacific/Apia', '0 9 * * *', '2011-12-29T19:00:00Z')).toBe('2011-12-30T19:00:00.000Z');
    expect(run('Pacific/Apia', '0 9 30 12 *', '2011-12-29T19:00:00Z')).toBe('2012-12-29T19:00:00.000Z');
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

const DAY_MS = 86_400_000;

/** Every change of the clocks of every zone from 2026 to 2027, and Samoa's lost day. */
function clockChanges(): { timeZone: string; instant: number }[] {
  const found = [{ timeZone: 'Pacific/Apia', instant: Date.parse('2011-12-30T10:00:00Z') }];
  for (const timeZone of Intl.supportedValuesOf('timeZone')) {
    let from = Date.parse('2026-01-01T00:00:00Z');
    for (let week = 1; week <= 104; week += 1) {
      const to = from + 7 * DAY_MS;
      if (offsetAt(timeZone, to) !== offsetAt(timeZone, from)) {
        const before = offsetAt(timeZone, from);
        let instant = from;
        while (offsetAt(timeZone, instant) === before) instant = endOfOffset(timeZone, instant);
        found.push({ timeZone, instant });
      }
      from = to;
    }
  }
  return found;
}

/** Minutes around a change of the clocks, on the clock as it went before. */
function minuteBefore(timeZone: string, instant: number, minutes: number): number {
  return Math.floor((instant + offsetAt(timeZone, instant - 1)) / 60_000 + minutes + 1_440) % 1_440;
}

/** The dates that the zone has between two instants. */
function daysOf(timeZone: string, from: number, to: number): string[] {
  const days = new Set<string>();
  for (let instant = from; instant <= to; instant += 3_600_000) {
    days.add(localTime(new Date(instant), timeZone).slice(0, 10));
  }
  return [...days].slice(1, -1);
}

function runsBetween(recurrence: { cron: string; timeZone: string }, from: number, to: number): Date[] {
  const runs: Date[] = [];
  let run = nextRun(recurrence, new Date(from), new Date(from));
  while (run && run.getTime() <= to) {
    runs.push(run);
    run = nextRun(recurrence, new Date(from), run);
  }
  return runs;
}
