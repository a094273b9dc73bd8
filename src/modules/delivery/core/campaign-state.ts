export type CampaignStatus =
  'draft' | 'scheduled' | 'running' | 'paused' | 'completed' | 'failed' | 'stopped';

/** A direct send (`POST /message/send`) is a campaign of its own kind, so that one engine serves both. */
export type CampaignKind = 'campaign' | 'direct';
