import { addMs } from '../../lib/clock.js';
import { randomInt, type Random } from '../../lib/random.js';
import type { ReservationOutcome } from './reservation.types.js';

/**
 * How soon a request comes back whose sender is free, but hosted by another worker: long enough for that one to take
 * it, short because nothing else is missing.
 */
const ELSEWHERE_MS = { min: 100, max: 1_000 };

/** A short wait, reported as `pace`: no reason of its own that an operator needs to see. */
export function hostedElsewhere(random: Random, now: Date): ReservationOutcome {
  return {
    kind: 'later',
    at: addMs(now, randomInt(random, ELSEWHERE_MS.min, ELSEWHERE_MS.max)),
    reason: 'pace',
  };
}
