import { CronExpressionParser, type CronExpression } from 'cron-parser';
import { instantOnWall, offsetAt } from '../../../lib/zone.js';
import type { Recurrence } from '../campaign.entity.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/** The error of a cron expression; undefined for five valid fields. */
export function cronError(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) {
    return `"${cron}" has ${fields.length} fields; write five: minute, hour, day of month, month, day of week, such as "0 9 * * 1"`;
  }
  // For H the parser would draw a random value, another one each time.
  if (/H/i.test(cron.replaceAll(/THU/gi, ''))) return `"${cron}" has an H; write the numbers themselves`;
  try {
    if (following(parse(cron, new Date(0))) !== undefined) return undefined;
    return `"${cron}" never comes`;
  } catch (error) {
    return `"${cron}" is no cron expression (${error instanceof Error ? error.message : 'it cannot be read'})`;
  }
}

/**
 * The first run after a time; undefined when there is none until the recurrence's end. `everyMinutes` counts from
 * `anchor`, a run of the series. Cron goes by the wall clock of its zone: a time that daylight saving leaves out runs
 * when the clocks have moved on (in the minute before where that is the next day), one that it repeats runs once, at its
 * first coming. A date that a zone leaves out (Samoa had no 30 December 2011) has no run.
 */
export function nextRun(recurrence: Recurrence, anchor: Date, after: Date): Date | undefined {
  const next = recurrence.cron
    ? nextCron(recurrence.cron, recurrence.timeZone, after)
    : nextEvery(recurrence.everyMinutes ?? 0, anchor, after);
  if (!next || (recurrence.until && next > new Date(recurrence.until))) return undefined;
  return next;
}

/**
 * What is due at `now` when the run at `due` is the oldest that has not happened: the latest one whose time has come
 * (earlier missed ones are left out), and the first one after `now`.
 */
export function dueRun(recurrence: Recurrence, due: Date, now: Date): { run: Date; next: Date | undefined } {
  return { run: latestRun(recurrence, due, now), next: nextRun(recurrence, due, now) };
}

function latestRun(recurrence: Recurrence, due: Date, now: Date): Date {
  const bound = recurrence.until && new Date(recurrence.until) < now ? new Date(recurrence.until) : now;
  if (bound <= due) return due;
  const step = (recurrence.everyMinutes ?? 0) * MINUTE_MS;
  if (!recurrence.cron) {
    if (step <= 0) return due;
    return new Date(due.getTime() + Math.floor((bound.getTime() - due.getTime()) / step) * step);
  }
  return latestCron(recurrence.cron, recurrence.timeZone, { due, bound });
}

/** The latest run up to `bound`, not before `due`. */
function latestCron(cron: string, timeZone: string, { due, bound }: { due: Date; bound: Date }): Date {
  const to = bound.getTime();
  // Clocks put back within the last day have shown later times than now; what they are about to jump over may be due.
  const offsets = [to - DAY_MS, to, to + MINUTE_MS].map((instant) => offsetAt(timeZone, instant));
  const expression = parse(cron, new Date(to + Math.max(...offsets) + 1));
  for (let wall = previous(expression); wall; wall = previous(expression)) {
    const run = instantOnWall(timeZone, wall.getTime());
    if (run !== undefined && run <= to) return run > due.getTime() ? new Date(run) : due;
  }
  return due;
}

function nextEvery(everyMinutes: number, anchor: Date, after: Date): Date | undefined {
  const step = everyMinutes * MINUTE_MS;
  if (step <= 0) return undefined;
  const passed = Math.floor((after.getTime() - anchor.getTime()) / step);
  return new Date(anchor.getTime() + Math.max(passed + 1, 0) * step);
}

/**
 * The parser finds the times on the wall (as if it were UTC), and the zone says when each comes: the parser's own way
 * through changes of the clocks loses days in zones with a change of half an hour. A later time on the wall never comes
 * earlier, so the first one that comes after `after` is the next run.
 */
function nextCron(cron: string, timeZone: string, after: Date): Date | undefined {
  const from = after.getTime();
  const expression = parse(cron, new Date(from + offsetAt(timeZone, from)));
  for (let wall = following(expression); wall; wall = following(expression)) {
    const run = instantOnWall(timeZone, wall.getTime());
    if (run !== undefined && run > from) return new Date(run);
  }
  return undefined;
}

function parse(cron: string, currentDate: Date): CronExpression {
  return CronExpressionParser.parse(cron, { currentDate, tz: 'UTC' });
}

function following(expression: CronExpression): Date | undefined {
  return orNone(() => expression.next().toDate());
}

function previous(expression: CronExpression): Date | undefined {
  return orNone(() => expression.prev().toDate());
}

/** The parser throws where no date of the next years fits, such as for 30 February. */
function orNone(find: () => Date): Date | undefined {
  try {
    return find();
  } catch {
    return undefined;
  }
}
