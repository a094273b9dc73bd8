import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs } from '../../src/lib/clock.js';
import { seededRandom } from '../../src/lib/random.js';
import { MINUTE_MS, windowAt, type QuotaWindows } from '../../src/modules/senders/core/quota.js';
import { giveBackSlot, grantable, takeSlot, type SenderSlot } from '../../src/modules/senders/core/slot.js';
import { NO_PACE, QUOTA_WINDOWS, slot, START } from './slots.js';

/** A reservation, and in which window of each kind it was counted. */
interface Reserved {
  messages: number;
  at: Date;
  trueMs: number;
  windows: Record<keyof QuotaWindows, number>;
  day: number | undefined;
  isGivenBack: boolean;
}

type Step =
  | { kind: 'reserve'; stepMs: number; messages: number }
  | { kind: 'giveBack'; stepMs: number; which: number; part: number };

/** A job gives back what it did not use before the window it was counted in can have ended and begun again. */
const LONGEST_RUN_MS = MINUTE_MS - 1_000;

class Sender {
  readonly reserved: Reserved[] = [];
  private now = START;
  private trueMs = 0;
  private readonly windows: Record<keyof QuotaWindows, number> = { minute: 0, hour: 0, day: 0 };
  private readonly random = seededRandom(1);

  constructor(private sender: SenderSlot) {}

  take(step: Step): void {
    this.now = addMs(this.now, step.stepMs);
    this.trueMs += Math.max(0, step.stepMs);
    if (step.kind === 'reserve') this.reserve(step.messages);
    else this.giveBack(step);
  }

  private reserve(wanted: number): void {
    const granted = grantable(this.sender, wanted, this.now);
    if (granted === 0) return;
    for (const name of QUOTA_WINDOWS) {
      if (!windowAt(this.sender.windows[name], this.now).startedAt) this.windows[name] += 1;
    }
    this.sender = takeSlot(this.sender, granted, NO_PACE, this.now, 1, this.random);
    const day = this.sender.warmUp?.dayStartedAt?.getTime();
    const { now, trueMs } = this;
    const windows = { ...this.windows };
    this.reserved.push({ messages: granted, at: now, trueMs, windows, day, isGivenBack: false });
  }

  private giveBack({ which, part }: { which: number; part: number }): void {
    const open = this.reserved.filter(
      ({ isGivenBack, trueMs }) => !isGivenBack && this.trueMs - trueMs < LONGEST_RUN_MS,
    );
    const chosen = open[which % Math.max(open.length, 1)];
    if (!chosen) return;
    const messages = Math.min(chosen.messages, part);
    this.sender = giveBackSlot(this.sender, messages, chosen.at, this.now);
    chosen.messages -= messages;
    chosen.isGivenBack = true;
  }

  /** What was kept in the window that counts now must be what it counts, and within the quota. */
  check(): void {
    for (const name of QUOTA_WINDOWS) {
      const { used, quota } = this.sender.windows[name];
      const kept = this.sum((reserved) => reserved.windows[name] === this.windows[name]);
      expect(kept).toBeLessThanOrEqual(used);
      expect(used).toBeLessThanOrEqual(quota);
    }
    const { warmUp } = this.sender;
    if (!warmUp?.dayStartedAt) return;
    const today = warmUp.dayStartedAt.getTime();
    expect(this.sum(({ day }) => day === today)).toBeLessThanOrEqual(warmUp.used);
    expect(warmUp.used).toBeLessThanOrEqual(Math.max(...warmUp.quotas));
  }

  private sum(counts: (reserved: Reserved) => boolean): number {
    return this.reserved.filter(counts).reduce((total, { messages }) => total + messages, 0);
  }
}

const quotas = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 20 }))
  .map(([minute, hour, day]) => ({ minute, hour: minute + hour, day: minute + hour + day }));
/** Mostly small steps, so that reservations of the last window come back within the next one. */
const forward = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 9_000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 90_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 30_000_000 }) },
);
const anyStep = fc.oneof(
  { weight: 4, arbitrary: forward },
  { weight: 1, arbitrary: fc.integer({ min: -7_200_000, max: 0 }) },
);
const stepsOf = (stepMs: fc.Arbitrary<number>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('reserve' as const), stepMs, messages: fc.integer({ min: 1, max: 4 }) }),
      fc.record({
        kind: fc.constant('giveBack' as const),
        stepMs,
        which: fc.nat(5),
        part: fc.integer({ min: 1, max: 4 }),
      }),
    ),
    { maxLength: 100 },
  );

function run(sender: Sender, steps: readonly Step[]): void {
  for (const step of steps) {
    sender.take(step);
    sender.check();
  }
}

describe('the quotas of a sender', () => {
  it('hold through sends, unused reservations that come back late, and a clock that jumps about', () => {
    fc.assert(
      fc.property(quotas, stepsOf(anyStep), (quota, steps) => run(new Sender(slot('a', quota)), steps)),
      { numRuns: 300 },
    );
  });

  it('and its warm-up plan hold together', () => {
    const plan = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(quotas, plan, stepsOf(forward), (quota, days, steps) => {
        const warmUp = { quotas: days, since: null, dayStartedAt: null, used: 0 };
        run(new Sender({ ...slot('a', quota), warmUp }), steps);
      }),
      { numRuns: 300 },
    );
  });
});
