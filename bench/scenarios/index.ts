import type { Scenario } from '../figure.js';
import { reservation } from './reservation.js';
import { tenThousandSenders } from './ten-thousand-senders.js';
import { importContacts } from './import.js';
import { receipts } from './receipts.js';
import { sizes } from './sizes.js';

/** Every scenario, in the order in which they run and are reported. */
export const scenarios: readonly Scenario[] = [
  reservation,
  tenThousandSenders,
  sizes,
  importContacts,
  receipts,
];
