import type { Scenario } from '../figure.js';

/** Every scenario, in the order in which they run and are reported. */
export const scenarios: readonly Scenario[] = [];
