import { expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import type { LoadedDelivery } from '../../src/modules/delivery/index.js';
import { TriedDeliveries } from '../../src/worker/message-worker/tried-deliveries.js';

const READ_AT = new Date('2026-03-01T10:00:00Z');

/** A delivery that was read then and comes back after so many milliseconds. */
function kept(ms: number) {
  const loaded = { delivery: { id: 'd', tenantId: 't' } } as LoadedDelivery;
  const tried = new TriedDeliveries();
  tried.keep(loaded, { readAt: READ_AT, at: addMs(READ_AT, ms) });
  return {
    loaded,
    take: (after: number, tenantId = 't') => tried.take(tenantId, 'd', addMs(READ_AT, after)),
  };
}

it('what was read serves for less than two seconds', () => {
  const { loaded, take } = kept(1_000);
  expect(take(1_999)).toEqual({ loaded, readAt: READ_AT });
  expect(kept(1_000).take(2_000)).toBeUndefined();
});

it('it is taken once, unless it is kept again', () => {
  const { take } = kept(1_000);
  take(1_000);
  expect(take(1_000)).toBeUndefined();
});

it('it does not serve another tenant, nor before it was read by a clock that was set back', () => {
  expect(kept(1_000).take(1_000, 'other')).toBeUndefined();
  expect(kept(1_000).take(-1)).toBeUndefined();
});

it('what comes back later is not kept', () => {
  expect(kept(2_000).take(100)).toBeUndefined();
});
