import type { Scenario } from '../figure.js';
import { reservation } from './reservation.js';
import { responsiveness } from './responsiveness.js';
import { sizes } from './sizes.js';
import { throughputOnPostgres, throughputOnRedis } from './throughput.js';

/** Every scenario, in the order in which they run and are reported. */
export const scenarios: readonly Scenario[] = [
  throughputOnRedis,
  throughputOnPostgres,
  responsiveness,
  reservation,
  sizes,
];
