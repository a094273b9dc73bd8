import { describe, expect, it } from '@jest/globals';
import type { LedgerEntry } from '../../chaos/ledger.js';
import { judge, type DeliveryRow } from '../../chaos/verdict.js';

const ana = '+5511960000001';
const CAMPAIGN = 'the campaign';
const place = (part: number, more: object = {}) => ({ source: CAMPAIGN, phone: ana, part, ...more });

const arrived = (part: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  senderId: 'one',
  to: ana,
  campaignId: CAMPAIGN,
  part,
  at: '2026-03-01T12:00:00Z',
  ...more,
});
const shown = (
  state: string,
  nextPart: number,
  code: string | null = null,
  more: Partial<DeliveryRow> = {},
): DeliveryRow => ({
  source: CAMPAIGN,
  phone: ana,
  parts: 2,
  sendAt: null,
  state,
  nextPart,
  code,
  ...more,
});

describe('the verdict of a chaos run', () => {
  it('finds nothing where every recipient got each part once', () => {
    expect(judge([arrived(0), arrived(1)], [shown('read', 2)])).toEqual({
      expected: 2,
      duplicates: [],
      risked: [],
      unseen: [],
      strangers: [],
      missing: [],
      unknown: [],
      contradicted: [],
      outOfOrder: [],
      early: [],
    });
  });

  it('counts every further copy', () => {
    const { duplicates } = judge([arrived(0), arrived(0), arrived(1), arrived(1)], [shown('sent', 2)]);
    expect(duplicates).toEqual([place(0), place(1)]);
  });

  it('accepts no account for what is shown as sent and did not arrive', () => {
    const { missing } = judge([arrived(0)], [shown('sent', 2)]);
    expect(missing).toEqual([place(1, { account: undefined })]);
  });

  it('accepts none either for a part before the one that is unknown, or for a recipient who still waits', () => {
    expect(judge([], [shown('unknown', 1, 'worker_lost')]).missing).toEqual([
      place(0, { account: undefined }),
      place(1, { account: 'unknown (worker_lost)' }),
    ]);
    expect(judge([], [shown('queued', 0)]).missing).toHaveLength(2);
    expect(judge([], [shown('queued', 0)]).missing[0]?.account).toBeUndefined();
  });

  it('tells whether an unknown part arrived, and accounts for those behind it', () => {
    const lost = [shown('unknown', 0, 'worker_lost')];
    expect(judge([arrived(0)], lost)).toMatchObject({
      unknown: [{ part: 0, arrived: true }],
      missing: [{ part: 1, account: 'behind a part that is unknown' }],
      contradicted: [],
    });
    expect(judge([], lost).unknown).toMatchObject([{ part: 0, arrived: false }]);
  });

  it('finds what arrived although it is shown as failed, skipped or never begun', () => {
    expect(judge([arrived(0)], [shown('failed', 0, 'gave_up')]).contradicted).toHaveLength(1);
    expect(judge([arrived(0)], [shown('skipped', 0, 'opted_out')]).contradicted).toHaveLength(1);
    expect(judge([arrived(1)], [shown('unknown', 0)]).contradicted).toEqual([place(1)]);
    expect(judge([arrived(0)], [shown('queued', 0)]).contradicted).toHaveLength(1);
  });

  it('finds strangers, parts in the wrong order and conversations that changed the sender', () => {
    const stranger = arrived(0, { to: '+5511960000009' });
    expect(judge([stranger, arrived(7)], [shown('sent', 2)]).strangers).toHaveLength(2);
    expect(judge([arrived(1), arrived(0)], [shown('sent', 2)]).outOfOrder).toEqual([ana]);
    const other = arrived(1, { senderId: 'two' });
    expect(judge([arrived(0), other], [shown('sent', 2)]).outOfOrder).toEqual([ana]);
  });

  it('judges what no campaign sends by the request it was sent for, to the same number, too', () => {
    const single = { source: 'a request', parts: 1 };
    const both = [shown('sent', 2), shown('sent', 1, null, single)];
    const ofRequest = arrived(0, { campaignId: 'a request', senderId: 'two' });
    const fine = judge([arrived(0), arrived(1), ofRequest], both);
    expect(fine).toMatchObject({ expected: 3, duplicates: [], missing: [], strangers: [], outOfOrder: [] });
    const twice = judge([arrived(0), arrived(1), ofRequest, ofRequest], both);
    expect(twice.duplicates).toEqual([place(0, { source: 'a request' })]);
    expect(judge([arrived(0), arrived(1)], both).missing).toMatchObject([place(0, { source: 'a request' })]);
    const unheardOf = arrived(0, { campaignId: 'another request' });
    expect(judge([unheardOf], []).strangers).toEqual([place(0, { source: 'another request' })]);
  });

  it('finds what came before its time', () => {
    const due = (sendAt: string) => [shown('sent', 1, null, { parts: 1, sendAt })];
    expect(judge([arrived(0)], due('2026-03-01T12:00:00Z')).early).toEqual([]);
    expect(judge([arrived(0)], due('2026-03-01T12:00:01Z')).early).toEqual([place(0)]);
  });
});
