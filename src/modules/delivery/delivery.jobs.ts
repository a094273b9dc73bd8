import { defineJob, defineRecurringJob, maintenanceQueue, type QueueDefinition } from '../../queue/job.js';
import type { ReceiptEntry } from './core/receipts.js';

const messageQueue: QueueDefinition = { name: 'messages' };
const receiptQueue: QueueDefinition = { name: 'receipts' };

/** Sends all remaining parts of one delivery. */
export const sendMessage = defineJob<{ tenantId: string; deliveryId: string }>('message.send', {
  queue: messageQueue,
  attempts: 20,
  backoffMs: 1_000,
  addsUpFailures: true,
});

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
