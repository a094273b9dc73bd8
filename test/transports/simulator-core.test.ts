import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import jsqr from 'jsqr';
import { randomBytes } from 'node:crypto';
import { PNG } from 'pngjs';
import { toBuffer, toString as toTerminal } from 'qrcode';
import { seededRandom } from '../../src/lib/random.js';
import { changeBehaviour } from '../../src/transports/simulator/core/behaviour-change.js';
import { pleasantBehaviour } from '../../src/transports/simulator/core/behaviour.js';
import { drawAftermath, drawOutcome, numberHas } from '../../src/transports/simulator/core/decisions.js';
import { DueHeap } from '../../src/transports/simulator/core/due-heap.js';
import { Fifo } from '../../src/transports/simulator/core/fifo.js';
import { madeUpNumber } from '../../src/transports/simulator/core/identity.js';
import { sampleLatency } from '../../src/transports/simulator/core/latency.js';
import { formatQrPayload, QR_BYTES } from '../../src/transports/simulator/core/qr-payload.js';
import { senderConfigErrors } from '../../src/transports/simulator/sender-config.js';

describe('the pairing code', () => {
  it('can be scanned from its image and looks like WhatsApp’s', async () => {
    const payload = formatQrPayload(randomBytes(QR_BYTES));
    expect(payload).toMatch(/^2@[\w+/=]{44},[\w+/]{43}=,[\w+/]{43}=,[\w+/]{43}=$/);
    const image = PNG.sync.read(await toBuffer(payload));
    expect(jsqr.default(new Uint8ClampedArray(image.data), image.width, image.height)?.data).toBe(payload);
  });

  it('fits a terminal of 80 columns', async () => {
    const drawn = await toTerminal(formatQrPayload(randomBytes(QR_BYTES)), { type: 'utf8' });
    expect(Math.max(...drawn.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('a change of behaviour', () => {
  it('merges what is given and keeps the rest', () => {
    const result = changeBehaviour(pleasantBehaviour, {
      latency: 5,
      replies: { stop: 1 },
      outcomes: { banned: 0.1 },
    });
    expect(result).toEqual({
      ok: true,
      behaviour: {
        ...pleasantBehaviour,
        latency: { min: 5, median: 5, p95: 5 },
        replies: { ...pleasantBehaviour.replies, stop: 1 },
        outcomes: { ...pleasantBehaviour.outcomes, banned: 0.1 },
      },
    });
  });

  it.each([
    [{ outcomes: { banned: 2 } }, 'outcomes.banned', /0 to 1/],
    [{ outcomes: { vanished: 0 } }, 'outcomes.vanished', /not known here; known are unregistered/],
    [{ latency: { min: 500 } }, 'latency', /min <= median <= p95/],
    [{ latency: '5' }, 'latency', /milliseconds/],
    [{ receipts: { readDelay: { p95: -1 } } }, 'receipts.readDelay.p95', /milliseconds/],
    [{ faults: [{ fault: 'explode', senderId: 'x' }] }, 'faults[0].fault', /one of fail, rate_limit/],
    [{ faults: [{ fault: 'ban' }] }, 'faults[0].senderId', /senderId or senderNumber/],
    [{ unregisteredNumbers: ['123'] }, 'unregisteredNumbers[0]', /\+5511999990000/],
    [{ replies: { script: [{ contains: 'a' }] } }, 'replies.script[0].reply', /missing/],
    [{ pairing: { qrLifetimeMs: 0 } }, 'pairing.qrLifetimeMs', /10 to/],
    [{ __proto__x: 1 }, '__proto__x', /not known/],
    [[], 'body', /must be an object/],
  ])('refuses %j and names the field', (change, path, message) => {
    expect(changeBehaviour(pleasantBehaviour, change)).toEqual({
      ok: false,
      errors: [{ path, message: expect.stringMatching(message) }],
    });
  });
});

describe('a sender’s settings', () => {
  it.each([
    [{ autoPair: 1 }, 'autoPair'],
    [{ autopair: true }, 'autopair'],
    [{ phoneNumber: '11999990000' }, 'phoneNumber'],
    [{ faults: [{ afterMessages: 3 }] }, 'faults[0].fault'],
    [{ faults: [{ fault: 'fail', afterMessages: -1 }] }, 'faults[0].afterMessages'],
  ])('refuses %j', (config, path) => {
    expect(senderConfigErrors(config)).toEqual([{ path, message: expect.any(String) }]);
  });
});

describe('draws', () => {
  it('follow the quantiles of a latency', () => {
    const random = seededRandom(1);
    const latency = { min: 10, median: 100, p95: 500 };
    const drawn = Array.from({ length: 20_000 }, () => sampleLatency(latency, random)).toSorted(
      (a, b) => a - b,
    );
    expect(drawn[0]).toBeGreaterThanOrEqual(10);
    expect(drawn[10_000]).toBeGreaterThan(90);
    expect(drawn[10_000]).toBeLessThan(110);
    expect(drawn[19_000]).toBeGreaterThan(450);
    expect(drawn[19_000]).toBeLessThan(550);
  });

  it('follow the probabilities', () => {
    const outcomes = { ...pleasantBehaviour.outcomes, rateLimited: 0.3, banned: 0.1 };
    const random = seededRandom(2);
    const drawn = Array.from({ length: 10_000 }, () => drawOutcome(outcomes, random));
    const share = (wanted: string): number => drawn.filter((chance) => chance === wanted).length / 10_000;
    expect(share('rate_limit')).toBeCloseTo(0.3, 1);
    expect(share('ban')).toBeCloseTo(0.1, 1);
    expect(share('arrives')).toBeCloseTo(0.6, 1);
    const numbers = Array.from({ length: 10_000 }, (_, index) => `+55119${70_000_000 + index}`);
    const unregistered = numbers.filter((number) => numberHas(1, 'unregistered', number, 0.2));
    expect(unregistered.length / 10_000).toBeCloseTo(0.2, 1);
  });

  it('never let a later receipt come before an earlier one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), (seed) => {
        const message = { to: '+5511999990000', text: 'Hi' };
        const { receipts, reply } = drawAftermath(pleasantBehaviour, message, seededRandom(seed));
        const times = [...receipts, ...(reply ? [reply] : [])].map(({ afterMs }) => afterMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it('make up valid mobile numbers, always the same for a sender', () => {
    expect(madeUpNumber(1, 'a')).toBe(madeUpNumber(1, 'a'));
    expect(madeUpNumber(1, 'a')).not.toBe(madeUpNumber(2, 'a'));
    const made = new Set(Array.from({ length: 1_000 }, (_, index) => madeUpNumber(1, `sender ${index}`)));
    expect(made.size).toBe(1_000);
    expect([...made].every((number) => /^\+55\d{2}9[6-9]\d{7}$/.test(number))).toBe(true);
  });
});

describe('the queues inside', () => {
  it('give back what is due in order of time, then of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const heap = new DueHeap<[number, number]>();
        times.forEach((due, index) => heap.push(due, [due, index]));
        const out: [number, number][] = [];
        for (let item = heap.popDue(20); item; item = heap.popDue(20)) out.push(item);
        expect(out).toEqual(
          times
            .map((due, index): [number, number] => [due, index])
            .toSorted(([a, first], [b, second]) => a - b || first - second),
        );
      }),
    );
  });

  it('keep positions right while items leave at the front', () => {
    const fifo = new Fifo<number>();
    for (let value = 0; value < 5_000; value += 1) fifo.push(value);
    for (let value = 0; value < 3_000; value += 1) expect(fifo.shift()).toBe(value);
    expect(fifo.size).toBe(2_000);
    expect(fifo.lowerBound((value) => value < 4_000)).toBe(1_000);
    expect(fifo.slice(1_999, 5)).toEqual([4_999]);
  });
});
