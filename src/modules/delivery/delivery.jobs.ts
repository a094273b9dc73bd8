import { defineJob, defineRecurringJob, maintenanceQueue, type QueueDefinition } from '../../queue/job.js';
import type { ReceiptEntry } from './core/receipts.js';

const messageQueue: QueueDefinition = { name: 'messages' };
/** Of their own: a thousand messages of campaigns that wait to start would stand before them. */
const answerQueue: QueueDefinition = { name: 'answers' };
const receiptQueue: QueueDefinition = { name: 'receipts' };
/** Of its own: maintenance takes minutes, and receipts pile up with what they end. */
const endsQueue: QueueDefinition = { name: 'ends', concurrency: 1 };

interface SendPayload {
  tenantId: string;
  deliveryId: string;
}

const sending = { attempts: 20, backoffMs: 1_000, addsUpFailures: true } as const;

/** Sends all remaining parts of one delivery. */
export const sendMessage = defineJob<SendPayload>('message.send', { queue: messageQueue, ...sending });

/** The same for a delivery that was accepted as an answer. */
export const sendAnswer = defineJob<SendPayload>('message.answer', { queue: answerQueue, ...sending });

/** Records what one sender's phone reported about messages it sent. */
export const recordReceipts = defineJob<{ tenantId: string; senderId: string; receipts: ReceiptEntry[] }>(
  'transport.receipts',
  { queue: receiptQueue, attempts: 8, backoffMs: 500 },
);

/** Resolves sends that crashed workers left behind, and asks again for work that the queue may have lost. */
export const reconcile = defineRecurringJob('maintenance.reconcile', {
  queue: maintenanceQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 30_000,
});

/** Tells sources which of their deliveries have ended. */
export const tellEnds = defineRecurringJob('delivery.ends', {
  queue: endsQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 2_000,
});
