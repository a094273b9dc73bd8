import { endOfOffset, offsetAt } from '../../../lib/zone.js';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
const WEEK_MS = WEEK_MINUTES * MINUTE_MS;
/** 1970-01-05 was a Monday. */
const MONDAY_MS = 4 * DAY_MINUTES * MINUTE_MS;
/**
 * How far ahead an opening is looked for. A single zone opens every week, or every second one where the hour that
 * daylight saving leaves out was the only one; hours common to several zones recur as often.
 */
const HORIZON_MS = 5 * WEEK_MS;

/** Hours of one weekday; Monday is 1. `to` not later than `from` is on the next day; 24:00 ends the day. */
export interface DayHours {
  day: number;
  from: string;
  to: string;
}

/** When a week is open, in minutes since Monday 00:00: in order, not overlapping, within one week. */
export type Week = readonly { from: number; to: number }[];

/** A week on the wall clock of a zone. */
export interface OpeningHours {
  timeZone: string;
  week: Week;
}

/**
 * Open while every one of them is open, and always where there are none. The wall clock decides: an hour that daylight
 * saving repeats counts twice, and a time that it leaves out does not exist (hours from 02:30 open at 03:00 then).
 */
export type Schedule = readonly OpeningHours[];

/** `until` is when it changes; undefined when that is not within five weeks. */
export type WindowState =
  { kind: 'open'; until: Date | undefined } | { kind: 'closed'; until: Date | undefined };

/** Minutes since midnight; undefined for what is no time of day. */
export function minutesOf(time: string): number | undefined {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(time);
  if (!match) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= DAY_MINUTES ? minutes : undefined;
}

/** The open times of a week. Hours that touch or overlap become one. */
export function weekOf(days: readonly DayHours[]): Week {
  const spans = days.flatMap(({ day, from, to }) => {
    const start = minutesOf(from) ?? 0;
    const end = minutesOf(to) ?? 0;
    const first = (day - 1) * DAY_MINUTES + start;
    return withinWeek(first, first + (end > start ? end - start : end - start + DAY_MINUTES));
  });
  // What is left of a day that is quiet from 00:00 to 24:00 has no length.
  return merged(spans.filter(({ from, to }) => to > from));
}

/** The complement of daily quiet hours, such as 21:00 to 08:00. */
export function weekWithout(quiet: { from: string; to: string }): Week {
  return weekOf([1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: quiet.to, to: quiet.from })));
}

function withinWeek(from: number, to: number): { from: number; to: number }[] {
  if (to <= WEEK_MINUTES) return [{ from, to }];
  return [
    { from, to: WEEK_MINUTES },
    { from: 0, to: to - WEEK_MINUTES },
  ];
}

function merged(spans: { from: number; to: number }[]): Week {
  const week: { from: number; to: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = week.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else week.push({ ...span });
  }
  return week;
}

export function isOpen(schedule: Schedule, at: Date): boolean {
  return schedule.every((hours) => isOpenAt(hours, at.getTime()));
}

/** Open or closed at `now`, and until when. */
export function windowState(schedule: Schedule, now: Date): WindowState {
  if (isOpen(schedule, now)) return { kind: 'open', until: nextClosing(schedule, now) };
  return { kind: 'closed', until: nextOpening(schedule, now) };
}

/** The first instant from `now` on that is open; undefined when there is none within five weeks. */
export function nextOpening(schedule: Schedule, now: Date): Date | undefined {
  const end = now.getTime() + HORIZON_MS;
  let at = now.getTime();
  for (let agreed = 0; agreed < schedule.length;) {
    agreed = 0;
    for (const hours of schedule) {
      const opening = firstInstant(hours, at, end, 'open');
      if (opening === undefined) return undefined;
      if (opening === at) agreed += 1;
      at = opening;
    }
  }
  return new Date(at);
}

/** The first instant from `now` on that is closed; undefined when there is none within five weeks. */
export function nextClosing(schedule: Schedule, now: Date): Date | undefined {
  const end = now.getTime() + HORIZON_MS;
  const closings = schedule
    .map((hours) => firstInstant(hours, now.getTime(), end, 'closed'))
    .filter((closing) => closing !== undefined);
  return closings.length === 0 ? undefined : new Date(Math.min(...closings));
}

function isOpenAt({ timeZone, week }: OpeningHours, at: number): boolean {
  return spanAt(week, msOfWeek(at + offsetAt(timeZone, at))) !== undefined;
}

function spanAt(week: Week, ms: number): Week[number] | undefined {
  return week.find(({ from, to }) => ms >= from * MINUTE_MS && ms < to * MINUTE_MS);
}

/** Steps from change to change of the zone's offset: between two of them the wall clock runs evenly. */
function firstInstant(
  hours: OpeningHours,
  from: number,
  end: number,
  wanted: 'open' | 'closed',
): number | undefined {
  for (let at = from; at < end;) {
    const evenUntil = Math.min(endOfOffset(hours.timeZone, at), end);
    const ahead = msUntil(hours.week, msOfWeek(at + offsetAt(hours.timeZone, at)), wanted);
    if (ahead === undefined) return undefined;
    if (at + ahead < evenUntil) return at + ahead;
    at = evenUntil;
  }
  return undefined;
}

/** Until the week is open or closed; undefined when it never is. */
function msUntil(week: Week, ms: number, wanted: 'open' | 'closed'): number | undefined {
  if ((spanAt(week, ms) !== undefined) === (wanted === 'open')) return 0;
  const changes = week
    .map(({ from, to }) => (wanted === 'open' ? from : to))
    // A span that goes on over Sunday midnight does not close there.
    .filter((change) => wanted === 'open' || !week.some(({ from }) => from === change % WEEK_MINUTES))
    .map((change) => (change * MINUTE_MS - ms + WEEK_MS) % WEEK_MS);
  return changes.length === 0 ? undefined : Math.min(...changes);
}

function msOfWeek(wallClock: number): number {
  return (((wallClock - MONDAY_MS) % WEEK_MS) + WEEK_MS) % WEEK_MS;
}
