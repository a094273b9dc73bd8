import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../src/lib/random.js';
import { assignSlots, type SlotRequest } from '../../src/modules/senders/core/assign.js';
import { emptyPoolReason, reasonInPool, waitTimes } from '../../src/modules/senders/core/waiting.js';
import { SlotQueueEstimate } from '../../src/modules/senders/core/slot-queue-estimate.js';
import { takeSlot, type SenderSlot } from '../../src/modules/senders/core/slot.js';
import { at, NO_PACE, slot, START } from './slots.js';

const pace = { occupyMs: 500, minDelay: 2_000, maxDelay: 5_000 };

function requests(count: number, request: Partial<SlotRequest> = {}): SlotRequest[] {
  return Array.from({ length: count }, () => ({ messages: 1, ...pace, ...request }));
}

function merge(all: SenderSlot[], changed: SenderSlot[]): SenderSlot[] {
  const byId = new Map(changed.map((sender) => [sender.id, sender]));
  return all.map((sender) => byId.get(sender.id) ?? sender);
}

describe('assigning a batch', () => {
  it('uses equal senders equally, to within one message, however requests are batched', () => {
    const batches = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 });
    // Steps include a clock that stands still and one that is set back.
    const steps = fc.array(fc.integer({ min: -5_000, max: 10_000 }), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), batches, steps, (count, sizes, clockSteps) => {
        let senders = Array.from({ length: count }, (_, index) => slot(`s${index}`));
        const used = new Map(senders.map(({ id }) => [id, 0]));
        let now = 60_000;
        sizes.forEach((size, index) => {
          now += clockSteps[index] ?? 0;
          const due = senders.map((sender) => ({ ...sender, nextAvailableAt: START }));
          const plan = assignSlots(requests(size, NO_PACE), due, at(now), seededRandom(index));
          senders = merge(senders, plan.changed);
          for (const assignment of plan.assignments) {
            if (assignment) used.set(assignment.senderId, (used.get(assignment.senderId) ?? 0) + 1);
          }
          expect(Math.max(...used.values()) - Math.min(...used.values())).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it('gives a paced sender one request of a batch and leaves the rest waiting', () => {
    const plan = assignSlots(requests(5), [slot('a'), slot('b')], START, seededRandom(1));
    expect(plan.assignments.filter(Boolean)).toHaveLength(2);
    expect(new Set(plan.assignments.flatMap((a) => a?.senderId ?? []))).toEqual(new Set(['a', 'b']));
  });

  it('fills a sender without pace up to its quota and no further', () => {
    const plan = assignSlots(requests(9, NO_PACE), [slot('a', { minute: 4 })], START, seededRandom(1));
    expect(plan.assignments.filter(Boolean)).toHaveLength(4);
    expect(plan.changed[0]?.nextAvailableAt).toEqual(at(60_000));
  });

  it('takes the preferred sender although another was used less recently', () => {
    const used = takeSlot(slot('b'), 1, NO_PACE, START, 9, seededRandom(1));
    const [request] = requests(1, { preferredSenderId: 'b' });
    const plan = assignSlots(request ? [request] : [], [slot('a'), used], at(1), seededRandom(1));
    expect(plan.assignments[0]?.senderId).toBe('b');
  });

  it('takes another sender when the preferred one is not free, but waits for a required one', () => {
    const preferring = assignSlots(
      requests(1, { preferredSenderId: 'gone' }),
      [slot('a')],
      START,
      seededRandom(1),
    );
    expect(preferring.assignments[0]?.senderId).toBe('a');
    const requiring = assignSlots(
      requests(1, { requiredSenderId: 'gone' }),
      [slot('a')],
      START,
      seededRandom(1),
    );
    expect(requiring.assignments[0]).toBeUndefined();
  });

  it('takes a sender for several messages only when every window has room for all of them', () => {
    const almostFull = takeSlot(slot('a', { minute: 3 }), 2, NO_PACE, START, 1, seededRandom(1));
    const plan = assignSlots(
      requests(1, { messages: 2 }),
      [almostFull, slot('b', { minute: 3 })],
      START,
      seededRandom(1),
    );
    expect(plan.assignments[0]).toEqual({ senderId: 'b', messages: 2 });
  });
});

describe('the time to ask again', () => {
  const inLine = (lines: SlotQueueEstimate, count: number, slots: SenderSlot[], now = START) =>
    lines.timesFor(
      requests(count).map((request) => ({ ...request, rank: 5 })),
      slots,
      { key: 'all', isCut: false, now, random: seededRandom(1) },
    );

  it('is the first free slot for the first request, and spread over the coming slots for the others', () => {
    const paced = { ...slot('a'), nextAvailableAt: at(1_000) };
    const { waits } = waitTimes(requests(3), [paced], START, seededRandom(1));
    expect(waits.map((wait) => wait.at)).toEqual([at(1_000), at(3_100), at(5_200)]);
    expect(waits[0]?.reason).toBe('pace');
  });

  it('is the same whether requests come together or one after another', () => {
    const paced = [300, 1_000, 1_700].map((ms, index) => ({ ...slot(`${index}`), nextAvailableAt: at(ms) }));
    const together = waitTimes(requests(50), paced, START, seededRandom(1));
    const lines = new SlotQueueEstimate();
    const apart = Array.from({ length: 50 }, () => inLine(lines, 1, paced));
    expect(apart.flat()).toEqual(together.waits);
  });

  it('is not further than a minute behind the first free slot, and no slot is promised for longer', () => {
    const paced = { ...slot('a'), nextAvailableAt: at(1_000) };
    const lines = new SlotQueueEstimate();
    expect(inLine(lines, 100, [paced]).at(-1)?.at).toEqual(at(61_000));
    const aMinuteLater = { ...slot('a'), nextAvailableAt: at(61_000) };
    expect(inLine(lines, 1, [aMinuteLater], at(60_001))[0]?.at).toEqual(at(61_000));
  });

  it('follows the density of the slots that are known of a larger pool', () => {
    const known = Array.from({ length: 50 }, (_, index) => ({
      ...slot(`${index}`),
      nextAvailableAt: at(1_000 + 2 * index),
    }));
    const { waits } = waitTimes(requests(500), known, START, seededRandom(1), { isCut: true });
    expect(waits.at(-1)?.at.getTime()).toBeLessThan(at(2_100).getTime());
  });

  it('is the end of the window when a quota is used up, whichever request came first', () => {
    const full = takeSlot(slot('a', { minute: 1 }), 1, NO_PACE, START, 1, seededRandom(1));
    const { waits } = waitTimes(requests(1), [full], at(5), seededRandom(1), { behind: at(90_000) });
    expect(waits).toEqual([{ at: at(60_000), reason: 'quota_used_up' }]);
  });

  it('is within a moment when a free sender is only held by another worker', () => {
    const [wait] = waitTimes(requests(1), [slot('a')], START, seededRandom(1)).waits;
    expect(wait?.at.getTime()).toBeGreaterThan(START.getTime());
    expect(wait?.at.getTime()).toBeLessThanOrEqual(START.getTime() + 100);
  });

  it('is replaced by the first missing condition when no sender could ever send', () => {
    const census = {
      total: 2,
      supported: 2,
      addressing: 2,
      connected: 1,
      unpaused: 1,
      healthy: 0,
      unspent: 0,
      restrictedUntil: null,
    };
    expect(emptyPoolReason({ ...census, total: 0 })).toBe('no_sender_in_pool');
    expect(emptyPoolReason({ ...census, supported: 0 })).toBe('unsupported_type');
    expect(emptyPoolReason({ ...census, addressing: 0 })).toBe('no_reachable_identity');
    expect(emptyPoolReason({ ...census, connected: 0 })).toBe('no_sender_connected');
    expect(emptyPoolReason({ ...census, unpaused: 0 })).toBe('all_paused');
    expect(emptyPoolReason(census)).toBe('all_unhealthy');
    expect(emptyPoolReason({ ...census, healthy: 1 })).toBe('sender_budget_used_up');
    expect(emptyPoolReason({ ...census, healthy: 1, unspent: 1 })).toBe('restricted');
    expect(reasonInPool('quota_used_up', census)).toBe('quota_used_up');
    const ofSome = { ...census, addressing: 1 };
    expect(reasonInPool('quota_used_up', ofSome)).toBe('no_sender_for_identity');
    expect(reasonInPool('pace', ofSome)).toBe('pace');
    expect(reasonInPool('no_reachable_identity', { ...census, addressing: 0 })).toBe('no_reachable_identity');
  });
});
