import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { World } from './world.js';
import { sourceKinds, type ClaimOutcome, type SourceKind } from '../../src/modules/delivery/index.js';

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

/** A worker that has read a delivery, and claims what was true then. */
async function reader(kind: SourceKind): Promise<{ deliveryId: string; claim: () => Promise<ClaimOutcome> }> {
  const { recipients } = await world.deliveries(kind, { parts: ['one', 'two'] });
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

describe.each(sourceKinds)('a claim (%s)', (source) => {
  it.each([
    ['is somewhere else in its way', `state = 'pending'`],
    ['has ended', `state = 'skipped', code = 'opted_out'`],
    ['was claimed and came back', `claim_epoch = claim_epoch + 1`],
    ['has got that part meanwhile', `next_part = 1`],
  ])('loses when its delivery %s since it was read', async (_what, change) => {
    const { deliveryId, claim } = await reader(source);
    await world.sql(`UPDATE deliveries SET ${change} WHERE id = $1`, [deliveryId]);
    const before = [await world.recipient(deliveryId), await world.messages(deliveryId)];
    expect(await claim()).toEqual({ kind: 'lost' });
    expect([await world.recipient(deliveryId), await world.messages(deliveryId)]).toEqual(before);
  });

  it('of one delivery is won once, in one batch and in several', async () => {
    const { deliveryId, claim } = await reader(source);
    const outcomes = await Promise.all([claim(), claim(), claim()]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['claimed', 'lost', 'lost']);
    expect(await claim()).toEqual({ kind: 'lost' });
    const claimed = (await world.messages(deliveryId)).filter(({ state }) => state === 'sending');
    expect(claimed).toHaveLength(1);
  });
});
