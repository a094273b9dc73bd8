import { allowance, type Ceiling } from './ceiling.js';
import { nextClosing, nextOpening, openTimes, type Schedule } from './window.js';

/** What decides when messages may leave, besides the senders. */
export interface TimeRules {
  ceiling: Ceiling | undefined;
  /** The ramp's beginning: the start of the campaign. */
  startedAt: Date;
  expiresAt: Date | null;
}

/** Messages whose recipients have the same hours. */
export interface HoursGroup {
  schedule: Schedule;
  messages: number;
}

export type Forecast =
  | { kind: 'finishes'; at: Date }
  | { kind: 'expires'; at: Date; left: number }
  | { kind: 'never'; left: number };

/** Weeks looked at before a forecast gives up. */
const MAX_INTERVALS = 2_000;

/** How many messages may leave between two times: what the senders manage while it is open, at most the ceiling. */
export function capacityBetween(
  rules: TimeRules,
  schedule: Schedule,
  sendersPerMs: number,
  from: Date,
  to: Date,
): number {
  let messages = 0;
  for (const open of openTimes(schedule, from, to)) messages += flowing(rules, sendersPerMs, open);
  return messages;
}

/**
 * When the last message has left, given how many the senders manage per millisecond. Groups that are open at the same
 * time share the senders in proportion to what is left of them, as recipients in the order of the audience do.
 */
export function forecastFinish(
  rules: TimeRules,
  groups: readonly HoursGroup[],
  sendersPerMs: number,
  from: Date,
): Forecast {
  let left = groups.filter(({ messages }) => messages > 0).map((group) => ({ ...group }));
  let at = from;
  for (let interval = 0; interval < MAX_INTERVALS; interval += 1) {
    if (left.length === 0) return { kind: 'finishes', at };
    if (rules.expiresAt && at >= rules.expiresAt) return { kind: 'expires', at, left: sum(left) };
    const end = endOfInterval(rules, left, at);
    if (!end) return { kind: 'never', left: sum(left) };
    const open = left.filter(({ schedule }) => nextOpening(schedule, at)?.getTime() === at.getTime());
    const wanted = sum(open);
    const possible = flowing(rules, sendersPerMs, { from: at, to: end });
    if (wanted > 0 && possible >= wanted && open.length === left.length) {
      return { kind: 'finishes', at: momentOf(rules, sendersPerMs, wanted, { from: at, to: end }) };
    }
    const share = wanted === 0 ? 0 : Math.min(possible / wanted, 1);
    for (const group of open) group.messages *= 1 - share;
    left = left.filter(({ messages }) => messages > 1e-9);
    at = end;
  }
  return { kind: 'never', left: sum(left) };
}

const LONGEST_INTERVAL_MS = 7 * 86_400_000;

/** The next moment at which a group opens or closes, the expiry, or a week from now while something is open. */
function endOfInterval(rules: TimeRules, groups: readonly HoursGroup[], at: Date): Date | undefined {
  const changes = groups.map(({ schedule }) => {
    const opening = nextOpening(schedule, at);
    if (!opening || opening > at) return opening;
    return nextClosing(schedule, at) ?? new Date(at.getTime() + LONGEST_INTERVAL_MS);
  });
  if (rules.expiresAt) changes.push(rules.expiresAt);
  const times = changes.filter((change) => change !== undefined).map((change) => change.getTime());
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

function flowing(
  { ceiling, startedAt }: TimeRules,
  sendersPerMs: number,
  open: { from: Date; to: Date },
): number {
  const bySenders = sendersPerMs * (open.to.getTime() - open.from.getTime());
  if (!ceiling) return bySenders;
  const start = startedAt.getTime();
  return Math.min(bySenders, allowance(ceiling, open.from.getTime() - start, open.to.getTime() - start));
}

/** When so many messages have left within an open time; found by halving, to the millisecond. */
function momentOf(
  rules: TimeRules,
  sendersPerMs: number,
  messages: number,
  open: { from: Date; to: Date },
): Date {
  let [low, high] = [open.from.getTime(), open.to.getTime()];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const done = flowing(rules, sendersPerMs, { from: open.from, to: new Date(middle) });
    if (done >= messages - 1e-6) high = middle;
    else low = middle;
  }
  return new Date(high);
}

function sum(groups: readonly HoursGroup[]): number {
  return groups.reduce((total, { messages }) => total + messages, 0);
}
