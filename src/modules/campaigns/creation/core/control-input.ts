import type { FieldError } from '../../../../lib/errors.js';
import type { Canary } from '../../campaign.entity.js';

/** The control fields of a request; null clears a field. */
export interface ControlInput {
  canary?: {
    recipients?: number | null;
    percent?: number | null;
    continueWhen?: {
      maxFailedPercent?: number | null;
      maxOptedOutPercent?: number | null;
      afterMinutes: number;
    } | null;
  } | null;
  maxPerSender?: number | null;
}

/** The columns of a campaign for control. A canary given as a share has no size yet (see `sizedCanary`). */
export interface Control {
  canary: Canary | null;
  maxPerSender: number | null;
}

export const DEFAULT_CONTROL: Control = { canary: null, maxPerSender: null };

/** A limit that is not given is never exceeded. */
const NO_LIMIT_PERCENT = 100;

export function parseControl(
  { canary, maxPerSender }: ControlInput,
  current: Control = DEFAULT_CONTROL,
): { control: Control; errors: FieldError[] } {
  const read = canary ? parseCanary(canary) : { canary: null, errors: [] };
  return {
    control: {
      canary: canary === undefined ? current.canary : read.canary,
      maxPerSender: maxPerSender === undefined ? current.maxPerSender : maxPerSender,
    },
    errors: read.errors,
  };
}

function parseCanary({ recipients, percent, continueWhen }: NonNullable<ControlInput['canary']>): {
  canary: Canary | null;
  errors: FieldError[];
} {
  const isCount = typeof recipients === 'number';
  if (isCount === (typeof percent === 'number')) {
    const message = 'give either recipients or percent: how many recipients go first';
    return { canary: null, errors: [{ path: 'canary', message }] };
  }
  const canary: Canary = {
    recipients: recipients ?? 0,
    ...(typeof percent === 'number' && { percent }),
    ...(continueWhen && {
      continueWhen: {
        maxFailedPercent: continueWhen.maxFailedPercent ?? NO_LIMIT_PERCENT,
        maxOptedOutPercent: continueWhen.maxOptedOutPercent ?? NO_LIMIT_PERCENT,
        afterMinutes: continueWhen.afterMinutes,
      },
    }),
  };
  return { canary, errors: [] };
}

/** A budget has to cover one recipient: a sender takes on whole recipients, and with less none could send. */
export function budgetErrors(maxPerSender: number | null, mostParts: number): FieldError[] {
  if (maxPerSender === null || maxPerSender >= mostParts) return [];
  const message = `must be at least ${mostParts}, the messages of one recipient: they go through one sender`;
  return [{ path: 'maxPerSender', message }];
}
