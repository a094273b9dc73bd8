import { defineRecurringJob, maintenanceQueue } from '../../queue/job.js';

/** Gives events their positions and copies them to the logs. Nobody waits for it: a log shows what is not copied yet. */
export const publishEvents = defineRecurringJob('maintenance.publish-events', {
  queue: maintenanceQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 10_000,
});

/** Makes partitions of events ahead of time, and removes events and entries of logs that are too old. */
export const keepEvents = defineRecurringJob('maintenance.events', {
  queue: maintenanceQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 10 * 60_000,
});
