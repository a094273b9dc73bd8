import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { EndedRecipients } from '../delivery/index.js';

/** Recipients named in one line of the log. */
const MOST_NAMED = 10;

/** Logs those that could not be ended: they wait until somebody finds out why. */
export function tellNotEnded(logger: Logger, campaignId: string, { left }: EndedRecipients): void {
  const [first] = left;
  if (!first) return;
  const deliveryIds = left.slice(0, MOST_NAMED).map(({ item }) => item);
  const report = { alert: 'recipient.not_ended', campaignId, deliveryIds, count: left.length };
  logger.error({ ...report, error: errorMessage(first.error) }, 'recipients could not be ended');
}
