import type { JobQueue } from '../../queue/job-queue.js';
import { sendJobId } from './core/job-id.js';
import type { Lane } from './core/lane.js';
import { sendAnswer, sendMessage } from './delivery.jobs.js';

/** A delivery that is queued, and how its job is to be. */
export interface SendJob {
  id: string;
  tenantId: string;
  claimEpoch: number;
  lane: Lane;
  /** As in EnqueueOptions; null and undefined go before all others. */
  priority?: number | null;
  /** Absent and 0 for at once. */
  delayMs?: number;
}

/** Jobs that still exist under the same id are not added twice. Answers have a queue of their own, and no bundles. */
export async function enqueueSends(
  queue: Pick<JobQueue, 'enqueueMany'>,
  deliveries: readonly SendJob[],
  how: { bundled?: boolean } = {},
): Promise<void> {
  const isAnswer = ({ lane }: SendJob): boolean => lane === 'answer';
  const answers = deliveries.filter(isAnswer);
  const others = deliveries.filter((delivery) => !isAnswer(delivery));
  if (answers.length > 0) await queue.enqueueMany(sendAnswer, answers.map(toJob));
  if (others.length > 0) await queue.enqueueMany(sendMessage, others.map(toJob), how);
}

function toJob({ id, tenantId, claimEpoch, priority, delayMs }: SendJob) {
  return {
    payload: { tenantId, deliveryId: id },
    options: {
      id: sendJobId(id, claimEpoch),
      ...(priority ? { priority } : {}),
      ...(delayMs ? { delayMs } : {}),
    },
  };
}
