import { addMs, earlier } from '../../../../lib/clock.js';

/** The most messages a campaign lets leave in a minute, and how that rises at its start. */
export interface Ceiling {
  maxPerMinute: number;
  rampUpMinutes: number | null;
}

export function ceilingOf(campaign: {
  maxPerMinute: number | null;
  rampUpMinutes: number | null;
}): Ceiling | undefined {
  const { maxPerMinute, rampUpMinutes } = campaign;
  return maxPerMinute === null ? undefined : { maxPerMinute, rampUpMinutes };
}

const MINUTE_MS = 60_000;
/** So much of every minute is kept free: a hand-over that is that late still falls into the minute of its slot. */
const RESERVE_MS = 1_000;
/** A ramp begins with this share of the ceiling. */
const FIRST_SHARE = 0.1;
/**
 * Claims of many messages a second come in batches: one that is this late makes up for it. The reserve covers the few
 * messages that adds to a minute.
 */
const LATENESS_MS = 100;

/** Milliseconds since the ramp began, which is with the first message. */
export function rampElapsedMs(rampStartedAt: Date | null, now: Date): number {
  return rampStartedAt ? now.getTime() - rampStartedAt.getTime() : 0;
}

/** Which part of the ceiling holds so long after the first message, 0.1 to 1. */
export function rampShare(rampUpMinutes: number | null, elapsedMs: number): number {
  if (!rampUpMinutes) return 1;
  const passed = Math.min(Math.max(elapsedMs / (rampUpMinutes * MINUTE_MS), 0), 1);
  return FIRST_SHARE + (1 - FIRST_SHARE) * passed;
}

/** Milliseconds between two messages. */
export function slotMs(ceiling: Ceiling, elapsedMs: number): number {
  const perMinute = ceiling.maxPerMinute * rampShare(ceiling.rampUpMinutes, elapsedMs);
  return (MINUTE_MS + RESERVE_MS) / perMinute;
}

/** When the next message may leave under a changed ceiling: a slot of the slower one is not waited for. */
export function slotAfterChange(
  { nextSlotAt, rampStartedAt }: { nextSlotAt: Date | null; rampStartedAt: Date | null },
  changed: { maxPerMinute: number | null; rampUpMinutes: number | null },
  now: Date,
): Date | null {
  const ceiling = ceilingOf(changed);
  if (!ceiling || !nextSlotAt) return null;
  return earlier(nextSlotAt, addMs(now, Math.ceil(slotMs(ceiling, rampElapsedMs(rampStartedAt, now)))));
}

export interface SlotGrant {
  granted: number;
  /** When the slot after those granted begins, given that all of them are used. */
  nextSlotAt: Date;
}

/** How many of `wanted` messages may leave now. Unused time is not saved up, so there is no burst after a wait. */
export function grantSlots(
  slots: { nextSlotAt: Date | null; stepMs: number },
  wanted: number,
  now: Date,
): SlotGrant {
  const { stepMs } = slots;
  const lateness = stepMs < LATENESS_MS ? LATENESS_MS : 0;
  const next = Math.max(slots.nextSlotAt?.getTime() ?? 0, now.getTime() - lateness);
  const due = next > now.getTime() ? 0 : Math.floor((now.getTime() - next) / stepMs) + 1;
  const granted = Math.min(due, wanted);
  // Rounded up: the database keeps microseconds, a Date milliseconds, and a slot must not come early.
  return { granted, nextSlotAt: new Date(Math.ceil(next + granted * stepMs)) };
}

/** How many messages the ceiling allows between two times after the start. */
export function allowance(ceiling: Ceiling, fromMs: number, toMs: number): number {
  const share = (rampTo(ceiling.rampUpMinutes, toMs) - rampTo(ceiling.rampUpMinutes, fromMs)) / MINUTE_MS;
  return (share * ceiling.maxPerMinute * MINUTE_MS) / (MINUTE_MS + RESERVE_MS);
}

/** The integral of `rampShare` from the start, in milliseconds at full pace. */
function rampTo(rampUpMinutes: number | null, elapsedMs: number): number {
  const elapsed = Math.max(elapsedMs, 0);
  if (!rampUpMinutes) return elapsed;
  const ramp = rampUpMinutes * MINUTE_MS;
  const rising = Math.min(elapsed, ramp);
  return FIRST_SHARE * rising + ((1 - FIRST_SHARE) * rising ** 2) / (2 * ramp) + Math.max(elapsed - ramp, 0);
}
