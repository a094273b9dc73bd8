export { Campaign, type CampaignPart, type CampaignStatus, type SenderPool } from './campaign.entity.js';
export { CampaignContact, type RecipientState } from './campaign-contact.entity.js';
export type { CampaignContacts, CampaignDeps, CampaignSenders } from './campaign.ports.js';
export { CampaignManager, type CountedCampaign } from './campaign.service.js';
export type { CampaignStats } from './report.service.js';
export { CampaignFeeder } from './feeder.js';
export { sendJobId } from './core/job-ids.js';
export {
  CampaignListQuery,
  CreateCampaignDto,
  ExportQuery,
  RecipientListQuery,
  UpdateCampaignDto,
} from './campaign.dto.js';
export {
  CampaignRemovedResponse,
  CampaignResponse,
  CampaignStatsResponse,
  CheckedCampaignResponse,
  RecipientResponse,
} from './campaign-response.dto.js';
export {
  presentCampaign,
  presentCampaigns,
  presentCampaignStats,
  presentChecked,
  presentRecipients,
} from './campaign.presenter.js';
export * from './delivery/index.js';
