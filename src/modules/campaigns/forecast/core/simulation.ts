import { allowance, slotMs, type Ceiling } from '../../sending/core/ceiling.js';
import { isOpen, nextClosing, nextOpening, type Schedule } from '../../../tenants/core/window.js';
import type { Fleet } from '../../core/fleet.js';

/** Messages whose recipients have the same hours. */
export interface Demand {
  schedule: Schedule;
  messages: number;
}

export interface SimulationRules {
  from: Date;
  /** When the ramp of the ceiling begins or began: with the first message. */
  startedAt: Date;
  ceiling: Ceiling | undefined;
  expiresAt: Date | null;
  /** Messages every recipient gets. */
  parts: number;
  /** This many messages go first, then nothing for that long. */
  canary: { messages: number; restMs: number } | undefined;
}

/**
 * `hours_never_come`: the windows of the remaining recipients never open; `senders_used_up`: no sender will ever send
 * the rest.
 */
export type Simulated =
  | { kind: 'finishes'; at: Date }
  | { kind: 'expires'; at: Date; left: number }
  | { kind: 'never'; reason: 'hours_never_come' | 'senders_used_up' | 'too_far'; left: number };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Simulated time at most: five years. */
const HORIZON_MS = 5 * 366 * DAY_MS;
const MAX_SLICES = 20_000;
/** Under a ceiling the senders share it, and the set of free senders changes by the hour. */
const SLICE_UNDER_CEILING_MS = HOUR_MS;
const RAMP_SLICES = 20;

/**
 * When the last message leaves, with all quotas, paces, windows and ceilings kept. Groups that are open at the same
 * time share the senders in proportion to their remaining messages.
 */
export async function simulate(
  fleet: Fleet,
  demands: readonly Demand[],
  rules: SimulationRules,
): Promise<Simulated> {
  const play = new Play(fleet, demands, rules);
  for (let slice = 0; slice < MAX_SLICES; slice += 1) {
    const end = await play.next();
    if (end) return end;
  }
  return { kind: 'never', reason: 'too_far', left: play.left };
}

class Play {
  private readonly groups: Demand[];
  private at: number;
  private canaryLeft: number;
  /** A message has left: the next one has to wait for its slot under the ceiling. */
  private begun = false;

  constructor(
    private readonly fleet: Fleet,
    demands: readonly Demand[],
    private readonly rules: SimulationRules,
  ) {
    this.groups = demands.filter(({ messages }) => messages > 0).map((demand) => ({ ...demand }));
    this.at = rules.from.getTime();
    this.canaryLeft = rules.canary?.messages ?? Infinity;
  }

  get left(): number {
    return sum(this.groups);
  }

  /** Simulates one slice; returns the end when it is reached. */
  async next(): Promise<Simulated | undefined> {
    const { expiresAt, from } = this.rules;
    if (this.left === 0) return { kind: 'finishes', at: new Date(Math.ceil(this.at)) };
    if (expiresAt && this.at >= expiresAt.getTime())
      return { kind: 'expires', at: expiresAt, left: this.left };
    if (this.at - from.getTime() > HORIZON_MS) return { kind: 'never', reason: 'too_far', left: this.left };
    const open = this.groups.filter(
      ({ schedule, messages }) => messages > 0 && isOpen(schedule, new Date(this.at)),
    );
    if (open.length === 0) return this.waitForOpening();
    return this.sendTo(open);
  }

  private waitForOpening(): Simulated | undefined {
    const openings = this.waiting().map(({ schedule }) =>
      nextOpening(schedule, new Date(this.at))?.getTime(),
    );
    const known = openings.filter((opening) => opening !== undefined);
    if (known.length === 0) return { kind: 'never', reason: 'hours_never_come', left: this.left };
    this.at = Math.min(...known, this.rules.expiresAt?.getTime() ?? Infinity);
    return undefined;
  }

  private async sendTo(open: Demand[]): Promise<Simulated | undefined> {
    const to = this.endOfSlice(open);
    const ready = this.fleet.readyBefore(to);
    if (ready === 0 && this.fleet.readyBefore(this.at + HORIZON_MS) === 0) {
      return { kind: 'never', reason: 'senders_used_up', left: this.left };
    }
    const wanted = Math.min(sum(open), this.canaryLeft);
    const from = this.at;
    const { messages, doneAt } = await this.fleet.send({
      from,
      to,
      wanted,
      minStepMs: this.minStep(ready),
    });
    assign(messages, open);
    this.canaryLeft -= messages;
    this.at = Math.max(doneAt ?? to, this.ceilingEnd(from, messages));
    this.begun ||= messages > 0;
    if (this.canaryLeft <= 0) {
      this.at += this.rules.canary?.restMs ?? 0;
      this.canaryLeft = Infinity;
    }
    return undefined;
  }

  private waiting(): Demand[] {
    return this.groups.filter(({ messages }) => messages > 0);
  }

  /** The next moment at which something changes for waiting groups. */
  private endOfSlice(open: readonly Demand[]): number {
    const { expiresAt, from, ceiling } = this.rules;
    const now = new Date(this.at);
    const changes = this.waiting().map(({ schedule }) =>
      (open.some((one) => one.schedule === schedule) ? nextClosing : nextOpening)(schedule, now)?.getTime(),
    );
    const longest = ceiling ? this.sliceUnder(ceiling) : HORIZON_MS;
    return Math.min(
      this.at + longest,
      from.getTime() + HORIZON_MS + 1,
      expiresAt?.getTime() ?? Infinity,
      ...changes.filter((change) => change !== undefined && change > this.at).map(Number),
    );
  }

  private sliceUnder({ rampUpMinutes }: Ceiling): number {
    const rampMs = (rampUpMinutes ?? 0) * 60_000;
    const rising = this.elapsed(this.at) < rampMs;
    return rising ? Math.max(rampMs / RAMP_SLICES, 60_000) : SLICE_UNDER_CEILING_MS;
  }

  /** A sender's share of the ceiling, as the pace it may not exceed. */
  private minStep(ready: number): number {
    const { ceiling, parts } = this.rules;
    return ceiling ? Math.max(ready, 1) * parts * slotMs(ceiling, this.elapsed(this.at)) : 0;
  }

  /** When the ceiling has let this many messages leave; senders that begin together would be ahead of it. */
  private ceilingEnd(from: number, messages: number): number {
    const { ceiling } = this.rules;
    // Only the very first message has a free slot: one per slice would add up to more than allowed.
    const slots = this.begun ? messages : messages - 1;
    if (!ceiling || slots <= 0) return from;
    let [before, at] = [from, from + 60_000];
    const enough = (time: number) => allowance(ceiling, this.elapsed(from), this.elapsed(time)) >= slots;
    while (!enough(at)) [before, at] = [at, at + (at - from)];
    while (at - before > 1) {
      const middle = Math.floor((before + at) / 2);
      if (enough(middle)) at = middle;
      else before = middle;
    }
    return at;
  }

  private elapsed(at: number): number {
    return at - this.rules.startedAt.getTime();
  }
}

/** Divides messages in proportion to the rest of each group, in whole messages. */
function assign(messages: number, groups: Demand[]): void {
  let [given, left] = [messages, sum(groups)];
  for (const group of groups) {
    const share = left === 0 ? 0 : Math.min(group.messages, Math.round((given * group.messages) / left));
    left -= group.messages;
    given -= share;
    group.messages -= share;
  }
  // The remainder of rounding goes to groups that still have messages.
  for (const group of groups) {
    const rest = Math.min(given, group.messages);
    group.messages -= rest;
    given -= rest;
  }
}

function sum(groups: readonly Demand[]): number {
  return groups.reduce((total, { messages }) => total + messages, 0);
}
