import type { Tx } from '../../../db/index.js';
import { admitted, type CappedClaim } from '../core/frequency-cap.js';
import { purposes, rulesOf } from '../../tenants/index.js';

/** Advisory locks of two numbers: this one, and the contact's hash. */
const CAP_LOCKS = 742_010;

/**
 * How long a message may lie between the time from which it may leave and its hand-over. That time is the age of its id
 * or, where it was accepted long before, the time it was scheduled for.
 */
const SLACK_DAYS = 30;

/** The smallest UUID v7 of a time: the index on (contact_id, id) then passes over a contact's older messages. */
function firstIdSince(daysAgo: string): string {
  const milliseconds = `(extract(epoch FROM now() - make_interval(days => ${daysAgo})) * 1000)::bigint`;
  return `(lpad(to_hex(${milliseconds}), 12, '0') || repeat('0', 20))::uuid`;
}

const LATELY_MADE = firstIdSince(`asked.days + ${SLACK_DAYS}`);

/** Purposes that the cap binds, as SQL has them. */
const CAPPED = purposes
  .filter((purpose) => rulesOf[purpose].frequencyCap)
  .map((purpose) => `'${purpose}'`)
  .join(', ');

/**
 * Messages of a capped purpose that a contact had, for rows `asked (contact_id, days)`. What was handed over, or may have
 * been, counts; of a delivery under way all parts count. Of a deleted campaign nobody knows the purpose: its messages
 * count.
 */
const USED = `
  SELECT coalesce(sum(CASE WHEN r.state IN ('pending', 'queued', 'sending') THEN greatest(got.messages, r.parts)
                           ELSE got.messages END), 0)::int AS used
  FROM (
    SELECT m.delivery_id, m.source, count(*) AS messages FROM (
      SELECT * FROM messages WHERE contact_id = asked.contact_id AND id > ${LATELY_MADE}
      UNION ALL
      SELECT * FROM messages
      WHERE contact_id = asked.contact_id AND id <= ${LATELY_MADE}
        AND send_at > now() - make_interval(days => asked.days + ${SLACK_DAYS})) m
    WHERE m.direction = 'out' AND m.delivery_id IS NOT NULL
      AND m.state IN ('sending', 'sent', 'delivered', 'read', 'played', 'unknown')
      AND coalesce(m.sent_at, m.updated_at) > now() - make_interval(days => asked.days)
    GROUP BY m.delivery_id, m.source) got
  LEFT JOIN deliveries r ON r.id = got.delivery_id
  WHERE r.purpose IN (${CAPPED}) OR (r.id IS NULL AND got.source IS NULL)`;

/** Which of the claims would be over their caps as things are; asks nothing where no tenant has one. */
export async function overCap(tx: Tx, claims: readonly (CappedClaim | undefined)[]): Promise<boolean[]> {
  const used = await messagesUsed(tx, claims);
  // Each is tested by itself: which of several competing claims comes first is decided when they are claimed.
  return claims.map((claim) => !admitted([claim], used)[0]);
}

/**
 * Which of the claims fit under their caps; the answer holds until the transaction ends, also against other campaigns
 * that claim the same contact. Locks by contact, always in one order, after the locks on campaigns and recipients. The
 * count is a statement of its own, so that it sees what the previous holder of a lock has committed.
 */
export async function claimUnderCap(
  tx: Tx,
  claims: readonly (CappedClaim | undefined)[],
): Promise<boolean[]> {
  const ids = claims.flatMap((claim) => claim?.contactId ?? []);
  if (ids.length > 0) {
    await tx.query(
      `SELECT pg_advisory_xact_lock($1, locks.key)
       FROM (SELECT DISTINCT hashtext(id::text) AS key FROM unnest($2::uuid[]) AS id ORDER BY 1) locks`,
      [CAP_LOCKS, ids],
    );
  }
  return admitted(claims, await messagesUsed(tx, claims));
}

/** A contact is a tenant's own, so all claims on it have the same cap. */
async function messagesUsed(
  tx: Tx,
  claims: readonly (CappedClaim | undefined)[],
): Promise<Map<string, number>> {
  const daysOf = new Map<string, number>();
  for (const claim of claims) if (claim) daysOf.set(claim.contactId, claim.cap.days);
  if (daysOf.size === 0) return new Map();
  const rows = await tx.query<{ contactId: string; used: number }[]>(
    `SELECT asked.contact_id AS "contactId", spent.used
     FROM unnest($1::uuid[], $2::int[]) AS asked (contact_id, days) CROSS JOIN LATERAL (${USED}) spent`,
    [[...daysOf.keys()], [...daysOf.values()]],
  );
  return new Map(rows.map(({ contactId, used }) => [contactId, used]));
}

/** What recipient `r` of campaign `k` will get: its row knows that once it is queued. */
const PARTS_OF_RECIPIENT = `coalesce(k.variants -> r.variant::int -> 'parts', k.parts)`;

/** True for a recipient `r` of campaign `k`, waiting for its first message, whom the cap of settings `s` would skip now. */
export const OVER_CAP = `(s.frequency_cap IS NOT NULL AND k.purpose IN (${CAPPED}) AND r.next_part = 0 AND r.state IN ('pending', 'queued')
  AND (SELECT spent.used FROM (SELECT r.contact_id, (s.frequency_cap ->> 'days')::int AS days) asked
       CROSS JOIN LATERAL (${USED}) spent)
      > (s.frequency_cap ->> 'messages')::int - jsonb_array_length(${PARTS_OF_RECIPIENT}))`;

/** Waiting recipients of a campaign whom the tenant's cap would skip if they were sent to now; 0 without a cap. */
export async function countOverCap(tx: Tx, tenantId: string, campaignId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }[]>(
    `SELECT count(*)::int AS count
     FROM tenant_settings s
     JOIN campaigns k ON k.id = $2 AND k.tenant_id = s.tenant_id
     JOIN deliveries r ON r.campaign_id = k.id
     WHERE s.tenant_id = $1 AND s.frequency_cap IS NOT NULL AND ${OVER_CAP}`,
    [tenantId, campaignId],
  );
  return row?.count ?? 0;
}
