import { defineRecurringJob, maintenanceQueue } from '../../queue/job.js';

/** Deletes what tenants keep for so many days only: a bounded amount each time, so it comes more often than days pass. */
export const applyRetention = defineRecurringJob('maintenance.retention', {
  queue: maintenanceQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 10 * 60_000,
});
