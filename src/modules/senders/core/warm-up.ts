import { addMs } from '../../../lib/clock.js';
import { DAY_MS, giveBackToWindow, takeFromWindow, windowAt, type QuotaWindow } from './quota.js';

/** A plan that lets a new sender write a little more every day. It stands beside the quotas; the lower one counts. */
export interface WarmUp {
  /** The most messages of the first, second, ... day. */
  quotas: readonly number[];
  /** The first message under the plan; its days, of 24 hours each, are counted from there. Null before it. */
  since: Date | null;
  /** The day `used` belongs to. */
  dayStartedAt: Date | null;
  used: number;
}

/** From 1; undefined once the plan is over. Days pass by the clock, whether the sender wrote or not. */
export function warmUpDay(plan: WarmUp, now: Date): number | undefined {
  if (!plan.since) return 1;
  // A clock that was set back before the beginning is still in the first day.
  const day = Math.max(0, Math.floor((now.getTime() - plan.since.getTime()) / DAY_MS)) + 1;
  return day <= plan.quotas.length ? day : undefined;
}

/** What may be sent today, as a window that ends with the day; undefined once the plan is over. */
export function warmUpWindow(plan: WarmUp, now: Date): QuotaWindow | undefined {
  const day = warmUpDay(plan, now);
  if (day === undefined) return undefined;
  const window = {
    lengthMs: DAY_MS,
    quota: plan.quotas[day - 1] ?? 0,
    startedAt: plan.dayStartedAt,
    used: plan.used,
  };
  return windowAt(window, now);
}

/** Counts `messages` in the day of the plan. The first ones begin the plan. The caller has made sure that they fit. */
export function takeFromWarmUp(plan: WarmUp, messages: number, now: Date): WarmUp {
  const window = warmUpWindow(plan, now);
  if (!window) return plan;
  const since = plan.since ?? now;
  const day = warmUpDay(plan, now) ?? 1;
  const start = addMs(since, (day - 1) * DAY_MS);
  const { startedAt, used } = takeFromWindow(window, messages, start);
  return { ...plan, since, dayStartedAt: startedAt, used };
}

export function giveBackToWarmUp(plan: WarmUp, messages: number, reservedAt: Date): WarmUp {
  const window = { lengthMs: DAY_MS, quota: 0, startedAt: plan.dayStartedAt, used: plan.used };
  return { ...plan, used: giveBackToWindow(window, messages, reservedAt).used };
}

/** When the plan ends by itself; undefined before it has begun. */
export function warmUpEnd(plan: WarmUp): Date | undefined {
  return plan.since ? addMs(plan.since, plan.quotas.length * DAY_MS) : undefined;
}
