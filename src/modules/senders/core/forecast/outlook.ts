import { sum } from '../../../../lib/sum.js';
import { DAY_MS } from '../quota.js';
import type { SenderSlot } from '../slot.js';
import { takeFromWarmUp, warmUpDay, warmUpWindow, type WarmUp } from '../warm-up.js';
import { empty, levelAt, neverFills, paceAlone, take, toLevel, type Level } from './level.js';
import type { Stretch } from './stretch.js';

/** How a recipient is served. */
export interface ForecastPace {
  /** Messages every recipient gets. */
  messages: number;
  /** Milliseconds between two recipients of one sender, on average: typing, pauses and rest. */
  stepMs: number;
}

export interface ForecastSender {
  slot: SenderSlot;
  /** Messages it may still send for this campaign; absent without a budget. */
  budgetLeft?: number;
  /** What others want of it; absent when nobody does. */
  rivals?: readonly Rival[];
}

/** Another campaign's share of a sender. */
export interface Rival {
  /** Messages it still has for this sender. */
  left: number;
  pace: ForecastPace;
  /** Milliseconds since 1970: nothing before. */
  begin: number;
  /** Whether it goes first, takes turns with us, or only has the time in which we do not send yet. */
  rank: 'before' | 'beside' | 'behind';
}

/** Senders that are all in the same state, as far as sending goes. */
export interface Outlook {
  senders: number;
  nextAt: number;
  levels: Level[];
  warmUp?: WarmUp;
  budgetLeft: number;
  rivals: readonly Rival[];
}

export function outlookOf(
  { slot, budgetLeft = Infinity, rivals = [] }: ForecastSender,
  now: number,
): Outlook {
  const { minute, hour, day } = slot.windows;
  return {
    senders: 1,
    nextAt: Math.max(slot.nextAvailableAt.getTime(), now),
    levels: [minute, hour, day].map((window) => levelAt(toLevel(window), now)),
    ...(slot.warmUp && { warmUp: slot.warmUp }),
    budgetLeft,
    rivals,
  };
}

/** Fresh senders of the same quotas are all alike: one of them stands for all. */
export function grouped(outlooks: Outlook[]): Outlook[] {
  const groups = new Map<string, Outlook>();
  for (const outlook of outlooks) {
    const { nextAt, levels, warmUp, budgetLeft, rivals } = outlook;
    const key = JSON.stringify([nextAt, levels, warmUp, String(budgetLeft), rivals]);
    const group = groups.get(key);
    if (group) group.senders += 1;
    else groups.set(key, { ...outlook });
  }
  return [...groups.values()];
}

/** One after the other; those that go behind us are forgotten then: from now on they wait. */
export function servedAlone(start: Outlook, until: number): Outlook {
  let outlook = start;
  const left = start.rivals.map((rival) => {
    const nextAt = Math.max(outlook.nextAt, rival.begin);
    const alone = { ...outlook, nextAt, budgetLeft: rival.left, rivals: [] };
    const { outlook: after } = advance(alone, { ...rival.pace, minStepMs: 0 }, until);
    if (after.budgetLeft < rival.left) outlook = after;
    return { ...rival, left: after.budgetLeft };
  });
  const { budgetLeft } = start;
  return { ...outlook, budgetLeft, rivals: left.filter(({ rank }) => rank !== 'behind') };
}

interface OwnPace extends ForecastPace {
  /** Not faster than this, whatever the sender does meanwhile. */
  minStepMs: number;
}

/** Everything one sender sends before `until`. */
export function advance(
  start: Outlook,
  pace: OwnPace,
  until: number,
): { outlook: Outlook; stretches: Stretch[] } {
  const stretches: Stretch[] = [];
  let outlook = start;
  while (outlook.nextAt < until && outlook.budgetLeft >= pace.messages) {
    const { next, stretch } = step(outlook, pace, until);
    if (stretch) stretches.push(stretch);
    outlook = next;
  }
  return { outlook, stretches };
}

/** What a sender does over and over for a while: something for us, something for those who share it. */
interface Round {
  /** Our messages. */
  own: number;
  /** All of them. */
  messages: number;
  stepMs: number;
  rivals: readonly Rival[];
}

function roundAt({ rivals, nextAt }: Outlook, pace: OwnPace, smallestQuota: number): Round {
  const alone = {
    own: Math.min(pace.messages, smallestQuota),
    messages: Math.min(pace.messages, smallestQuota),
    stepMs: Math.max(pace.stepMs, pace.minStepMs),
    rivals: [],
  };
  const active = rivals.filter((rival) => isActive(rival, nextAt));
  if (active.length === 0) return alone;
  const beside = active.filter(({ rank }) => rank === 'beside');
  const all = alone.messages + sum(beside, (rival) => rival.pace.messages);
  // Where one quota does not hold a message of everybody, they come one after the other.
  const first = active.find(({ rank }) => rank === 'before') ?? (all > smallestQuota ? beside[0] : undefined);
  if (first) {
    const messages = Math.min(first.pace.messages, smallestQuota);
    return { own: 0, messages, stepMs: first.pace.stepMs, rivals: [first] };
  }
  const stepMs = Math.max(pace.minStepMs, pace.stepMs + sum(beside, (rival) => rival.pace.stepMs));
  return { own: alone.own, messages: all, stepMs, rivals: beside };
}

function isActive({ left, begin, pace, rank }: Rival, at: number): boolean {
  return rank !== 'behind' && left >= pace.messages && begin <= at;
}

/** One stretch, or the wait for a window that is used up. */
function step(outlook: Outlook, pace: OwnPace, until: number): { next: Outlook; stretch?: Stretch } {
  const at = outlook.nextAt;
  const today = outlook.warmUp && warmUpWindow(outlook.warmUp, new Date(at));
  const warming = today ? [toLevel(today)] : [];
  const standing = outlook.levels.map((level) => levelAt(level, at));
  const round = roundAt(outlook, pace, Math.min(...[...standing, ...warming].map(({ quota }) => quota)));
  const { own, messages, stepMs } = round;
  const levels = standing.map((level) => (neverFills(level, at, stepMs, messages) ? empty(level) : level));
  const limits = [
    ...levels.filter((level) => !paceAlone(level, stepMs, messages) || level.used > 0),
    ...warming,
  ];

  const full = limits.filter(({ quota, used }) => quota - used < messages);
  if (full.length > 0) {
    const nextAt = Math.max(...full.map(({ startedAt, lengthMs }) => (startedAt ?? at) + lengthMs));
    return { next: { ...outlook, levels, nextAt } };
  }
  const room = Math.min(
    own > 0 ? Math.floor(outlook.budgetLeft / own) : Infinity,
    ...round.rivals.map((rival) => Math.floor(rival.left / rival.pace.messages)),
    ...limits.map(({ quota, used }) => Math.floor((quota - used) / messages)),
  );
  const ends = limits.map(({ startedAt, lengthMs }) => (startedAt ?? at) + lengthMs);
  const begins = outlook.rivals.filter(({ begin }) => begin > at).map(({ begin }) => begin);
  const days = outlook.warmUp ? [dayEnd(outlook.warmUp, at)] : [];
  const boundary = Math.min(until, ...ends, ...begins, ...days);
  const sends = stepMs > 0 ? Math.min(room, Math.ceil((boundary - at) / stepMs)) : room;
  return {
    next: {
      ...outlook,
      nextAt: at + sends * stepMs,
      levels: levels.map((level) => take(level, { from: at, stepMs, sends, messages })),
      ...(outlook.warmUp && { warmUp: takeFromWarmUp(outlook.warmUp, sends * messages, new Date(at)) }),
      budgetLeft: outlook.budgetLeft - sends * own,
      rivals: outlook.rivals.map((rival) =>
        round.rivals.includes(rival) ? { ...rival, left: rival.left - sends * rival.pace.messages } : rival,
      ),
    },
    ...(own > 0 && { stretch: { from: at, stepMs, sends, messages: own } }),
  };
}

/** The end of the plan's present day: another quota holds from there. */
function dayEnd(plan: WarmUp, at: number): number {
  const day = warmUpDay(plan, new Date(at));
  return day === undefined ? Infinity : (plan.since?.getTime() ?? at) + day * DAY_MS;
}
