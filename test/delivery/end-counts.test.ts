import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endStates, type DeliveryEnd } from '../../src/modules/delivery/core/delivery-end.js';
import {
  countChanges,
  progressOf,
  type EndCounts,
} from '../../src/modules/delivery/sends/core/end-counts.js';

const none: EndCounts = { sent: 0, delivered: 0, read: 0, failed: 0, skipped: 0, unknown: 0 };
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const end = (
  earlier: DeliveryEnd['earlier'],
  state: DeliveryEnd['state'],
  second = 0,
  sourceId = 'one',
): DeliveryEnd => ({ source: 'direct', sourceId, deliveryId: 'any', earlier, state, endedAt: at(second) });

describe('what ends change about the counts of a send', () => {
  it('is one more of each, and one less of what it was before', () => {
    expect(countChanges([])).toEqual([]);
    expect(countChanges([end(null, 'sent'), end(null, 'failed'), end('sent', 'read')])).toEqual([
      { id: 'one', ...none, failed: 1, read: 1, lastEndAt: at(0) },
    ]);
    expect(countChanges([end('unknown', null, 5)])).toEqual([
      { id: 'one', ...none, unknown: -1, lastEndAt: null },
    ]);
  });

  it('is apart for each send, and ends at the last first end of a delivery', () => {
    const ends = [
      end(null, 'sent', 7),
      end(null, 'sent', 3),
      end('sent', 'read', 9),
      end(null, 'skipped', 1, 'two'),
    ];
    expect(countChanges(ends)).toEqual([
      { id: 'one', ...none, sent: 1, read: 1, lastEndAt: at(7) },
      { id: 'two', ...none, skipped: 1, lastEndAt: at(1) },
    ]);
  });

  it('comes to how its deliveries ended, in whatever order and in whatever batches they are told', () => {
    const state = fc.constantFrom(null, ...endStates);
    const ways = fc.array(fc.array(state, { maxLength: 6 }), { maxLength: 8 });
    fc.assert(
      fc.property(
        ways,
        fc.array(fc.nat(), { minLength: 48, maxLength: 48 }),
        fc.integer({ min: 1, max: 5 }),
        (all, order, size) => {
          const steps = all.flatMap((way) =>
            way.flatMap((now, step) => {
              const before = way[step - 1] ?? null;
              return now === before ? [] : [end(before, now, step)];
            }),
          );
          const told = steps
            .map((one, index) => ({ one, key: order[index] ?? 0 }))
            .toSorted((a, b) => a.key - b.key);
          const sum = { ...none, total: all.length, lastEndAt: null };
          for (let from = 0; from < told.length; from += size) {
            for (const change of countChanges(told.slice(from, from + size).map(({ one }) => one)))
              for (const counted of endStates) sum[counted] += change[counted];
          }
          const last = all.map((way) => way.at(-1) ?? null);
          for (const counted of endStates)
            expect(sum[counted]).toBe(last.filter((one) => one === counted).length);
          expect(progressOf(sum).open).toBe(last.filter((one) => one === null).length);
        },
      ),
    );
  });
});

it('a send is complete when its last delivery has ended', () => {
  const send = { ...none, total: 3, sent: 1, read: 1, lastEndAt: at(4) };
  expect(progressOf(send)).toEqual({ open: 1, completedAt: null });
  expect(progressOf({ ...send, skipped: 1 })).toEqual({ open: 0, completedAt: at(4) });
});
