import { defineRecurringJob, maintenanceQueue } from '../../queue/job.js';

/** Obeys parked STOPs, and forgets events that were worked off long enough ago that nobody tells them again. */
export const forgetEvents = defineRecurringJob('inbound.forget', {
  queue: maintenanceQueue,
  attempts: 3,
  backoffMs: 5_000,
  everyMs: 600_000,
});
