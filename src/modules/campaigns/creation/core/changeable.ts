import type { FieldError } from '../../../../lib/errors.js';
import type { CampaignStatus } from '../../core/campaign-status.js';

/** Fields that can still be changed once a campaign has begun: none that some recipients have received already. */
const WHILE_UNDER_WAY: ReadonlySet<string> = new Set([
  'name',
  'senderIds',
  'senderTags',
  'options',
  'minDelay',
  'maxDelay',
  'maxPerSender',
  'expiresAt',
  'sendWindow',
  'maxPerMinute',
  'rampUpMinutes',
  'priority',
]);
const AFTERWARDS: ReadonlySet<string> = new Set(['name']);

const BEGUN = 'cannot be changed once the campaign has begun; duplicate it';
const HINTS: Readonly<Record<string, string>> = {
  canary: 'cannot be changed once the campaign has begun; POST .../continue lets it go on',
  scheduledAt: 'it has started already',
  recurrence: 'it has started already; create a recurring campaign of its own',
};

/** Why a change is refused in the campaign's present state, per field; undefined when it is allowed. */
export function changeConflict(
  status: CampaignStatus,
  change: object,
): { message: string; errors: FieldError[] } | undefined {
  const allowed = allowedIn(status);
  if (!allowed) return undefined;
  const isOver = allowed === AFTERWARDS;
  const errors = Object.entries(change)
    .filter(([field, value]) => value !== undefined && !allowed.has(field))
    .map(([path]) => ({
      path,
      message: isOver ? 'cannot be changed after the end' : (HINTS[path] ?? BEGUN),
    }));
  if (errors.length === 0) return undefined;
  const can = isOver ? 'only its name can be changed' : `only ${[...allowed].join(', ')} can be changed`;
  return { message: `The campaign is ${status}: ${can}.`, errors };
}

/** Undefined: everything. */
function allowedIn(status: CampaignStatus): ReadonlySet<string> | undefined {
  switch (status) {
    case 'draft':
    case 'scheduled':
      return undefined;
    case 'running':
    case 'paused':
      return WHILE_UNDER_WAY;
    case 'completed':
    case 'failed':
    case 'stopped':
      return AFTERWARDS;
  }
}
