import { DAY_MS, type QuotaWindow } from './quota.js';
import type { SenderSlot } from './slot.js';
import { takeFromWarmUp, warmUpDay, warmUpWindow, type WarmUp } from './warm-up.js';

/**
 * What senders will send, without sending it: stretches of evenly spaced sends between the ends of quota windows, so
 * that a million messages cost some thousand steps. The rules are those of `slot.ts`; with a fixed pace both agree.
 */

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

/** To be awaited now and then, so that a long forecast does not hold up the rest of the process. */
export type Rest = () => Promise<void>;

/** Milliseconds since 1970. */
interface Level {
  lengthMs: number;
  quota: number;
  startedAt: number | null;
  used: number;
}

/** Senders that are all in the same state, as far as sending goes. */
interface Outlook {
  senders: number;
  nextAt: number;
  levels: Level[];
  warmUp?: WarmUp;
  budgetLeft: number;
  rivals: readonly Rival[];
}

/** Sends at `from`, `from + stepMs`, ... of `messages` each. */
interface Stretch {
  from: number;
  stepMs: number;
  sends: number;
  messages: number;
}

export interface ForecastSlice {
  /** Milliseconds since 1970; `to` is not part of it. */
  from: number;
  to: number;
  /** Messages; no more are sent. */
  wanted: number;
  /** No sender goes faster, whatever its own pace: its share of a ceiling. */
  minStepMs: number;
}

/** Nobody knows how long it takes: looks are short first, and each twice as long as the one before. */
const FIRST_LOOK_MS = 600_000;
/** A look with that many stretches is long enough: they are all in memory at once. */
const MANY_STRETCHES = 200_000;
/** Senders between two rests. */
const REST_AFTER = 100;

/** A pool of senders on its way through the time to come. Each `send` continues where the one before has ended. */
export class PoolForecast {
  private outlooks: Outlook[];

  constructor(
    senders: readonly ForecastSender[],
    private readonly pace: ForecastPace,
    now: Date,
    private readonly rest: Rest = () => Promise.resolve(),
  ) {
    this.outlooks = grouped(senders.map((sender) => outlookOf(sender, now.getTime())));
  }

  /** Senders that could send something before `at`. */
  readyBefore(at: number): number {
    return sum(
      this.outlooks.filter(({ nextAt, budgetLeft }) => nextAt < at && budgetLeft >= this.pace.messages),
      (outlook) => outlook.senders,
    );
  }

  /** The others have the senders for themselves until then. */
  async leaveToOthersUntil(at: number): Promise<void> {
    this.outlooks = await this.each(this.outlooks, (outlook) => servedAlone(outlook, at));
  }

  /** What the pool sends in the slice. `doneAt` is when the last of `wanted` leaves; absent when they do not all. */
  async send({ from, to, wanted, minStepMs }: ForecastSlice): Promise<{ messages: number; doneAt?: number }> {
    let messages = 0;
    let lengthMs = FIRST_LOOK_MS;
    for (let at = from; at < to;) {
      const end = Math.min(at + lengthMs, to);
      const sent = await this.look({ from: at, to: end, wanted: wanted - messages, minStepMs });
      messages += sent.messages;
      if (sent.doneAt !== undefined) return { messages, doneAt: sent.doneAt };
      at = end;
      if (sent.stretches < MANY_STRETCHES) lengthMs *= 2;
    }
    return { messages };
  }

  private async look({
    from,
    to,
    wanted,
    minStepMs,
  }: ForecastSlice): Promise<{ messages: number; stretches: number; doneAt?: number }> {
    const pace = { ...this.pace, minStepMs };
    const before = this.outlooks.map((outlook) => ({ ...outlook, nextAt: Math.max(outlook.nextAt, from) }));
    const after = await this.each(before, (outlook) => advance(outlook, pace, to));
    const total = sum(after, ({ outlook, stretches }) => outlook.senders * sum(stretches, messagesOf));
    const stretches = sum(after, (one) => one.stretches.length);
    if (total < wanted) {
      this.outlooks = after.map(({ outlook }) => outlook);
      return { messages: total, stretches };
    }
    const doneAt = await firstTime(from, to, async (at) => {
      const sent = await this.each(
        after,
        ({ outlook, stretches: own }) => outlook.senders * sum(own, (one) => sentBy(one, at)),
      );
      return sum(sent, Number) >= wanted;
    });
    this.outlooks = await this.each(before, (outlook) => advance(outlook, pace, doneAt + 1).outlook);
    return { messages: wanted, stretches, doneAt };
  }

  private async each<Item, Result>(items: readonly Item[], work: (item: Item) => Result): Promise<Result[]> {
    const results: Result[] = [];
    for (const item of items) {
      results.push(work(item));
      if (results.length % REST_AFTER === 0) await this.rest();
    }
    await this.rest();
    return results;
  }
}

function outlookOf({ slot, budgetLeft = Infinity, rivals = [] }: ForecastSender, now: number): Outlook {
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
function grouped(outlooks: Outlook[]): Outlook[] {
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
function servedAlone(start: Outlook, until: number): Outlook {
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
function advance(start: Outlook, pace: OwnPace, until: number): { outlook: Outlook; stretches: Stretch[] } {
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

/** At this pace a whole window of that length never comes near its quota. */
function paceAlone({ lengthMs, quota }: Level, stepMs: number, messages: number): boolean {
  return stepMs > 0 && Math.ceil(lengthMs / stepMs) * messages <= quota;
}

/** Neither a whole window nor what is left of the one under way can fill up: it need not be counted. */
function neverFills(level: Level, at: number, stepMs: number, messages: number): boolean {
  if (!paceAlone(level, stepMs, messages)) return false;
  const leftMs = (level.startedAt ?? at) + level.lengthMs - at;
  return level.used + Math.ceil(leftMs / stepMs) * messages <= level.quota;
}

function toLevel({ lengthMs, quota, startedAt, used }: QuotaWindow): Level {
  return { lengthMs, quota, startedAt: startedAt?.getTime() ?? null, used };
}

/** As `windowAt`, for a clock that only goes forward from here. */
function levelAt(level: Level, at: number): Level {
  if (level.startedAt === null || level.used <= 0) return empty(level);
  if (level.startedAt > at) return { ...level, startedAt: at };
  return at >= level.startedAt + level.lengthMs ? empty(level) : level;
}

function empty(level: Level): Level {
  return { ...level, startedAt: null, used: 0 };
}

/** Counts a stretch. One that lasts longer than the window leaves its last messages in the last window it began. */
function take(level: Level, { from, stepMs, sends, messages }: Stretch): Level {
  const perWindow = stepMs > 0 ? Math.ceil(level.lengthMs / stepMs) : Infinity;
  const over = level.startedAt === null ? Math.floor((sends - 1) / perWindow) : 0;
  return {
    ...level,
    startedAt: level.startedAt ?? (over > 0 ? from + over * perWindow * stepMs : from),
    used: level.used + (sends - over * (over > 0 ? perWindow : 0)) * messages,
  };
}

function messagesOf({ sends, messages }: Stretch): number {
  return sends * messages;
}

function sentBy({ from, stepMs, sends, messages }: Stretch, at: number): number {
  if (at < from) return 0;
  return messages * (stepMs === 0 ? sends : Math.min(sends, Math.floor((at - from) / stepMs) + 1));
}

/** The first whole millisecond in [from, to) at which `reached` holds, given that it does at the end. */
async function firstTime(
  from: number,
  to: number,
  reached: (at: number) => Promise<boolean>,
): Promise<number> {
  let [before, at] = [Math.floor(from) - 1, Math.ceil(to)];
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (await reached(middle)) at = middle;
    else before = middle;
  }
  return at;
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
