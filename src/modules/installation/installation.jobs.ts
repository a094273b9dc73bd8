import { defineRecurringJob, maintenanceQueue } from '../../queue/job.js';

/** Counts the mark up by which a database that was set back is recognised, and forgets what is old in the journal. */
export const markInstallation = defineRecurringJob('maintenance.mark', {
  queue: maintenanceQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 60_000,
});
