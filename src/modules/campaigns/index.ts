// Campaigns: what the module stores, needs of others and offers to operators.
export type { Campaign, CampaignVariant } from './campaign.entity.js';
export type { CountedCampaign } from './campaign.repository.js';
export type { CampaignContacts, CampaignDeps, CampaignSenders } from './campaign.ports.js';
export { CampaignManager } from './campaign.service.js';

// Background work: starts, runs and feeds campaigns, notes what they wait for.
export { CAMPAIGN_RUN, CampaignScheduler } from './running/schedule.service.js';
export { runProgress } from './running/schedule.repository.js';
export { CampaignFeeder } from './feeding/feeder.js';
export { tellStalls } from './running/stalls.js';
export { holdDue, holdRunning, isAnyHeld, releaseHeld } from './running/restore.js';
export { campaignSource } from './sending/campaign-source.js';
export { RecipientRetention } from './running/recipient-retention.js';
export { CampaignWaitTracker } from './sending/campaign-wait-tracker.js';

// What is kept of a person, for erasing contacts.
export { AudiencePersonRecords } from './audience/person-records.repository.js';

// API: create, change and list.
export { CreateCampaignDto, UpdateCampaignDto } from './campaign.dto.js';
export { CampaignListQuery, RecipientListQuery } from './campaign-query.dto.js';
export { CampaignResponse, CheckedCampaignResponse } from './campaign-response.dto.js';
export { presentCampaign, presentCampaigns, presentChecked } from './campaign.presenter.js';
export { RecipientProblemsResponse } from './creation/campaign-problem.dto.js';
export { presentProblems } from './creation/problems.presenter.js';

// API: dry run, test, retry, copy.
export {
  DryRunResponse,
  DuplicateCampaignDto,
  RetriedCampaignResponse,
  RetryFailedDto,
  TestCampaignDto,
  TestRunResponse,
} from './actions/control.dto.js';
export { presentDryRun, presentRetried, presentTestRun } from './actions/control.presenter.js';
export type { TestRun } from './actions/test-send.service.js';

// API: statistics, traces, files, comparisons.
export type { CampaignStats } from './reports/report.service.js';
export * from './reports/index.js';
