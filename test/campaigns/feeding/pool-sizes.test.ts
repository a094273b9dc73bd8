import { expect, it } from '@jest/globals';
import { newId } from '../../../src/lib/ids.js';
import { PoolSizes } from '../../../src/modules/campaigns/feeding/pool-sizes.js';
import { TestClock } from '../../senders/fixture.js';

/** A pool of so many connected senders, and how often they were counted. */
function pool(connected: number) {
  const clock = new TestClock();
  const senders = { connected, counted: 0 };
  const findPool = async () => {
    senders.counted += 1;
    return { total: senders.connected, connected: senders.connected, present: [], absent: [] };
  };
  const sizes = new PoolSizes({ clock, senders: { findPool } });
  const campaign = { id: newId(), tenantId: newId(), pool: { senderIds: [], senderTags: [] } };
  return { senders, clock, ask: async () => (await sizes.of(campaign)).connected };
}

it('a large pool is counted again after five seconds', async () => {
  const { senders, clock, ask } = pool(1_000);
  expect([await ask(), await ask()]).toEqual([1_000, 1_000]);
  senders.connected = 2_000;
  clock.forward(4_999);
  expect(await ask()).toBe(1_000);
  clock.forward(1);
  expect(await ask()).toBe(2_000);
  expect(senders.counted).toBe(2);
});

it('a small one is counted each time: one sender more is worth the same as all before it', async () => {
  const { senders, ask } = pool(1);
  await ask();
  senders.connected = 2;
  expect(await ask()).toBe(2);
});

it('a large one is counted again when the clock was set back', async () => {
  const { senders, clock, ask } = pool(1_000);
  await ask();
  clock.forward(-60_000);
  await ask();
  expect(senders.counted).toBe(2);
});
