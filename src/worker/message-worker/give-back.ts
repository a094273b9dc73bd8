import type { Reservation } from '../../modules/senders/index.js';
import { errorMessage } from '../../lib/errors.js';
import type { ThrottledLogger } from '../../lib/throttled-logger.js';
import type { MessageWorkerDeps } from './ports.js';

/** Best effort: slots that are not given back cost a little quota, while a failed job could cost a message. */
export async function giveBack(
  senders: Pick<MessageWorkerDeps['senders'], 'release'>,
  { senderId, reservedAt }: Reservation,
  messages: number,
  throttledLog: ThrottledLogger,
): Promise<void> {
  if (messages <= 0) return;
  try {
    await senders.release({ senderId, reservedAt, messages });
  } catch (error) {
    const what = 'unused slots were not given back';
    throttledLog.report('warn', what, what, { error: errorMessage(error) });
  }
}
