import type { Tx } from '../../../db/index.js';
import { timeZoneKey, PLACE_PREFIX_LENGTH } from '../../../lib/phone-zones.js';
import { isIn } from '../../delivery/index.js';

/** How many recipients of an audience have which time zone key. Derived from the numbers, before keys are stored. */
export async function audiencePlaces(tx: Tx, campaignId: string): Promise<Map<string, number>> {
  const rows = await tx.query<{ phone: string; count: number }[]>(
    `SELECT min(phone) AS phone, count(*)::int AS count FROM deliveries
     WHERE campaign_id = $1 AND ${isIn(['pending'])} GROUP BY left(phone, ${PLACE_PREFIX_LENGTH})`,
    [campaignId],
  );
  const counts = new Map<string, number>();
  for (const { phone, count } of rows) {
    const place = timeZoneKey(phone);
    counts.set(place, (counts.get(place) ?? 0) + count);
  }
  return counts;
}
