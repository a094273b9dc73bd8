import { defineJob, defineRecurringJob, maintenanceQueue, type QueueDefinition } from '../../queue/job.js';

/** First come, first served; a tenant has one import and one bulk edit in it at a time, and its others wait for their end. */
const importQueue: QueueDefinition = { name: 'imports', timeSliceMs: 20_000 };

/** One job at a time: nothing else in the process asks a sender for numbers, so what it may still ask can be counted. */
const checkQueue: QueueDefinition = { name: 'checks', concurrency: 1, timeSliceMs: 5_000 };

export const importContacts = defineJob<{ tenantId: string; importId: string }>('contacts.import', {
  queue: importQueue,
  attempts: 8,
  backoffMs: 2_000,
  watch: ({ tenantId, importId }) => ({ tenantId, id: importId }),
});

/** Changes many contacts, batch by batch. */
export const editContacts = defineJob<{ tenantId: string; bulkEditId: string }>('contacts.bulk', {
  queue: importQueue,
  attempts: 8,
  backoffMs: 2_000,
  watch: ({ tenantId, bulkEditId }) => ({ tenantId, id: bulkEditId }),
});

/** Asks WhatsApp which numbers it knows, at the pace senders may ask. */
export const checkNumbers = defineJob<{ tenantId: string; runId: string }>('numbers.check', {
  queue: checkQueue,
  attempts: 20,
  backoffMs: 2_000,
  watch: ({ tenantId, runId }) => ({ tenantId, id: runId }),
});

/** Makes room for new attribute names where old ones are not used any more. */
export const forgetAttributeNames = defineRecurringJob('maintenance.attribute-names', {
  queue: maintenanceQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 30 * 60_000,
});
