import { addMs } from '../../lib/clock.js';
import type { JobOutcome } from '../../queue/job.js';
import type { MessageWorkerDeps } from './ports.js';

export const DONE: JobOutcome = { kind: 'done' };

/** After that time or up to twice of it, so that those who are put off together do not come back together. */
export function runAgainIn(
  { clock, random }: Pick<MessageWorkerDeps, 'clock' | 'random'>,
  ms: number,
): JobOutcome {
  const now = clock.now();
  return { kind: 'runAgain', at: ms === 0 ? now : addMs(now, Math.round(ms * (1 + random()))) };
}
