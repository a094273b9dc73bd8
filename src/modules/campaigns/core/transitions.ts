import type { CampaignStatus } from './campaign-status.js';

/** What an operator may ask of a campaign. */
export type CampaignAction = 'start' | 'pause' | 'resume' | 'stop' | 'remove';
/** Actions that do more than change the state; each of them decides where it is allowed. */
export type FurtherAction = 'continue' | 'retry-failed' | 'dry-run';

const allowed: { readonly [Action in CampaignAction]: readonly CampaignStatus[] } = {
  start: ['draft', 'scheduled', 'paused'],
  pause: ['running'],
  resume: ['paused'],
  stop: ['scheduled', 'running', 'paused'],
  remove: ['draft', 'paused', 'completed', 'failed', 'stopped'],
};

/** The states an action may begin in: the condition of its conditional update. */
export function allowedFrom(action: CampaignAction): CampaignStatus[] {
  return [...allowed[action]];
}

const described: { readonly [Status in CampaignStatus]: string } = {
  draft: 'has not been started',
  scheduled: 'waits for its start time',
  running: 'is running',
  paused: 'is paused',
  completed: 'is completed',
  failed: 'has failed',
  stopped: 'was stopped',
};

const advice: {
  readonly [Action in CampaignAction | FurtherAction]: Partial<Record<CampaignStatus, string>>;
} = {
  start: {
    running: 'it needs no start',
    completed: 'duplicate it to send again',
    failed: 'duplicate it to send again',
    stopped: 'a stopped campaign cannot go on; duplicate it',
  },
  pause: {
    draft: 'there is nothing to pause',
    scheduled:
      'take its start time back with PATCH {"scheduledAt": null}, put the next run of a recurring one off with a later scheduledAt, or stop it',
    paused: 'there is nothing to do',
    completed: 'there is nothing left to pause',
    failed: 'there is nothing left to pause',
    stopped: 'there is nothing left to pause',
  },
  resume: {
    draft: 'start it instead',
    scheduled: 'start it instead',
    running: 'there is nothing to do',
    completed: 'duplicate it to send again',
    failed: 'duplicate it to send again',
    stopped: 'a stopped campaign cannot go on; duplicate it',
  },
  stop: {
    draft: 'delete it instead',
    completed: 'there is nothing left to stop',
    failed: 'there is nothing left to stop',
    stopped: 'there is nothing to do',
  },
  continue: {
    draft: 'start it first',
    scheduled: 'start it first',
    stopped: 'a stopped campaign cannot go on; duplicate it',
  },
  'retry-failed': {
    draft: 'nothing has been sent yet',
    scheduled: 'nothing has been sent yet',
    running: 'pause it first, or wait until it is completed',
    stopped: 'a stopped campaign cannot go on; duplicate it with audience "failed"',
  },
  'dry-run': {
    completed: 'no recipient is left',
    failed: 'no recipient is left',
    stopped: 'no recipient is left',
  },
  remove: {
    running: 'stop or pause it first',
    scheduled: 'stop it first, or take its start time back with PATCH {"scheduledAt": null}',
  },
};

const participles: { readonly [Action in CampaignAction | FurtherAction]: string } = {
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  stop: 'stopped',
  remove: 'deleted',
  continue: 'continued',
  'retry-failed': 'retried',
  'dry-run': 'forecast',
};

/** The message that explains why an action is refused in the campaign's present state. */
export function conflictMessage(action: CampaignAction | FurtherAction, status: CampaignStatus): string {
  const hint = advice[action][status];
  return `The campaign ${described[status]} and cannot be ${participles[action]}${hint ? `: ${hint}` : ''}.`;
}
