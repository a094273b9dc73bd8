import type { Reservation } from '../../modules/senders/index.js';
import type { ThrottledLogger } from '../../lib/throttled-logger.js';
import { bestEffort } from './best-effort.js';
import type { MessageWorkerDeps } from './ports.js';

/** Slots that are not given back cost a little quota. */
export async function giveBack(
  senders: Pick<MessageWorkerDeps['senders'], 'release'>,
  reservation: Reservation,
  messages: number,
  throttledLog: ThrottledLogger,
): Promise<void> {
  if (messages <= 0) return;
  const lost = 'unused slots were not given back';
  await bestEffort(throttledLog, lost, () => senders.release({ ...reservation, messages }));
}
