import { object, optionalText, type EventDefinition } from './payload-schema.js';

interface StatusChange {
  /** The campaign's status before; null for a run that a recurring campaign made just now. */
  before: string | null;
}

interface ExplainedChange extends StatusChange {
  /** The code of why it happened by itself; null when an operator asked for it. */
  reason: string | null;
}

export interface CampaignEvents {
  'campaign.started': StatusChange;
  'campaign.paused': ExplainedChange;
  'campaign.stopped': StatusChange;
  'campaign.completed': StatusChange;
  'campaign.failed': ExplainedChange;
}

const before = optionalText(
  'Its status before, such as `paused`; null for a run that a recurring campaign made just now',
);
const reason = optionalText('The code of why it happened by itself; null when an operator asked for it');

export const campaignEvents: {
  readonly [Kind in keyof CampaignEvents]: EventDefinition<CampaignEvents[Kind]>;
} = {
  'campaign.started': {
    payload: object({ before }),
    example: { before: 'scheduled' },
  },
  'campaign.paused': {
    payload: object({ before, reason }),
    example: { before: 'running', reason: 'canary_limits_broken' },
  },
  'campaign.stopped': {
    payload: object({ before }),
    example: { before: 'running' },
  },
  'campaign.completed': {
    payload: object({ before }),
    example: { before: 'running' },
  },
  'campaign.failed': {
    payload: object({ before, reason }),
    example: { before: 'scheduled', reason: 'run_died' },
  },
};
