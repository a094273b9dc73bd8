import { defineJob, type QueueDefinition } from '../../queue/job.js';

/** One job at a time: a chat's messages are stored in the order they came, so that a STOP behind a START wins. */
const inboundQueue: QueueDefinition = { name: 'inbound', concurrency: 1 };

/** A message as it came over the queue: `at` is ISO 8601. */
export interface InboundEntry {
  waMessageId: string;
  from: string;
  text: string;
  at: string;
}

/** Stores what people wrote to one sender, in the order it came. */
export const receiveInbound = defineJob<{ tenantId: string; senderId: string; messages: InboundEntry[] }>(
  'transport.inbound',
  { queue: inboundQueue, attempts: 8, backoffMs: 500 },
);
