import { errorMessage } from '../../lib/errors.js';
import type { ThrottledLogger } from '../../lib/throttled-logger.js';

/** For what only tells others about a send: losing it costs less than failing the job, which could cost a message. */
export async function bestEffort(
  log: ThrottledLogger,
  lost: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.report('warn', lost, lost, { error: errorMessage(error) });
  }
}
