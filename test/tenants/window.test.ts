import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isOpen,
  nextClosing,
  nextOpening,
  weekOf,
  weekWithout,
  windowState,
  type DayHours,
  type Schedule,
} from '../../src/modules/tenants/core/window.js';

const daily = (from: string, to: string): DayHours[] =>
  [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from, to }));
const schedule = (timeZone: string, days: DayHours[]): Schedule => [{ timeZone, week: weekOf(days) }];
const at = (iso: string) => new Date(iso);

/** The open times between two instants, in order; an endless one ends at `to`. */
function* openTimes(hours: Schedule, from: Date, to: Date): Generator<{ from: Date; to: Date }> {
  for (let opening = nextOpening(hours, from); opening && opening < to;) {
    const closing = nextClosing(hours, opening);
    if (!closing || closing >= to) {
      yield { from: opening, to };
      return;
    }
    yield { from: opening, to: closing };
    opening = nextOpening(hours, closing);
  }
}

/** With their own rules of daylight saving: an hour, half an hour, in Ramadan, none, odd offsets. */
const zones = [
  'UTC',
  'America/Sao_Paulo',
  'America/New_York',
  'America/St_Johns',
  'Europe/Berlin',
  'Europe/Lisbon',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
];

/** Made once: a format takes longer to make than to use. */
const clocks = new Map(
  zones.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
  ]),
);

/** The wall clock, read in another way than the code under test reads it. */
function wallClock(timeZone: string, time: Date): { day: number; minutes: number } {
  const parts = clocks.get(timeZone)?.formatToParts(time) ?? [];
  const read = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(read('weekday')) + 1;
  return { day, minutes: Number(read('hour')) * 60 + Number(read('minute')) };
}

function openByTheClock(timeZone: string, days: DayHours[], time: Date): boolean {
  const { day, minutes } = wallClock(timeZone, time);
  const toMinutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return days.some((hours) => {
    const [from, to] = [toMinutes(hours.from), toMinutes(hours.to)];
    if (to > from) return hours.day === day && minutes >= from && minutes < to;
    const nextDay = (hours.day % 7) + 1;
    return (hours.day === day && minutes >= from) || (nextDay === day && minutes < to);
  });
}

function probesBetween(from: Date, to: Date, stepMs: number): Date[] {
  const probes: Date[] = [];
  for (let probe = from.getTime(); probe < to.getTime(); probe += stepMs) probes.push(new Date(probe));
  return probes;
}

const time = fc
  .integer({ min: 0, max: 95 })
  .map(
    (quarter) =>
      `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`,
  );
const dayHours = fc
  .record({ day: fc.integer({ min: 1, max: 7 }), from: time, to: time })
  .filter(({ from, to }) => from !== to);
const days = fc.array(dayHours, { minLength: 1, maxLength: 6 });
/** Around the changes of the clocks more often than not. */
const moment = fc.oneof(
  fc.date({ min: at('2024-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z'), noInvalidDate: true }),
  fc
    .tuple(
      fc.constantFrom(
        '2026-03-08T07:00:00Z',
        '2026-03-29T01:00:00Z',
        '2026-10-25T01:00:00Z',
        '2026-11-01T06:00:00Z',
        '2026-04-04T15:00:00Z',
        '2026-02-15T02:00:00Z',
      ),
      fc.integer({ min: -3 * 86_400, max: 3 * 86_400 }),
    )
    .map(([change, seconds]) => new Date(at(change).getTime() + seconds * 1_000)),
);

describe('a send window', () => {
  it('is open exactly when the wall clock says so', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, moment, (timeZone, hours, now) => {
        expect(isOpen(schedule(timeZone, hours), now)).toBe(openByTheClock(timeZone, hours, now));
      }),
      { numRuns: 500 },
    );
  });

  it('finds the first open moment: open there, closed all the way to it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, moment, (timeZone, hours, now) => {
        const opening = nextOpening(schedule(timeZone, hours), now);
        if (!opening) throw new Error('hours of a week come again every week or two');
        expect(opening >= now).toBe(true);
        expect(openByTheClock(timeZone, hours, opening)).toBe(true);
        if (opening > now)
          expect(openByTheClock(timeZone, hours, new Date(opening.getTime() - 1))).toBe(false);
        // Everything changes on quarters of an hour.
        const quarter = 900_000;
        const probes = probesBetween(now, opening, quarter);
        expect(probes.filter((probe) => openByTheClock(timeZone, hours, probe))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('stays open until it says it closes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, moment, (timeZone, hours, now) => {
        const state = windowState(schedule(timeZone, hours), now);
        fc.pre(state.kind === 'open' && state.until !== undefined);
        const until = state.until ?? now;
        expect(openByTheClock(timeZone, hours, until)).toBe(false);
        const probes = probesBetween(now, until, 900_000);
        expect(probes.filter((probe) => !openByTheClock(timeZone, hours, probe))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('in several zones is open only while all of them are', () => {
    fc.assert(
      fc.property(fc.subarray(zones, { minLength: 2, maxLength: 4 }), days, moment, (several, hours, now) => {
        const common = several.flatMap((timeZone) => schedule(timeZone, hours));
        const opening = nextOpening(common, now);
        const everywhere = (time_: Date) =>
          several.every((timeZone) => openByTheClock(timeZone, hours, time_));
        expect(isOpen(common, now)).toBe(everywhere(now));
        if (!opening) return;
        expect(everywhere(opening)).toBe(true);
        expect(probesBetween(now, opening, 900_000).filter(everywhere)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('lists its open times in order, without a gap or an overlap that the wall clock does not have', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), days, moment, (timeZone, hours, now) => {
        const end = new Date(now.getTime() + 9 * 86_400_000);
        const times = [...openTimes(schedule(timeZone, hours), now, end)];
        times.forEach(({ from, to }, index) => {
          expect(from < to).toBe(true);
          const previous = times[index - 1];
          if (previous) expect(previous.to < from).toBe(true);
        });
        for (let probe = now.getTime(); probe < end.getTime(); probe += 3_600_000) {
          const listed = times.some(({ from, to }) => probe >= from.getTime() && probe < to.getTime());
          expect(listed).toBe(openByTheClock(timeZone, hours, new Date(probe)));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('opens when the clocks jump over its beginning', () => {
    const berlin = schedule('Europe/Berlin', daily('02:30', '10:00'));
    expect(nextOpening(berlin, at('2026-03-29T00:00:00Z'))).toEqual(at('2026-03-29T01:00:00Z'));
  });

  it('does not open on a day whose clocks leave its hours out', () => {
    const sundays = schedule('Europe/Berlin', [{ day: 7, from: '02:10', to: '02:50' }]);
    expect(nextOpening(sundays, at('2026-03-28T00:00:00Z'))).toEqual(at('2026-04-05T00:10:00Z'));
  });

  it('opens twice where the clocks show its hours twice', () => {
    const berlin = schedule('Europe/Berlin', daily('02:15', '02:45'));
    const times = [...openTimes(berlin, at('2026-10-25T00:00:00Z'), at('2026-10-25T12:00:00Z'))];
    expect(times.map(({ from }) => from)).toEqual([at('2026-10-25T00:15:00Z'), at('2026-10-25T01:15:00Z')]);
  });

  it('goes on over midnight, also from Sunday to Monday', () => {
    const nights = schedule('UTC', [{ day: 7, from: '22:00', to: '02:00' }]);
    expect(isOpen(nights, at('2026-03-01T23:00:00Z'))).toBe(true);
    expect(isOpen(nights, at('2026-03-02T01:59:59Z'))).toBe(true);
    expect(nextClosing(nights, at('2026-03-01T23:00:00Z'))).toEqual(at('2026-03-02T02:00:00Z'));
  });

  it('has no end when it is always open, and no opening when hours have nothing in common', () => {
    expect(windowState(schedule('UTC', daily('00:00', '24:00')), at('2026-03-02T00:00:00Z'))).toEqual({
      kind: 'open',
      until: undefined,
    });
    const apart = [...schedule('UTC', daily('09:00', '10:00')), ...schedule('UTC', daily('11:00', '12:00'))];
    expect(nextOpening(apart, at('2026-03-02T00:00:00Z'))).toBeUndefined();
  });

  it('quiet hours close the night and nothing else', () => {
    const quiet: Schedule = [{ timeZone: 'UTC', week: weekWithout({ from: '21:00', to: '08:00' }) }];
    expect(isOpen(quiet, at('2026-03-02T20:59:59Z'))).toBe(true);
    expect(isOpen(quiet, at('2026-03-02T21:00:00Z'))).toBe(false);
    expect(nextOpening(quiet, at('2026-03-02T22:00:00Z'))).toEqual(at('2026-03-03T08:00:00Z'));
  });

  it('that are quiet are closed exactly when hours of the same times would be open, on every day and over midnight', () => {
    const span = fc.record({ from: time, to: fc.oneof(time, fc.constant('24:00')) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), span, moment, (timeZone, { from, to }, now) => {
        fc.pre(from !== to);
        const quiet: Schedule = [{ timeZone, week: weekWithout({ from, to }) }];
        expect(isOpen(quiet, now)).toBe(!isOpen(schedule(timeZone, daily(from, to)), now));
        const opening = nextOpening(quiet, now);
        if (from === '00:00' && to === '24:00') expect(opening).toBeUndefined();
        else expect(isOpen(quiet, opening ?? now)).toBe(true);
      }),
      { numRuns: 300, examples: [['UTC', { from: '00:00', to: '24:00' }, at('2026-03-02T12:00:00Z')]] },
    );
  });
});
