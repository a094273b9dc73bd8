export { Campaign, type CampaignVariant } from './campaign.entity.js';
export type { CampaignContacts, CampaignDeps, CampaignSenders } from './campaign.ports.js';
export { CampaignManager } from './campaign.service.js';
export type { CampaignStats } from './reports/report.service.js';
export { CampaignFeeder } from './feeding/feeder.js';
export { CampaignScheduler } from './running/schedule.service.js';
export { RecipientProblemsResponse } from './creation/campaign-problem.dto.js';
export { presentProblems } from './creation/problems.presenter.js';
export {
  CampaignListQuery,
  CreateCampaignDto,
  RecipientListQuery,
  UpdateCampaignDto,
} from './campaign.dto.js';
export { CampaignResponse, CheckedCampaignResponse } from './campaign-response.dto.js';
export { presentCampaign, presentCampaigns, presentChecked } from './campaign.presenter.js';
export * from './reports/index.js';
export {
  DryRunResponse,
  DuplicateCampaignDto,
  RetriedCampaignResponse,
  RetryFailedDto,
  TestCampaignDto,
  TestRunResponse,
} from './actions/control.dto.js';
export { presentDryRun, presentRetried, presentTestRun } from './actions/control.presenter.js';
export type { CountedCampaign } from './campaign.repository.js';
export { CampaignWaitTracker } from './sending/campaign-wait-tracker.js';
