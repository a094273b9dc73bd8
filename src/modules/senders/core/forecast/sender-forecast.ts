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
  /** Competing campaigns that use this sender; absent without any. */
  competitors?: readonly Competitor[];
}

/** Another campaign's share of a sender. */
export interface Competitor {
  /** Messages it still has for this sender. */
  left: number;
  pace: ForecastPace;
  /** Milliseconds since 1970: nothing before. */
  begin: number;
  /** Served before this campaign, in turns with it, or only while this campaign does not send yet. */
  rank: 'before' | 'beside' | 'behind';
}

/** Senders that are all in the same state, as far as sending goes. */
export interface SenderForecast {
  senders: number;
  nextAt: number;
  levels: Level[];
  warmUp?: WarmUp;
  budgetLeft: number;
  competitors: readonly Competitor[];
}

export function senderForecastOf(
  { slot, budgetLeft = Infinity, competitors = [] }: ForecastSender,
  now: number,
): SenderForecast {
  const { minute, hour, day } = slot.windows;
  return {
    senders: 1,
    nextAt: Math.max(slot.nextAvailableAt.getTime(), now),
    levels: [minute, hour, day].map((window) => levelAt(toLevel(window), now)),
    ...(slot.warmUp && { warmUp: slot.warmUp }),
    budgetLeft,
    competitors,
  };
}

/** Fresh senders of the same quotas are all alike: one of them stands for all. */
export function grouped(senderForecasts: SenderForecast[]): SenderForecast[] {
  const groups = new Map<string, SenderForecast>();
  for (const senderForecast of senderForecasts) {
    const { nextAt, levels, warmUp, budgetLeft, competitors } = senderForecast;
    const key = JSON.stringify([nextAt, levels, warmUp, String(budgetLeft), competitors]);
    const group = groups.get(key);
    if (group) group.senders += 1;
    else groups.set(key, { ...senderForecast });
  }
  return [...groups.values()];
}

/**
 * The competing campaigns one after the other until `until`. Those of rank `behind` are dropped then: from now on they
 * wait.
 */
export function servedAlone(start: SenderForecast, until: number): SenderForecast {
  let senderForecast = start;
  const left = start.competitors.map((competitor) => {
    const nextAt = Math.max(senderForecast.nextAt, competitor.begin);
    const alone = { ...senderForecast, nextAt, budgetLeft: competitor.left, competitors: [] };
    const { senderForecast: after } = advance(alone, { ...competitor.pace, minStepMs: 0 }, until);
    if (after.budgetLeft < competitor.left) senderForecast = after;
    return { ...competitor, left: after.budgetLeft };
  });
  const { budgetLeft } = start;
  return { ...senderForecast, budgetLeft, competitors: left.filter(({ rank }) => rank !== 'behind') };
}

interface OwnPace extends ForecastPace {
  /** Not faster than this, whatever the sender does meanwhile. */
  minStepMs: number;
}

/** Everything one sender sends before `until`. */
export function advance(
  start: SenderForecast,
  pace: OwnPace,
  until: number,
): { senderForecast: SenderForecast; stretches: Stretch[] } {
  const stretches: Stretch[] = [];
  let senderForecast = start;
  while (senderForecast.nextAt < until && senderForecast.budgetLeft >= pace.messages) {
    const { next, stretch } = step(senderForecast, pace, until);
    if (stretch) stretches.push(stretch);
    senderForecast = next;
  }
  return { senderForecast, stretches };
}

/** What a sender repeats for a while: messages of this campaign, and of the competing ones that share it. */
interface Round {
  /** Messages of this campaign. */
  own: number;
  /** Messages of all campaigns. */
  messages: number;
  stepMs: number;
  competitors: readonly Competitor[];
}

function roundAt({ competitors, nextAt }: SenderForecast, pace: OwnPace, smallestQuota: number): Round {
  const alone = {
    own: Math.min(pace.messages, smallestQuota),
    messages: Math.min(pace.messages, smallestQuota),
    stepMs: Math.max(pace.stepMs, pace.minStepMs),
    competitors: [],
  };
  const active = competitors.filter((competitor) => isActive(competitor, nextAt));
  if (active.length === 0) return alone;
  const beside = active.filter(({ rank }) => rank === 'beside');
  const all = alone.messages + sum(beside, (competitor) => competitor.pace.messages);
  // Where the smallest quota does not fit one message of each campaign, they are served one after the other.
  const first = active.find(({ rank }) => rank === 'before') ?? (all > smallestQuota ? beside[0] : undefined);
  if (first) {
    const messages = Math.min(first.pace.messages, smallestQuota);
    return { own: 0, messages, stepMs: first.pace.stepMs, competitors: [first] };
  }
  const stepMs = Math.max(pace.minStepMs, pace.stepMs + sum(beside, (competitor) => competitor.pace.stepMs));
  return { own: alone.own, messages: all, stepMs, competitors: beside };
}

function isActive({ left, begin, pace, rank }: Competitor, at: number): boolean {
  return rank !== 'behind' && left >= pace.messages && begin <= at;
}

/** One stretch, or the wait for a window that is used up. */
function step(
  senderForecast: SenderForecast,
  pace: OwnPace,
  until: number,
): { next: SenderForecast; stretch?: Stretch } {
  const at = senderForecast.nextAt;
  const today = senderForecast.warmUp && warmUpWindow(senderForecast.warmUp, new Date(at));
  const warming = today ? [toLevel(today)] : [];
  const standing = senderForecast.levels.map((level) => levelAt(level, at));
  const round = roundAt(
    senderForecast,
    pace,
    Math.min(...[...standing, ...warming].map(({ quota }) => quota)),
  );
  const { own, messages, stepMs } = round;
  const levels = standing.map((level) => (neverFills(level, at, stepMs, messages) ? empty(level) : level));
  const limits = [
    ...levels.filter((level) => !paceAlone(level, stepMs, messages) || level.used > 0),
    ...warming,
  ];

  const days = senderForecast.warmUp ? [dayEnd(senderForecast.warmUp, at)] : [];
  const full = limits.filter(({ quota, used }) => quota - used < messages);
  if (full.length > 0) {
    const roomAgainAt = Math.max(...full.map(({ startedAt, lengthMs }) => (startedAt ?? at) + lengthMs));
    // The next day of a plan may ask for less room than this one.
    return { next: { ...senderForecast, levels, nextAt: Math.min(roomAgainAt, ...days) } };
  }
  const room = Math.min(
    own > 0 ? Math.floor(senderForecast.budgetLeft / own) : Infinity,
    ...round.competitors.map((competitor) => Math.floor(competitor.left / competitor.pace.messages)),
    ...limits.map(({ quota, used }) => Math.floor((quota - used) / messages)),
  );
  const ends = limits.map(({ startedAt, lengthMs }) => (startedAt ?? at) + lengthMs);
  const begins = senderForecast.competitors.filter(({ begin }) => begin > at).map(({ begin }) => begin);
  const boundary = Math.min(until, ...ends, ...begins, ...days);
  const sends = stepMs > 0 ? Math.min(room, Math.ceil((boundary - at) / stepMs)) : room;
  return {
    next: {
      ...senderForecast,
      nextAt: at + sends * stepMs,
      levels: levels.map((level) => take(level, { from: at, stepMs, sends, messages })),
      ...(senderForecast.warmUp && {
        warmUp: takeFromWarmUp(senderForecast.warmUp, sends * messages, new Date(at)),
      }),
      budgetLeft: senderForecast.budgetLeft - sends * own,
      competitors: senderForecast.competitors.map((competitor) =>
        round.competitors.includes(competitor)
          ? { ...competitor, left: competitor.left - sends * competitor.pace.messages }
          : competitor,
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
