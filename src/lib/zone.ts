import QuickLRU from 'quick-lru';
import { cached } from './cached.js';

/** Wall clocks of IANA zones, through the data that Node brings along. Times are milliseconds since 1970 in UTC. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Every change of an offset in use today happens on a quarter of an hour. */
const QUARTER_MS = 900_000;

/** There are about 600 zones; callers also ask for names that are none, and for the same zone in other letters. */
const MOST_ZONES = 2_000;

const formats = new QuickLRU<string, Intl.DateTimeFormat | null>({ maxSize: MOST_ZONES });
const latestOffset = new QuickLRU<string, { quarter: number; offset: number }>({ maxSize: MOST_ZONES });

/** True for an IANA name such as America/Sao_Paulo; an offset such as +03:00 is none, it knows no daylight saving. */
export function isTimeZone(timeZone: string): boolean {
  return /^[A-Za-z]/.test(timeZone) && formatOf(timeZone) !== null;
}

/** Milliseconds the zone's wall clock is ahead of UTC. */
export function offsetAt(timeZone: string, at: number): number {
  const quarter = Math.floor(at / QUARTER_MS);
  const known = latestOffset.get(timeZone);
  if (known?.quarter === quarter) return known.offset;
  const offset = parseOffset(timeZone, quarter * QUARTER_MS);
  latestOffset.set(timeZone, { quarter, offset });
  return offset;
}

/** The first instant after `at` with another offset, or the end of the next 24 hours if there is none until then. */
export function endOfOffset(timeZone: string, at: number): number {
  const offset = offsetAt(timeZone, at);
  const end = at + DAY_MS;
  if (offsetAt(timeZone, end) === offset) return end;
  let [same, changed] = [Math.floor(at / QUARTER_MS), Math.floor(end / QUARTER_MS)];
  while (changed - same > 1) {
    const middle = Math.floor((same + changed) / 2);
    if (offsetAt(timeZone, middle * QUARTER_MS) === offset) same = middle;
    else changed = middle;
  }
  return changed * QUARTER_MS;
}

/** Further from UTC than any zone's wall clock is. */
const FARTHEST_MS = 26 * 60 * 60_000;

/**
 * The first instant at which the zone's wall clock shows `wall` (the milliseconds that UTC would show it at). A time that
 * the clocks jump over comes as soon as they have jumped; where they jump into the next day (Nuuk goes from 23:00 to
 * 00:00), in the minute before, so that no day goes without. Undefined on a day that they jump over.
 */
export function instantOnWall(timeZone: string, wall: number): number | undefined {
  let from = wall - FARTHEST_MS;
  let offset = offsetAt(timeZone, from);
  for (;;) {
    const end = endOfOffset(timeZone, from);
    if (wall - offset < end) return wall - offset;
    const changed = offsetAt(timeZone, end);
    if (wall - changed < end) {
      if (dayNumber(end + changed) === dayNumber(wall)) return end;
      return dayNumber(end + offset - 1) === dayNumber(wall) ? end - MINUTE_MS : undefined;
    }
    [from, offset] = [end, changed];
  }
}

function dayNumber(wall: number): number {
  return Math.floor(wall / DAY_MS);
}

function formatOf(timeZone: string): Intl.DateTimeFormat | null {
  return cached(formats, timeZone, () => createFormat(timeZone));
}

/** Null for what is no zone. */
function createFormat(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
}

function parseOffset(timeZone: string, at: number): number {
  const format = formatOf(timeZone);
  if (!format) throw new Error(`${timeZone} is no time zone.`);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const wallClock = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wallClock - at;
}
