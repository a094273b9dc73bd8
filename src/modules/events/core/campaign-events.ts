import { object, optionalText, text, type EventDefinition } from './payload-schema.js';

interface StatusChange {
  /** The campaign's status before; null for a run that a recurring campaign made just now. */
  before: string | null;
}

interface ExplainedChange extends StatusChange {
  /** The code of why it happened by itself; null when an operator asked for it. */
  reason: string | null;
}

export interface CampaignEvents {
  'campaign.started': ExplainedChange;
  'campaign.paused': ExplainedChange;
  'campaign.stopped': StatusChange;
  'campaign.completed': StatusChange;
  'campaign.failed': ExplainedChange;
  'campaign.stalled': { reason: string; since: string; until: string | null };
  'campaign.recovered': { since: string };
  'database.restored': { before: string };
}

const before = optionalText(
  'Its status before, such as `paused`; null for a run that a recurring campaign made just now',
);
const reason = optionalText('The code of why it happened by itself; null when an operator asked for it');

export const campaignEvents: {
  readonly [Kind in keyof CampaignEvents]: EventDefinition<CampaignEvents[Kind]>;
} = {
  'campaign.started': {
    payload: object({ before, reason }),
    example: { before: 'scheduled', reason: 'scheduled' },
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
  'campaign.stalled': {
    payload: object({
      reason: text('The code of what it waits for, such as `no_sender_connected`'),
      since: text('When it was last known to get on, ISO 8601'),
      until: optionalText('Until when, where that is known, ISO 8601'),
    }),
    example: { reason: 'no_sender_connected', since: '2026-03-02T10:00:00.000Z', until: null },
  },
  'campaign.recovered': {
    payload: object({ since: text('Since when it had been stalled, ISO 8601') }),
    example: { since: '2026-03-02T10:00:00.000Z' },
  },
  'database.restored': {
    payload: object({ before: text('Its status in the backup') }),
    example: { before: 'running' },
  },
};
