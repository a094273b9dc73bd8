import { defineJob, defineRecurringJob, maintenanceQueue, type QueueDefinition } from '../../queue/job.js';

const campaignQueue: QueueDefinition = { name: 'campaigns' };

/**
 * Tops up a running campaign's window of queued messages; lives as long as the campaign runs. When it has failed for two
 * minutes the campaign says so; the reconciliation gives it a new one.
 */
export const feedCampaign = defineJob<{ tenantId: string; campaignId: string }>('campaign.feed', {
  queue: campaignQueue,
  attempts: 8,
  backoffMs: 1_000,
});

/** Starts campaigns whose time has come. */
export const startDueCampaigns = defineRecurringJob('maintenance.schedule', {
  queue: campaignQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 1_000,
});

/** Tells in their logs which campaigns are stalled, and which of them go on. */
export const tellStalled = defineRecurringJob('maintenance.stalls', {
  queue: maintenanceQueue,
  attempts: 1,
  backoffMs: 1_000,
  everyMs: 30_000,
});
