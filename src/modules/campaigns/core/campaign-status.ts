export type CampaignStatus =
  'draft' | 'scheduled' | 'running' | 'paused' | 'completed' | 'failed' | 'stopped';
