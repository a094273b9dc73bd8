import type { Database } from '../../../db/index.js';
import { errorMessage } from '../../../lib/errors.js';
import type { Logger } from '../../../lib/logger.js';
import { unavailableResource } from '../../../lib/transient-errors.js';
import { giveUpNextPending, type FeedFrom } from '../../delivery/index.js';
import { lockForFeeding } from './feed.repository.js';

/** PostgreSQL refuses to queue recipients for what one of them is. The transaction is lost. */
export class Unclaimable extends Error {}

/** The claimed recipients, or `Unclaimable`; what is only away for the moment stays the error it is. */
export async function orUnclaimable<Claimed>(claim: Promise<Claimed>): Promise<Claimed> {
  try {
    return await claim;
  } catch (error) {
    if (unavailableResource(error) !== undefined) throw error;
    throw new Unclaimable(errorMessage(error));
  }
}

/** Ends the one recipient that `claimPending` could not take, in the same order and under the same lock. */
export async function endUnclaimable(
  { database, logger }: { database: Database; logger: Logger },
  { tenantId, id: campaignId }: { tenantId: string; id: string },
  from: FeedFrom,
  { message }: Unclaimable,
): Promise<void> {
  const deliveryId = await database.transaction(async (tx) => {
    const campaign = await lockForFeeding(tx, tenantId, campaignId);
    if (campaign?.status !== 'running') return undefined;
    const next = await giveUpNextPending(tx, campaignId, from);
    return next ?? giveUpNextPending(tx, campaignId, { places: from.places, reach: from.reach });
  });
  if (deliveryId === undefined) return;
  const report = { alert: 'recipient.failed', campaignId, deliveryId, error: message };
  logger.error(report, 'a recipient could not be queued and has failed');
}
