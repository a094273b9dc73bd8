import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMs } from '../../src/lib/clock.js';
import {
  afterIdleTime,
  afterResult,
  type Health,
  type SendResult,
} from '../../src/modules/senders/core/health.js';
import { at, START } from './slots.js';

const healthy: Health = {
  healthScore: 100,
  healthSince: START,
  consecutiveFailures: 0,
  pausedAt: null,
  pauseReason: null,
};

function after(results: SendResult[], health = healthy): Health {
  return results.reduce((current, result) => afterResult(current, result, at(1)), health);
}

const anyResult = fc.constantFrom<SendResult>('success', 'failure', 'neutral');

describe('health', () => {
  it('stays between 0 and 100 for any results and any idle time', () => {
    const steps = fc.array(fc.tuple(anyResult, fc.integer({ min: -1_000_000, max: 100_000_000 })));
    fc.assert(
      fc.property(steps, (history) => {
        let health = healthy;
        let now = START;
        for (const [result, ms] of history) {
          now = addMs(now, ms);
          health = Object.assign({}, health, afterIdleTime(health, now));
          health = afterResult(health, result, now);
          expect(health.healthScore).toBeGreaterThanOrEqual(0);
          expect(health.healthScore).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it('falls by five with a failure and rises by one with a success', () => {
    expect(after(['failure', 'failure', 'success']).healthScore).toBe(91);
  });

  it('is paused by the tenth failure in a row, not by the ninth, and not by ten with a success between', () => {
    const nine = Array.from<SendResult>({ length: 9 }).fill('failure');
    expect(after(nine).pausedAt).toBeNull();
    expect(after([...nine, 'failure'])).toMatchObject({
      pausedAt: at(1),
      pauseReason: 'consecutive_failures',
    });
    expect(after([...nine, 'success', ...nine]).pausedAt).toBeNull();
  });

  it('is paused exactly when any results had ten failures in a row, and counts the row right', () => {
    fc.assert(
      fc.property(fc.array(anyResult, { maxLength: 80 }), (history) => {
        const told = history.filter((result) => result !== 'neutral');
        const rows = told.join(' ').split('success');
        const failures = (row: string) => row.split('failure').length - 1;
        const health = after(history);
        expect(health.pausedAt !== null).toBe(rows.some((row) => failures(row) >= 10));
        expect(health.consecutiveFailures).toBe(failures(rows.at(-1) ?? ''));
      }),
    );
  });

  it('does not hear of failures that the recipient caused, nor of a success in full health', () => {
    expect(after(['neutral', 'success', 'neutral'])).toBe(healthy);
  });

  it('keeps the reason of an operator who paused first', () => {
    const paused = { ...healthy, pausedAt: START, pauseReason: 'operator' };
    expect(after(Array.from<SendResult>({ length: 12 }).fill('failure'), paused).pauseReason).toBe(
      'operator',
    );
  });

  it('comes back by one point per ten idle minutes, and a started point is not lost', () => {
    const ill = { healthScore: 40, healthSince: START };
    expect(afterIdleTime(ill, at(599_999)).healthScore).toBe(40);
    const first = afterIdleTime(ill, at(1_100_000));
    expect(first.healthScore).toBe(41);
    expect(afterIdleTime(first, at(1_200_000)).healthScore).toBe(42);
  });
});
