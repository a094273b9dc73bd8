import type { Tx } from '../../db/index.js';
import { endOf, nextPending, type FeedFrom } from './queue.repository.js';

/**
 * Ends a queued recipient whose job has failed for the last time, with the code `internal_error`: `failed`, or `unknown`
 * where an earlier hand-over may have arrived. One that is on its way (`sending`) is left to the reconciliation, which
 * resolves its hand-over; one that has ended or was put back needs nothing. Returns what it ended as.
 */
export async function giveUpQueued(
  tx: Tx,
  tenantId: string,
  deliveryId: string,
): Promise<'failed' | 'unknown' | undefined> {
  const [row] = await tx.query<{ state: 'failed' | 'unknown' }[]>(
    `WITH given_up AS (
       SELECT id FROM deliveries WHERE id = $2 AND tenant_id = $1 AND state = 'queued' FOR NO KEY UPDATE
     ), ${endOf('given_up', 'internal_error')}
     SELECT state FROM ended`,
    [tenantId, deliveryId],
  );
  return row?.state;
}

/**
 * Ends the next waiting recipient, the one that `claimPending` would take, with the same code: it cannot even be queued.
 * Returns its id; undefined when there is none.
 */
export async function giveUpNextPending(
  tx: Tx,
  campaignId: string,
  from: FeedFrom = {},
): Promise<string | undefined> {
  const { statement, begin } = nextPending(from);
  const [row] = await tx.query<{ id: string }[]>(
    `WITH due AS (${statement}), given_up AS (SELECT id FROM deliveries WHERE id = ANY(ARRAY(SELECT id FROM due))
     ), ${endOf('given_up', 'internal_error')}
     SELECT id FROM ended`,
    [campaignId, 1, begin],
  );
  return row?.id;
}
