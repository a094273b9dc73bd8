import type { Tx } from '../../../db/index.js';
import { inOrder } from '../../delivery/index.js';

/** A sample large enough for the proportions of the time zones. */
const SAMPLED_RECIPIENTS = 5_000;

/** The time zone keys of the next waiting recipients; null where none was stored yet. */
export async function sampleOfPlaces(
  tx: Tx,
  campaignId: string,
): Promise<{ place: string | null; count: number }[]> {
  const { where, orderBy } = inOrder(['pending']);
  return tx.query(
    `SELECT zone AS place, count(*)::int AS count FROM (
       SELECT zone FROM deliveries WHERE campaign_id = $1 AND ${where} ORDER BY ${orderBy} LIMIT $2) next
     GROUP BY zone`,
    [campaignId, SAMPLED_RECIPIENTS],
  );
}
