import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ReceiptStatus } from '../../src/transports/transport.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { World } from './world.js';
import {
  sourceKinds,
  type OutcomeRecord,
  type Settlement,
  type SourceKind,
} from '../../src/modules/delivery/index.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());

/** How far a state is. What is being sent may go back into the queue; what arrived stays arrived. */
const RANKS: Record<string, number> = {
  queued: 0,
  sending: 0,
  unknown: 1,
  sent: 2,
  delivered: 3,
  read: 4,
  played: 4,
};
const ID = 'wa-of-the-claim';

type Word = { kind: 'receipt'; status: ReceiptStatus } | { kind: 'record'; settlement: Settlement };

const settlement = fc.constantFrom<Settlement>(
  { kind: 'sent', waMessageId: ID, at: new Date() },
  { kind: 'failed', code: 'content_rejected' },
  { kind: 'unknown', code: 'timeout' },
  { kind: 'requeued', code: 'disconnected' },
  { kind: 'requeued', code: 'timeout', keepsId: true },
  { kind: 'resend', code: 'timeout', until: new Date() },
);
const status = fc.constantFrom<ReceiptStatus>('server', 'delivered', 'read', 'played', 'failed');
const word: fc.Arbitrary<Word> = fc.oneof(
  fc.record({ kind: fc.constant('receipt' as const), status }),
  fc.record({ kind: fc.constant('record' as const), settlement }),
);

it('what a phone has said once is never taken back, whatever receipts and records come, in whatever order', async () => {
  const words = fc.array(word, { minLength: 2, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...sourceKinds), words, async (source, said) => {
      const world = new World(db.database, await db.createTenant());
      const { claim } = await claimed(world, source);
      const states = async () => ({
        recipient: (await world.recipient(claim.deliveryId)).state,
        message: String((await world.messages(claim.deliveryId))[0]?.['state']),
      });
      let before = await states();
      for (const one of said) {
        await hear(world, claim, one);
        const after = await states();
        expectNotBack(before.message, after.message);
        expectNotBack(before.recipient, after.recipient);
        before = after;
      }
      const { ledger, counted } = await world.counts(claim.sourceId);
      expect(ledger).toEqual(counted);
    }),
    { numRuns: 60 },
  );
});

/** Failures end what is not delivered yet, and are ends. */
function expectNotBack(before: string, after: string): void {
  if (before === 'failed') expect(after).toBe('failed');
  else if (after === 'failed') expect(['queued', 'sending', 'unknown', 'sent']).toContain(before);
  else expect(RANKS[after]).toBeGreaterThanOrEqual(RANKS[before] ?? 0);
}

type Claimed = Omit<OutcomeRecord, 'settlement' | 'isResend'>;

/** A message that is being handed over. */
async function claimed(world: World, kind: SourceKind): Promise<{ claim: Claimed }> {
  const { senderId } = await world.senderWithoutIdempotentIds();
  const { recipients } = await (kind === 'campaign'
    ? world.campaign({ onUnknown: 'resend' })
    : world.deliveries(kind));
  const { tenantId, deliveryId } = recipients[0]!;
  const { delivery } = (await world.delivery.load(tenantId, deliveryId))!;
  const { source, sourceId, contactId, claimEpoch } = delivery;
  const claim = await world.delivery.claim({
    tenantId,
    source,
    sourceId,
    deliveryId,
    claimEpoch,
    part: 0,
    senderId,
    waMessageId: ID,
    type: 'text',
    body: 'x',
    content: null,
  });
  if (claim.kind !== 'claimed') throw new Error('nobody else is there');
  return {
    claim: {
      tenantId,
      source,
      sourceId,
      deliveryId,
      contactId,
      messageId: claim.messageId,
      claimEpoch: claim.claimEpoch,
      senderId,
      lastPart: true,
    },
  };
}

async function hear(world: World, claim: Claimed, said: Word): Promise<void> {
  if (said.kind === 'receipt') {
    const entry = { waMessageId: ID, status: said.status, at: new Date().toISOString() };
    await world.receipts.apply(world.tenantId, claim.senderId, [entry]);
    return;
  }
  const { settlement: settled } = said;
  const isResend = settled.kind === 'requeued' && settled.keepsId === true;
  await world.delivery.record({ ...claim, isResend, settlement: settled });
}
