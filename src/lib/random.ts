import { randomBytes } from 'node:crypto';

/** A source of numbers in [0, 1). Cores receive it so that a seed repeats a run. */
export type Random = () => number;

export const systemRandom: Random = () => Math.random();

/** A whole number in [min, max], both ends included. */
export function randomInt(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

/** mulberry32: small, fast and repeatable; not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An unguessable token for passwords, keys and secrets. */
export function randomToken(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}
