import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../src/lib/random.js';
import {
  unconfirmedAmong,
  MAX_RESENDS,
  MAX_SAFE_REPEATS,
  resendOf,
  resolveUnconfirmed,
} from '../../src/modules/delivery/core/unconfirmed.js';
import { mergeReceipts, type ReceiptEntry } from '../../src/modules/delivery/core/receipts.js';
import { judge } from '../../src/modules/delivery/core/settlement.js';
import type { SendOutcome } from '../../src/transports/transport.js';
import type { MessageAttempt } from '../../src/modules/delivery/core/attempt.js';

const now = new Date('2026-03-01T12:00:00Z');
const later = new Date('2026-03-01T12:10:00Z');
const choice = fc.constantFrom('leave' as const, 'resend' as const);

const outcome = fc.constantFrom<SendOutcome>(
  { kind: 'sent', waMessageId: 'x', at: now },
  { kind: 'rejected', code: 'not_on_whatsapp', permanent: true },
  { kind: 'retryLater', code: 'rate_limited', scope: 'sender', at: later },
  { kind: 'retryLater', code: 'restricted', scope: 'sender', at: later },
  { kind: 'retryLater', code: 'pair_limited', scope: 'contact', at: later },
  { kind: 'retryLater', code: 'unavailable', scope: 'global', at: later },
  { kind: 'senderLost', code: 'banned' },
  { kind: 'unknown', code: 'timeout' },
  { kind: 'unknown', code: 'connection_lost' },
);
const claim = fc.record({
  claimEpoch: fc.nat(60),
  part: fc.nat(9),
  isResend: fc.boolean(),
  mayHaveArrived: fc.boolean(),
  unconfirmedSend: fc.record({ repeatable: fc.boolean(), onUnknown: choice, unconfirmed: fc.nat(60) }),
  graceMs: fc.integer({ min: 1_000, max: 600_000 }),
});

describe('judging a hand-over', () => {
  it('says when to try again exactly when it is tried again, and never before now', () => {
    fc.assert(
      fc.property(outcome, claim, fc.nat(), (answer, claimed, seed) => {
        const { settlement, retryAt } = judge(answer, claimed, now, seededRandom(seed));
        expect(retryAt !== undefined).toBe(settlement.kind === 'requeued' || settlement.kind === 'resend');
        if (retryAt) expect(retryAt.getTime()).toBeGreaterThanOrEqual(now.getTime());
      }),
    );
  });

  it('calls nothing failed that may have arrived, unless the network refused it', () => {
    fc.assert(
      fc.property(outcome, claim, fc.nat(), (answer, claimed, seed) => {
        const { settlement } = judge(answer, { ...claimed, mayHaveArrived: true }, now, seededRandom(seed));
        if (settlement.kind === 'failed') expect(answer.kind).toBe('rejected');
      }),
    );
  });

  it('counts against the sender only what the sender caused', () => {
    fc.assert(
      fc.property(outcome, claim, fc.nat(), (answer, claimed, seed) => {
        const { verdict } = judge(answer, claimed, now, seededRandom(seed));
        const isCausedBySender =
          answer.kind === 'senderLost' ||
          answer.kind === 'unknown' ||
          (answer.kind === 'retryLater' && answer.scope === 'sender');
        expect(verdict.result === 'failure').toBe(isCausedBySender);
        expect(verdict.result === 'success').toBe(answer.kind === 'sent');
      }),
    );
  });
});

describe('an unconfirmed send', () => {
  const played = fc.array(fc.boolean(), { minLength: 1, maxLength: 80 });

  it('risks a second copy only where the campaign does, and so many at most', () => {
    fc.assert(
      fc.property(choice, fc.boolean(), played, (onUnknown, allocatesIds, silences) => {
        const attempts: MessageAttempt[] = [];
        let copies = 1;
        for (const isSilent of silences) {
          const bounced: MessageAttempt = {
            at: '',
            senderId: 'a',
            outcome: 'requeued',
            code: 'disconnected',
          };
          const settled = resolveUnconfirmed(
            'timeout',
            { repeatable: false, onUnknown, unconfirmed: unconfirmedAmong(attempts) },
            { now, graceMs: 1_000 },
          );
          if (!isSilent) attempts.push(bounced);
          else if (settled.kind === 'unknown') break;
          else {
            copies += 1;
            attempts.push({ at: '', senderId: 'a', outcome: 'resend', code: 'timeout' });
          }
          const id = allocatesIds ? 'wa-1' : null;
          const message = { senderId: 'a', waMessageId: id, content: { type: 'text' as const, text: 'x' } };
          const resend = resendOf({ ...message, attempts, senderLost: false }, onUnknown);
          if (copies > 1) expect(resend?.isSafe).toBe(false);
        }
        expect(copies).toBeLessThanOrEqual(onUnknown === 'leave' ? 1 : 1 + MAX_RESENDS);
      }),
    );
  });

  it('is repeated under its id where that is safe, later each time, and not for ever', () => {
    fc.assert(
      fc.property(choice, fc.nat(60), (onUnknown, unconfirmed) => {
        const settled = resolveUnconfirmed(
          'timeout',
          { repeatable: true, onUnknown, unconfirmed: unconfirmed },
          { now, graceMs: 1 },
        );
        expect(settled.kind).toBe(unconfirmed < MAX_SAFE_REPEATS ? 'requeued' : 'unknown');
        if (settled.kind !== 'requeued') return;
        const pause = settled.at.getTime() - now.getTime();
        expect(pause).toBeGreaterThanOrEqual(2_000);
        expect(pause).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});

describe('receipts', () => {
  const receipt: fc.Arbitrary<ReceiptEntry> = fc.record(
    {
      waMessageId: fc.constantFrom('a', 'b', 'c'),
      status: fc.constantFrom('server', 'delivered', 'read', 'played', 'failed'),
      at: fc
        .date({ min: now, max: new Date('2026-03-02T12:00:00Z'), noInvalidDate: true })
        .map((at) => at.toISOString()),
    },
    { requiredKeys: ['waMessageId', 'status', 'at'] },
  );
  const batch = fc.array(receipt, { maxLength: 20 });
  const byId = (entries: readonly ReceiptEntry[]) =>
    new Map(mergeReceipts(entries).merged.map((merged) => [merged.waMessageId, merged]));

  it('say the same in any order and however often they come', () => {
    const shuffled = batch.chain((entries) =>
      fc.tuple(
        fc.constant(entries),
        fc.shuffledSubarray([...entries, ...entries], { minLength: entries.length * 2 }),
      ),
    );
    fc.assert(fc.property(shuffled, ([entries, again]) => expect(byId(again)).toEqual(byId(entries))));
  });

  it('say no less when more of them come', () => {
    fc.assert(
      fc.property(batch, batch, (first, more) => {
        const [before, after] = [byId(first), byId([...first, ...more])];
        for (const [id, { rank, readAt }] of before) {
          expect(after.get(id)?.rank).toBeGreaterThanOrEqual(rank);
          if (readAt) expect(after.get(id)?.readAt?.getTime()).toBeLessThanOrEqual(readAt.getTime());
        }
      }),
    );
  });
});
