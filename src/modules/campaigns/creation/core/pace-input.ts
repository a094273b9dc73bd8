import type { FieldError } from '../../../../lib/errors.js';
import type { Delays } from '../../../../lib/pause.js';
import { DEFAULT_DELAYS } from '../../../delivery/core/delays.js';

/** Fills in missing delays; a default is adjusted to the bound that was given. */
export function parseDelays(
  input: Partial<Delays>,
  current: Delays = DEFAULT_DELAYS,
): { delays: Delays; errors: FieldError[] } {
  const { minDelay, maxDelay } = input;
  const delays = {
    minDelay: minDelay ?? Math.min(current.minDelay, maxDelay ?? current.minDelay),
    maxDelay: maxDelay ?? Math.max(current.maxDelay, minDelay ?? current.maxDelay),
  };
  if (delays.minDelay <= delays.maxDelay) return { delays, errors: [] };
  const message = `is ${delays.minDelay} ms, more than maxDelay (${delays.maxDelay} ms); it must be at most that`;
  return { delays, errors: [{ path: 'minDelay', message }] };
}
