import type { Scenario } from '../figure.js';
import { reservation } from './reservation.js';
import { tenThousandSenders } from './ten-thousand-senders.js';
import { sizes } from './sizes.js';

/** Every scenario, in the order in which they run and are reported. */
export const scenarios: readonly Scenario[] = [reservation, tenThousandSenders, sizes];
