/** How often one sender may ask WhatsApp about a number. Asking about many numbers is what gets accounts banned. */
export interface CheckPace {
  perMinute: number;
  perDay: number;
}

export const defaultCheckPace: CheckPace = { perMinute: 20, perDay: 500 };

const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
/** A result is reused for so long. */
export const FRESH_MS = 30 * DAY_MS;

/** How many checks a sender may make now, after those it made in the last day; and when the next one is free. */
export function allowance(
  pace: CheckPace,
  checks: readonly Date[],
  now: Date,
): { left: number; nextAt: Date } {
  const inMinute = checks.filter((at) => at.getTime() > now.getTime() - MINUTE_MS);
  const inDay = checks.filter((at) => at.getTime() > now.getTime() - DAY_MS);
  const left = Math.min(pace.perMinute - inMinute.length, pace.perDay - inDay.length);
  if (left > 0) return { left, nextAt: now };
  const free = [
    freeAt(inMinute, pace.perMinute, MINUTE_MS),
    freeAt(inDay, pace.perDay, DAY_MS),
    now.getTime(),
  ];
  return { left: 0, nextAt: new Date(Math.max(...free)) };
}

/** When fewer than `limit` checks lie within the window; they are in the order of time. */
function freeAt(checks: readonly Date[], limit: number, windowMs: number): number {
  const leaving = checks[checks.length - limit];
  return leaving ? leaving.getTime() + windowMs + 1 : 0;
}
