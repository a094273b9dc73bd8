export type { Campaign, CampaignPart, CampaignStatus, SenderPool } from './campaign.entity.js';
export type { RecipientState } from './campaign-contact.entity.js';
export type {
  CampaignContacts,
  CampaignDeps,
  CampaignFile,
  CampaignMedia,
  CampaignSenders,
} from './campaign.ports.js';
export { CampaignManager, type CountedCampaign } from './campaign.service.js';
export type { CampaignStats } from './reports/report.service.js';
export { CampaignFeeder } from './running/feeder.js';
export { CampaignScheduler } from './running/schedule.service.js';
export { renderFailures, type RenderFailure } from './core/template.js';
export { MAX_TEMPLATE_LENGTH } from './core/template-engine.js';
export { checkText, previewText, type PreviewedText, type TextVariable } from './core/text-preview.js';
export { nameProblems } from './creation/creation.service.js';
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
export * from './delivery/index.js';
export * from './direct/index.js';
export { windowProblems } from './core/timing-input.js';
export { CampaignPersonRecords } from './person-records.repository.js';
export * from './reports/index.js';
export {
  DryRunResponse,
  DuplicateCampaignDto,
  RetriedCampaignResponse,
  RetryFailedDto,
  TestCampaignDto,
  TestRunResponse,
} from './control/control.dto.js';
export { presentDryRun, presentRetried, presentTestRun } from './control/control.presenter.js';
