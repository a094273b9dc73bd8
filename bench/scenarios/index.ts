import type { Scenario } from '../figure.js';
import { answers } from './answers.js';
import { events } from './events.js';
import { hostileRequests } from './hostile.js';
import { importContacts } from './import.js';
import { inboundOnPostgres, inboundOnRedis } from './inbound.js';
import { receipts } from './receipts.js';
import { reservation } from './reservation.js';
import { responsiveness } from './responsiveness.js';
import { sizes } from './sizes.js';
import { tenThousandSenders } from './ten-thousand-senders.js';
import { throughputOnPostgres, throughputOnRedis } from './throughput.js';

/** Every scenario, in the order in which they run and are reported. */
export const scenarios: readonly Scenario[] = [
  throughputOnRedis,
  throughputOnPostgres,
  events,
  responsiveness,
  answers,
  reservation,
  tenThousandSenders,
  sizes,
  importContacts,
  receipts,
  inboundOnRedis,
  inboundOnPostgres,
  hostileRequests,
];
