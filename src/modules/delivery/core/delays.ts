import type { Delays } from '../../../lib/pause.js';

/** Milliseconds: the pace engine.md fixes as the default. */
export const DEFAULT_DELAYS: Delays = { minDelay: 2_000, maxDelay: 5_000 };
