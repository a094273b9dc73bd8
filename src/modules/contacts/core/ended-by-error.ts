import type { JobEnd } from '../../../queue/job.js';

const REASONS: { readonly [End in JobEnd]: string } = {
  failed:
    'An error inside Starling stopped it on every attempt; the log has the error. What is done stays done.',
  died:
    'Starling gave it up: three times the process that worked on it broke down at the same place, as when memory runs out. ' +
    'What is done stays done; divide what is left, or leave out what is unusual in it, and start it anew.',
};

/** What an import, a bulk edit or a check says whose job is not tried again: the reason is ours. */
export function endedBy(end: JobEnd): string {
  return REASONS[end];
}
