import { defineJob, defineRecurringJob, maintenanceQueue, type QueueDefinition } from '../../queue/job.js';

const sessionQueue: QueueDefinition = { name: 'sessions' };

/**
 * Brings a sender's live session to its desired state (connected, disconnected, logged out). It is declared here and
 * not with the sessions, because removing a sender asks for it, too, and senders know nothing of sessions.
 */
export const syncSession = defineJob<{ tenantId: string; senderId: string }>('session.sync', {
  queue: sessionQueue,
  attempts: 10,
  backoffMs: 1_000,
});

/** Gives idle senders their health back, and adds the results of all of them up. */
export const recoverSenders = defineRecurringJob('maintenance.recover-senders', {
  queue: maintenanceQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 60_000,
});
