import { describe, expect, it } from '@jest/globals';
import type { Findings, RestoreFindings } from '../../chaos/findings.js';
import type { LedgerEntry } from '../../chaos/ledger.js';
import { holeOf, lostDeliveries, restoreChecks, wasLost } from '../../chaos/restore-checks.js';
import { judge, type DeliveryRow } from '../../chaos/verdict.js';

const ana = '+5511960000001';
const CAMPAIGN = 'the campaign';
const second = (n: number) => new Date(Date.UTC(2026, 2, 1, 12, 0, n));

const restored = (more: Partial<RestoreFindings> = {}): RestoreFindings => ({
  takenAt: second(10),
  replacedAt: second(30),
  settledAt: second(35),
  held: undefined,
  campaign: CAMPAIGN,
  known: new Set([CAMPAIGN, 'known']),
  lost: [],
  writers: new Map(),
  ends: [],
  flushedAt: [],
  ...more,
});
const delivery = (source: string, state: string, more: Partial<DeliveryRow> = {}): DeliveryRow => ({
  source,
  phone: ana,
  parts: 1,
  sendAt: null,
  state,
  code: null,
  nextPart: 0,
  ...more,
});
const arrived = (source: string, at: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  senderId: 'one',
  to: ana,
  campaignId: source,
  part: 0,
  at: second(at).toISOString(),
  ...more,
});

/** The names of the checks that do not hold. */
function failing(restore: RestoreFindings, rows: DeliveryRow[], ledger: LedgerEntry[], more: object = {}) {
  const verdict = judge(ledger, [...rows, ...lostDeliveries(restore)], holeOf(restore));
  const truth = { deliveries: rows, unread: [] };
  const findings = { restore, verdict, truth, arrivals: ledger, accepted: [], queueLost: false, ...more };
  return restoreChecks(findings as unknown as Findings)
    .filter(({ holds }) => !holds)
    .map(({ name }) => name);
}

describe('what a chaos run accepts after a restore', () => {
  const flushed = { held: { mayRepeat: 1 }, flushedAt: [second(20).getTime()] };
  const sent = [delivery(CAMPAIGN, 'sent', { nextPart: 1 })];
  const twice = (first: number, again: number) => [
    arrived(CAMPAIGN, first),
    arrived(CAMPAIGN, again, { senderId: 'two' }),
  ];
  const copies = (restore: RestoreFindings, first: number, again: number) => {
    const { duplicates, risked, outOfOrder } = judge(twice(first, again), sent, holeOf(restore));
    return [duplicates.length, risked.length, outOfOrder.length];
  };

  it('is a second copy only of what left between the backup and a flush, and only when it was resumed', () => {
    expect(copies(restored(flushed), 15, 40)).toEqual([0, 1, 0]);
    expect(copies(restored(flushed), 25, 40)).toEqual([1, 0, 1]);
    expect(copies(restored(flushed), 5, 40)).toEqual([1, 0, 1]);
    expect(copies(restored(flushed), 15, 25)).toEqual([1, 0, 1]);
    expect(copies(restored(), 15, 40)).toEqual([1, 0, 1]);
    expect(copies(restored({ flushedAt: [second(5).getTime()] }), 15, 40)).toEqual([1, 0, 1]);
    expect(copies(restored({ flushedAt: [second(36).getTime()] }), 15, 40)).toEqual([1, 0, 1]);
  });

  it('is a part behind an unknown one only if it left then, too', () => {
    const behind = (at: number) => {
      const ledger = [arrived(CAMPAIGN, 12), arrived(CAMPAIGN, at, { part: 1 })];
      const { unseen, contradicted } = judge(
        ledger,
        [delivery(CAMPAIGN, 'unknown', { parts: 2 })],
        holeOf(restored(flushed)),
      );
      return [unseen.length, contradicted.length];
    };
    expect(behind(15)).toEqual([1, 0]);
    expect(behind(25)).toEqual([0, 1]);
  });

  it('is not more copies than the answer to the resumption said', () => {
    expect(failing(restored(flushed), sent, twice(15, 40))).toEqual([]);
    const none = restored({ ...flushed, held: { mayRepeat: 0 } });
    expect(failing(none, sent, twice(15, 40))).toEqual([
      'no more was sent twice than the answer to the resumption said',
    ]);
  });

  it('is that requests made since the backup are gone, of which nothing arrives afterwards or twice', () => {
    const lost = [delivery('lost', 'queued')];
    const held = { mayRepeat: 0 };
    expect(failing(restored({ lost, held }), sent, [arrived(CAMPAIGN, 5), arrived('lost', 15)])).toEqual([]);
    expect(failing(restored({ lost }), sent, [arrived(CAMPAIGN, 5)])).toEqual([]);
    expect(failing(restored({ lost, held }), sent, [arrived(CAMPAIGN, 5), arrived('lost', 40)])).toEqual([
      'nothing arrived late that the restored database does not know',
    ]);
    const again = judge([arrived('lost', 15), arrived('lost', 16)], lostDeliveries(restored({ lost })));
    expect(again.duplicates).toHaveLength(1);
    const claimed = lostDeliveries(restored({ lost: [delivery('lost', 'sent', { nextPart: 1 })] }));
    expect(judge([], claimed).missing).toMatchObject([{ account: undefined }]);
  });

  it('is no request that is neither kept nor lost', () => {
    const accepted = [{ source: 'gone', kind: 'single', messages: 1 }];
    expect(failing(restored(), sent, [arrived(CAMPAIGN, 5)], { accepted })).toEqual([
      'what was accepted is kept, or was lost with the database',
    ]);
  });

  it('is that it waits for a user just when something can be missing', () => {
    const name = 'the restored database goes on by itself just when nothing can be missing';
    const ledger = [arrived(CAMPAIGN, 5)];
    const flushedBefore = { flushedAt: [second(5).getTime()] };
    expect(failing(restored(), sent, ledger)).toEqual([]);
    expect(failing(restored({ held: { mayRepeat: 0 } }), sent, ledger)).toEqual([name]);
    expect(failing(restored({ flushedAt: flushed.flushedAt }), sent, ledger)).toEqual([name]);
    expect(failing(restored(flushedBefore), sent, ledger)).toEqual([]);
    expect(failing(restored({ ...flushedBefore, held: { mayRepeat: 0 } }), sent, ledger)).toEqual([]);
    const lost = [delivery('lost', 'sent', { nextPart: 1 })];
    expect(failing(restored({ lost }), sent, [...ledger, arrived('lost', 15)])).toEqual([name]);
  });

  it('is an unknown message only of a request that the backup knew, while the user decides', () => {
    const left = (source: string) => [delivery(source, 'unknown', { code: 'database_restored' })];
    const isAccountedFor = (source: string, restore: RestoreFindings) => {
      const verdict = judge([], left(source));
      return verdict.unknown.every((place) => wasLost(place, verdict, restore));
    };
    const held = { mayRepeat: 0 };
    expect(isAccountedFor('known', restored({ held }))).toBe(true);
    expect(isAccountedFor('known', restored())).toBe(false);
    expect(isAccountedFor('new', restored({ held }))).toBe(false);
    expect(isAccountedFor(CAMPAIGN, restored({ held }))).toBe(false);
    expect(failing(restored(), [...sent, ...left('new')], [arrived(CAMPAIGN, 5)])).toEqual([
      'what was asked for after the restore is sent as ever',
    ]);
  });

  it('is no message that arrived since and is not shown as read, where the queue lost nothing', () => {
    const truth = { deliveries: sent, unread: [{ source: CAMPAIGN, phone: ana, part: 0 }] };
    expect(failing(restored(), sent, [arrived(CAMPAIGN, 25)], { truth })).toEqual([]);
    expect(failing(restored(), sent, [arrived(CAMPAIGN, 40)], { truth })).toEqual([
      'what arrived since the restore is shown as read',
    ]);
    expect(failing(restored(), sent, [arrived(CAMPAIGN, 40)], { truth, queueLost: true })).toEqual([]);
  });
});
