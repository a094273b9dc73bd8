import type { Tx } from '../../db/index.js';
import type { RenderedContent } from '../content/index.js';
import { overCap } from './admission/frequency-cap.repository.js';
import type { MessageAttempt } from './core/attempt.js';
import { cappedClaim } from './core/frequency-cap.js';
import { resendOf } from './core/unconfirmed.js';
import type { Delivery, LoadedDelivery, RecipientFacts } from './delivery.types.js';
import { bySource, keyOf } from './by-source.js';
import type { DeliverySources, Policy } from './source.js';
import { HELD_BACK } from './held-back.js';
import { NOT_ON_WHATSAPP } from './unregistered.js';

/** The part of a message that says what it is. */
interface StoredContent {
  body: string | null;
  content: RenderedContent | null;
}

type DeliveryRow = Omit<Delivery, 'written'> &
  RecipientFacts & {
    written: StoredContent[] | null;
    resend:
      | (StoredContent & {
          senderId: string;
          waMessageId: string | null;
          attempts: MessageAttempt[];
          senderLost: boolean;
        })
      | null;
  };

/**
 * Reads deliveries with everything their send depends on, in the order of the requests. What else a person is known by is read
 * where the delivery has no number, or not only then: `numberIsEnough` says that every transport can write to numbers.
 */
export async function loadForSend(
  tx: Tx,
  sources: DeliverySources,
  asked: { tenantId: string; deliveryId: string }[],
  { numberIsEnough = true }: { numberIsEnough?: boolean } = {},
): Promise<(LoadedDelivery | undefined)[]> {
  const rows: DeliveryRow[] = await tx.query(DELIVERIES, [
    asked.map((item) => item.tenantId),
    asked.map((item) => item.deliveryId),
    numberIsEnough,
  ]);
  const policies = await policiesOf(tx, sources, rows);
  const loaded = rows.flatMap((row) => {
    const policy = policies.get(keyOf(row));
    return policy ? [toLoaded(row, policy)] : [];
  });
  const over = await overCap(tx, loaded.map(cappedClaim));
  const byKey = new Map(
    loaded.map((each, index) => {
      const { tenantId, id } = each.delivery;
      return [`${tenantId} ${id}`, { ...each, overCap: over[index] ?? false }];
    }),
  );
  return asked.map((item) => byKey.get(`${item.tenantId} ${item.deliveryId}`));
}

/**
 * What most deliveries do not have is looked up by subqueries, each through its index: as joins there would be ten of
 * them, and finding their best order took longer than running the statement.
 */
const DELIVERIES = `
  SELECT r.id, r.tenant_id AS "tenantId", r.source, coalesce(r.source_id, r.campaign_id) AS "sourceId",
         r.campaign_id AS "campaignId", r.contact_id AS "contactId", r.phone, r.name, r.variables, r.variant, r.state,
         r.purpose, r.lane, r.next_part AS "nextPart", r.parts, r.claim_epoch AS "claimEpoch",
         r.retried_epoch AS "retriedEpoch", r.send_at AS "sendAt", r.only_sender_id AS "onlySenderId",
         r.sender_id AS "senderId", r.wait_reason AS "waitReason", r.wait_until AS "waitUntil",
         r.only_sender_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM senders s WHERE s.id = r.only_sender_id AND s.tenant_id = r.tenant_id) AS "onlySenderGone",
         c.id IS NOT NULL AS "contactExists", c.opted_out_at IS NOT NULL AS "optedOut",
         coalesce((SELECT true FROM suppressions x WHERE x.tenant_id = r.tenant_id AND ${HELD_BACK} LIMIT 1), false)
           AS suppressed,
         coalesce((SELECT true FROM number_checks n
                   WHERE n.tenant_id = r.tenant_id AND n.line = r.line AND ${NOT_ON_WHATSAPP}), false) AS "notOnWhatsApp",
         CASE WHEN NOT ($3::boolean AND starts_with(r.phone, '+')) THEN ARRAY(
           SELECT coalesce(i.written, i.line) FROM contact_identities i
           WHERE i.contact_id = r.contact_id AND i.tenant_id = r.tenant_id AND i.until IS NULL ORDER BY i.kind DESC, i.since)
           END AS "otherAddresses",
         (SELECT talk.sender_id FROM contact_senders talk
          WHERE talk.contact_id = r.contact_id AND talk.tenant_id = r.tenant_id) AS "lastSenderId",
         CASE WHEN r.lane = 'answer' THEN (
           SELECT talk.last_inbound_at FROM conversations talk
           WHERE talk.contact_id = r.contact_id AND talk.sender_id = r.only_sender_id AND talk.tenant_id = r.tenant_id)
           END AS "lastInboundAt",
         coalesce((SELECT s.paused_at IS NOT NULL OR s.status IN ('banned', 'logged_out') FROM senders s
                   WHERE s.id = r.sender_id AND s.tenant_id = r.tenant_id), true) AS "senderGone",
         CASE WHEN r.campaign_id IS NULL THEN (
           SELECT json_agg(json_build_object('body', m.body, 'content', m.content) ORDER BY m.part)
           FROM messages m WHERE m.delivery_id = r.id AND m.direction = 'out' AND m.part >= r.next_part) END AS written,
         (SELECT json_build_object('senderId', m.sender_id, 'waMessageId', m.wa_message_id, 'body', m.body,
                   'content', m.content, 'attempts', m.attempts,
                   'senderLost', coalesce(ms.status IN ('banned', 'logged_out'), true))
          FROM messages m LEFT JOIN senders ms ON ms.id = m.sender_id AND ms.tenant_id = r.tenant_id
          WHERE m.delivery_id = r.id AND m.part = r.next_part AND m.direction = 'out'
            AND m.state = 'queued' AND (m.wa_message_id IS NOT NULL OR m.attempts <> '[]') AND m.sender_id IS NOT NULL)
           AS resend
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (tenant_id, id)
  JOIN deliveries r ON r.id = asked.id AND r.tenant_id = asked.tenant_id
  LEFT JOIN contacts c ON c.id = r.contact_id AND c.tenant_id = r.tenant_id`;

async function policiesOf(
  tx: Tx,
  sources: DeliverySources,
  rows: readonly DeliveryRow[],
): Promise<Map<string, Policy>> {
  const policies = new Map<string, Policy>();
  for (const [source, ofSource] of bySource(rows)) {
    const ids = [...new Set(ofSource.map(({ sourceId }) => sourceId))];
    for (const [sourceId, policy] of await sources[source].policies(tx, ids)) {
      policies.set(keyOf({ source, sourceId }), policy);
    }
  }
  return policies;
}

/** The row serves as the delivery and as the facts: copying its forty fields took a twentieth of the worker's time. */
function toLoaded(row: DeliveryRow, policy: Policy): Omit<LoadedDelivery, 'overCap'> {
  const delivery = Object.assign(row, { written: row.written?.map(contentOf) ?? null });
  const { resend } = row;
  return {
    delivery,
    facts: row,
    policy,
    resend: resend
      ? resendOf({ ...resend, content: isKept(resend) ? contentOf(resend) : null }, policy.onUnknown)
      : undefined,
  };
}

/** A restored database knows of some messages only that they were handed over. */
function isKept({ body, content }: StoredContent): boolean {
  return body !== null || content !== null;
}

function contentOf({ body, content }: StoredContent): RenderedContent {
  return content ?? { type: 'text', text: body ?? '' };
}
