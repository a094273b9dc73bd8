import { latest } from '../../../../lib/clock.js';
import type { FieldError } from '../../../../lib/errors.js';
import { isTimeZone } from '../../../../lib/zone.js';
import type { Recurrence } from '../../campaign.entity.js';
import { cronError, nextRun } from '../../core/recurrence.js';
import type { SendWindow } from '../../../tenants/core/send-window.js';
import { windowErrors } from '../../../tenants/core/window-errors.js';

/**
 * The timing fields of a request; undefined keeps a value, null clears it. Shapes are checked already, meanings are
 * not.
 */
export interface TimingInput {
  scheduledAt?: string | null;
  expiresAt?: string | null;
  sendWindow?: SendWindow | null;
  maxPerMinute?: number | null;
  rampUpMinutes?: number | null;
  priority?: number | null;
  recurrence?: { cron?: string; everyMinutes?: number; timeZone?: string; until?: string } | null;
}

/** The columns of a campaign about time. */
export interface Timing {
  scheduledAt: Date | null;
  expiresAt: Date | null;
  sendWindow: SendWindow | null;
  maxPerMinute: number | null;
  rampUpMinutes: number | null;
  priority: number;
  recurrence: Recurrence | null;
}

export const DEFAULT_TIMING: Timing = {
  scheduledAt: null,
  expiresAt: null,
  sendWindow: null,
  maxPerMinute: null,
  rampUpMinutes: null,
  priority: 5,
  recurrence: null,
};

/** Tolerance for clocks that differ and for the duration of the request. */
const PAST_TOLERANCE_MS = 60_000;

interface Context {
  now: Date;
  tenantTimeZone: string;
  current: Timing;
}

/** Merges a request into the present timing. The first run of a recurring campaign becomes its `scheduledAt`. */
export function parseTiming(
  input: TimingInput,
  { now, tenantTimeZone, current }: Context,
): { timing: Timing; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const timing: Timing = {
    scheduledAt: read(input.scheduledAt, current.scheduledAt, (text) => new Date(text)),
    expiresAt: read(input.expiresAt, current.expiresAt, (text) => new Date(text)),
    sendWindow: read(input.sendWindow, current.sendWindow, toWindow),
    maxPerMinute: read(input.maxPerMinute, current.maxPerMinute, Number),
    rampUpMinutes: read(input.rampUpMinutes, current.rampUpMinutes, Number),
    priority: read(input.priority, current.priority, Number) ?? DEFAULT_TIMING.priority,
    recurrence: read(input.recurrence, current.recurrence, (given) => toRecurrence(given, tenantTimeZone)),
  };
  if (input.scheduledAt && timing.scheduledAt && isPast(timing.scheduledAt, now)) {
    errors.push({
      path: 'scheduledAt',
      message: `${input.scheduledAt} is past; it is ${now.toISOString()} now`,
    });
  }
  if (input.sendWindow) errors.push(...windowErrors(input.sendWindow));
  if (input.recurrence) errors.push(...recurrenceErrors(input.recurrence));
  if (timing.rampUpMinutes !== null && timing.maxPerMinute === null) {
    const message = 'says how maxPerMinute is reached; give that too';
    errors.push({ path: 'rampUpMinutes', message });
  }
  if (errors.length === 0) errors.push(...plan(timing, input, now));
  return { timing, errors };
}

/** Sets the first run and checks the expiry against it. */
function plan(timing: Timing, input: TimingInput, now: Date): FieldError[] {
  // Without a start: a series that no longer repeats would otherwise be sent once more, to its first audience.
  if (input.recurrence === null && input.scheduledAt === undefined) timing.scheduledAt = null;
  if (timing.recurrence && (input.recurrence || input.scheduledAt !== undefined)) {
    const first = firstRun(timing.recurrence, input.scheduledAt ? timing.scheduledAt : null, now);
    if (!first) return [{ path: 'recurrence', message: 'it has no run before its end' }];
    timing.scheduledAt = first;
  }
  // An expiry that has passed meanwhile does not prevent a change of other fields.
  if (input.expiresAt === undefined && !input.scheduledAt && !input.recurrence) return [];
  const start = timing.scheduledAt ? latest(timing.scheduledAt, now) : now;
  if (timing.expiresAt && timing.expiresAt <= start) {
    const message = `must be later than the start (${start.toISOString()})`;
    return [{ path: 'expiresAt', message }];
  }
  return [];
}

function firstRun(recurrence: Recurrence, given: Date | null, now: Date): Date | undefined {
  const from = given ?? now;
  const justBefore = new Date(from.getTime() - 1);
  return nextRun(recurrence, from, justBefore);
}

function isPast(at: Date, now: Date): boolean {
  return at.getTime() < now.getTime() - PAST_TOLERANCE_MS;
}

function read<Given, Value>(
  given: Given | null | undefined,
  current: Value,
  convert: (given: Given) => Value & {},
): Value | null {
  if (given === undefined) return current;
  return given === null ? null : convert(given);
}

/** Only the known fields of the request's object, as they are stored. */
function toWindow({ timeZone, days }: SendWindow): SendWindow {
  return { timeZone, days: days.map(({ day, from, to }) => ({ day, from, to })) };
}

function toRecurrence(given: NonNullable<TimingInput['recurrence']>, tenantTimeZone: string): Recurrence {
  return {
    ...(given.cron != null && { cron: given.cron.trim() }),
    ...(given.everyMinutes != null && { everyMinutes: given.everyMinutes }),
    timeZone: given.timeZone ?? tenantTimeZone,
    ...(given.until != null && { until: new Date(given.until).toISOString() }),
  };
}

function recurrenceErrors({
  cron,
  everyMinutes,
  timeZone,
}: NonNullable<TimingInput['recurrence']>): FieldError[] {
  const errors: FieldError[] = [];
  if ((cron == null) === (everyMinutes == null)) {
    errors.push({ path: 'recurrence', message: 'give either cron or everyMinutes' });
  }
  const message = cron == null ? undefined : cronError(cron);
  if (message !== undefined) errors.push({ path: 'recurrence.cron', message });
  if (timeZone != null && !isTimeZone(timeZone)) {
    errors.push({
      path: 'recurrence.timeZone',
      message: `"${timeZone}" is no time zone, such as America/Sao_Paulo`,
    });
  }
  return errors;
}
