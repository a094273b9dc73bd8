import { createHmac, randomUUID } from 'node:crypto';
import { seededRandom, randomInt } from '../../../lib/random.js';
import { seedOf } from './decisions.js';

/** Brazilian area codes, where mobile numbers have nine digits: room for hundreds of millions of made-up phones. */
const AREA_CODES = [11, 19, 21, 27, 31, 41, 47, 48, 51, 61, 62, 67, 71, 79, 81, 83, 85, 91, 92, 98];

/** The phone number of a sender that was given none: always the same for the same seed and sender. */
export function madeUpNumber(seed: number, senderId: string): string {
  const random = seededRandom(seedOf(seed, 'number', senderId));
  const area = AREA_CODES[randomInt(random, 0, AREA_CODES.length - 1)] ?? 11;
  return `+55${area}9${randomInt(random, 60_000_000, 99_999_999)}`;
}

/** What signs the credentials of all networks with this seed. It keeps nothing safe; it makes pairings repeatable. */
export function networkSecret(seed: number): string {
  return createHmac('sha256', 'starling simulator').update(String(seed)).digest('hex');
}

/** An id like those of WhatsApp's own web client. Never seeded: ids must be new after every restart. */
export function newMessageId(): string {
  // Node draws the chance of many of these at once.
  return `3EB0${randomUUID().replaceAll('-', '').slice(0, 18).toUpperCase()}`;
}
