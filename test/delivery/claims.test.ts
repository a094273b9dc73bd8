import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { World } from './world.js';
import type { ClaimOutcome } from '../../src/modules/delivery/index.js';

let db: TestDatabase;
let world: World;
let senderId: string;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
  senderId = (await world.sender()).senderId;
});

/** A worker that has read the recipient, and claims what was true then. */
async function reader(): Promise<{ deliveryId: string; claim: () => Promise<ClaimOutcome> }> {
  const { recipients } = await world.campaign({ parts: ['one', 'two'] });
  const { tenantId, deliveryId } = recipients[0]!;
  const { delivery } = (await world.delivery.load(tenantId, deliveryId))!;
  const { source, sourceId, claimEpoch, nextPart } = delivery;
  const request = { tenantId, source, sourceId, deliveryId, claimEpoch, part: nextPart, senderId };
  return {
    deliveryId,
    claim: () =>
      world.delivery.claim({ ...request, waMessageId: undefined, type: 'text', body: 'one', content: null }),
  };
}

describe('a claim', () => {
  it.each([
    ['is somewhere else in its way', `state = 'pending'`],
    ['has ended', `state = 'skipped', code = 'opted_out'`],
    ['was claimed and came back', `claim_epoch = claim_epoch + 1`],
    ['has got that part meanwhile', `next_part = 1`],
  ])('loses when its recipient %s since it was read', async (_what, change) => {
    const { deliveryId, claim } = await reader();
    await world.sql(`UPDATE deliveries SET ${change} WHERE id = $1`, [deliveryId]);
    const before = await world.recipient(deliveryId);
    expect(await claim()).toEqual({ kind: 'lost' });
    expect(await world.recipient(deliveryId)).toEqual(before);
    expect(await world.messages(deliveryId)).toEqual([]);
  });

  it('of one recipient is won once, in one batch and in several', async () => {
    const { deliveryId, claim } = await reader();
    const outcomes = await Promise.all([claim(), claim(), claim()]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['claimed', 'lost', 'lost']);
    expect(await claim()).toEqual({ kind: 'lost' });
    expect(await world.messages(deliveryId)).toHaveLength(1);
  });
});
