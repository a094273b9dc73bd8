import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { endsWithin, within, withFallback } from '../../src/lib/time-out.js';

const never = new Promise<never>(() => undefined);

describe('within', () => {
  it('gives the result of work that ends in time', async () => {
    await expect(within(1_000, 'adding', Promise.resolve(3))).resolves.toBe(3);
  });

  it('gives the failure of work that fails in time', async () => {
    await expect(within(1_000, 'adding', Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });

  it('says what took how long', async () => {
    await expect(within(5, 'connecting', never)).rejects.toThrow('connecting took longer than 5 ms');
  });
});

describe('withFallback', () => {
  it('gives what was said for work that is late', async () => {
    await expect(withFallback(5, never, () => 'late')).resolves.toBe('late');
  });

  it('rejects with what the fallback throws', async () => {
    const late = () => {
      throw new RangeError('too late');
    };
    await expect(withFallback(5, never, late)).rejects.toThrow(new RangeError('too late'));
  });

  it('ignores the failure of work that was given up', async () => {
    const failing = pause(20).then(() => Promise.reject(new Error('nobody listens any more')));
    await expect(withFallback(5, failing, () => 'late')).resolves.toBe('late');
    await pause(30);
  });
});

describe('endsWithin', () => {
  it.each([
    ['ends well', Promise.resolve('done'), true],
    ['fails', Promise.reject(new Error('refused')), true],
    ['is late', never, false],
  ])('tells of work that %s', async (_what, work, inTime) => {
    await expect(endsWithin(5, work)).resolves.toBe(inTime);
  });
});
