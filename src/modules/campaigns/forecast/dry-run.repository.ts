import type { Tx } from '../../../db/index.js';
import { timeZoneKey, PLACE_PREFIX_LENGTH } from '../../../lib/phone-zones.js';
import { hasValue, needsIt } from '../creation/coverage.repository.js';
import { NOT_ON_WHATSAPP, OVER_CAP, isIn } from '../../delivery/index.js';
import { holdsBack } from '../../contacts/index.js';
import type { NeededVariable } from '../../content/index.js';

/** Recipients not served yet, by time zone key and by the reason that will exclude them. */
export interface WaitingCount {
  /** Null where hours do not count in the recipients' own time. */
  place: string | null;
  reason:
    | 'contact_deleted'
    | 'opted_out'
    | 'suppressed'
    | 'no_reachable_identity'
    | 'missing_variable'
    | 'not_on_whatsapp'
    | 'frequency_cap'
    | null;
  count: number;
}

const HELD_BACK = holdsBack({ line: 'r.line', purpose: 'k.purpose', topic: 'k.topic' });

/**
 * One pass over waiting recipients. Each is counted once, under the first reason that applies; with `byPlace` also by
 * its time zone key.
 */
export async function countWaiting(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  {
    needed,
    byPlace,
    addresses,
  }: {
    needed: NeededVariable[];
    byPlace: boolean;
    /** By what some sender can write to a person; none where there is no sender yet. */
    addresses: readonly string[];
  },
): Promise<WaitingCount[]> {
  const values: unknown[] = [campaign.tenantId, campaign.id];
  const lacking = needed.map((variable) => {
    const present = hasValue(variable.attribute, `$${values.push(variable.attribute)}`);
    return `(${needsIt(variable)} AND NOT (${present}))`;
  });
  const kinds = `$${values.push(addresses)}::text[]`;
  const place = byPlace ? `, left(r.phone, ${PLACE_PREFIX_LENGTH})` : '';
  const rows = await tx.query<(Omit<WaitingCount, 'place'> & { phone: string })[]>(
    `SELECT min(r.phone) AS phone,
            CASE WHEN c.id IS NULL THEN 'contact_deleted'
                 WHEN c.opted_out_at IS NOT NULL THEN 'opted_out'
                 WHEN EXISTS (SELECT FROM suppressions x WHERE x.tenant_id = $1 AND ${HELD_BACK}) THEN 'suppressed'
                 WHEN cardinality(${kinds}) > 0
                   AND CASE WHEN starts_with(r.phone, '+') THEN 'phone' ELSE split_part(r.phone, ':', 1) END <> ALL(${kinds})
                   AND NOT EXISTS (SELECT FROM contact_identities i
                                   WHERE i.tenant_id = $1 AND i.contact_id = c.id AND i.until IS NULL AND i.kind = ANY(${kinds}))
                   THEN 'no_reachable_identity'
                 WHEN r.lacking THEN 'missing_variable'
                 WHEN n.line IS NOT NULL THEN 'not_on_whatsapp'
                 WHEN ${OVER_CAP} THEN 'frequency_cap' END AS reason,
            count(*)::int AS count
     FROM (SELECT contact_id, phone, line, state, next_part, retried_epoch, variant, ${lacking.length > 0 ? lacking.join(' OR ') : 'false'} AS lacking
           FROM deliveries
           WHERE tenant_id = $1 AND campaign_id = $2 AND ${isIn(['pending', 'queued', 'sending'])}) r
     JOIN campaigns k ON k.id = $2
     LEFT JOIN tenant_settings s ON s.tenant_id = $1
     LEFT JOIN contacts c ON c.id = r.contact_id AND c.tenant_id = $1
     LEFT JOIN number_checks n ON n.tenant_id = $1 AND n.line = r.line AND k.skip_unregistered AND ${NOT_ON_WHATSAPP}
     GROUP BY 2${place}`,
    values,
  );
  return rows.map(({ phone, ...row }) => ({ ...row, place: byPlace ? timeZoneKey(phone) : null }));
}
