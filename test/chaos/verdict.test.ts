import { describe, expect, it } from '@jest/globals';
import type { LedgerEntry } from '../../chaos/ledger.js';
import { judge, type RecipientRow } from '../../chaos/verdict.js';

const ana = '+5511960000001';
const PARTS = 2;

const arrived = (part: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  senderId: 'one',
  to: ana,
  part,
  ...more,
});
const shown = (state: string, nextPart: number, code: string | null = null): RecipientRow => ({
  phone: ana,
  state,
  nextPart,
  code,
});

describe('the verdict of a chaos run', () => {
  it('finds nothing where every recipient got each part once', () => {
    expect(judge([arrived(0), arrived(1)], [shown('read', 2)], PARTS)).toEqual({
      expected: 2,
      duplicates: [],
      strangers: [],
      missing: [],
      unknown: [],
      contradicted: [],
      outOfOrder: [],
    });
  });

  it('counts every further copy', () => {
    const { duplicates } = judge([arrived(0), arrived(0), arrived(1), arrived(1)], [shown('sent', 2)], PARTS);
    expect(duplicates).toEqual([
      { phone: ana, part: 0 },
      { phone: ana, part: 1 },
    ]);
  });

  it('accepts no account for what is shown as sent and did not arrive', () => {
    const { missing } = judge([arrived(0)], [shown('sent', 2)], PARTS);
    expect(missing).toEqual([{ phone: ana, part: 1, account: undefined }]);
  });

  it('accepts none either for a part before the one that is unknown, or for a recipient who still waits', () => {
    expect(judge([], [shown('unknown', 1, 'worker_lost')], PARTS).missing).toEqual([
      { phone: ana, part: 0, account: undefined },
      { phone: ana, part: 1, account: 'unknown (worker_lost)' },
    ]);
    expect(judge([], [shown('queued', 0)], PARTS).missing).toHaveLength(2);
    expect(judge([], [shown('queued', 0)], PARTS).missing[0]?.account).toBeUndefined();
  });

  it('tells whether an unknown part arrived, and accounts for those behind it', () => {
    const lost = [shown('unknown', 0, 'worker_lost')];
    expect(judge([arrived(0)], lost, PARTS)).toMatchObject({
      unknown: [{ part: 0, arrived: true }],
      missing: [{ part: 1, account: 'behind a part that is unknown' }],
      contradicted: [],
    });
    expect(judge([], lost, PARTS).unknown).toMatchObject([{ part: 0, arrived: false }]);
  });

  it('finds what arrived although it is shown as failed, skipped or never begun', () => {
    expect(judge([arrived(0)], [shown('failed', 0, 'gave_up')], PARTS).contradicted).toHaveLength(1);
    expect(judge([arrived(0)], [shown('skipped', 0, 'opted_out')], PARTS).contradicted).toHaveLength(1);
    expect(judge([arrived(1)], [shown('unknown', 0)], PARTS).contradicted).toEqual([{ phone: ana, part: 1 }]);
    expect(judge([arrived(0)], [shown('queued', 0)], PARTS).contradicted).toHaveLength(1);
  });

  it('finds strangers, parts in the wrong order and conversations that changed the sender', () => {
    const stranger = arrived(0, { to: '+5511960000009' });
    expect(judge([stranger, arrived(7)], [shown('sent', 2)], PARTS).strangers).toHaveLength(2);
    expect(judge([arrived(1), arrived(0)], [shown('sent', 2)], PARTS).outOfOrder).toEqual([ana]);
    const other = arrived(1, { senderId: 'two' });
    expect(judge([arrived(0), other], [shown('sent', 2)], PARTS).outOfOrder).toEqual([ana]);
  });
});
