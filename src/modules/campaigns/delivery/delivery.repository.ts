import type { Tx } from '../../../db/index.js';
import { NOT_ON_WHATSAPP } from '../creation/unregistered.js';
import { PARTS_OF_RECIPIENT } from '../creation/variant.repository.js';
import { newId } from '../../../lib/ids.js';
import type { RenderedContent } from '../core/content.js';
import { MAX_PARTS } from '../campaign-part.dto.js';
import { claimWithinBudgets, countBegun } from '../control/sender-use.repository.js';
import { grantUnderCeilings, lockRunningCampaigns, takeSlots } from './ceiling.repository.js';
import { cappedClaim } from './core/frequency-cap.js';
import { claimUnderCap, overCap } from './frequency-cap.repository.js';
import type {
  ClaimOutcome,
  ClaimRequest,
  Departure,
  RecipientForSend,
  RecipientWait,
} from './delivery.types.js';

type LoadedRow = Omit<RecipientForSend, 'resend' | 'overCap'> & {
  resendSenderId: string | null;
  resendId: string | null;
  resendBody: string | null;
  resendContent: RenderedContent | null;
  resendSenderLost: boolean;
};

/**
 * Reads recipients with all that decides about their send; the answers are in the order of the questions. The campaign
 * is joined by its key alone: with the tenant too, the planner would pair every recipient with all of the tenant's
 * campaigns first.
 */
export async function loadForSend(
  tx: Tx,
  asked: { tenantId: string; recipientId: string }[],
): Promise<(RecipientForSend | undefined)[]> {
  const rows: LoadedRow[] = await tx.query(
    `SELECT r.id, r.tenant_id AS "tenantId", r.campaign_id AS "campaignId", r.contact_id AS "contactId",
            r.phone, r.name, r.variables, r.state, r.next_part AS "nextPart", r.claim_epoch AS "claimEpoch",
            r.retried_epoch AS "retriedEpoch", k.status AS "campaignStatus", k.kind,
            CASE WHEN k.kind = 'direct' THEN k.scheduled_at END AS "sendAt", ${PARTS_OF_RECIPIENT} AS parts,
            k.pool, k.min_delay AS "minDelay", k.max_delay AS "maxDelay",
            k.sticky_sender AS "stickySender", k.waiting_reason IS NOT NULL AS waiting,
            c.id IS NOT NULL AS "contactExists", c.opted_out_at IS NOT NULL AS "optedOut",
            CASE WHEN k.kind = 'campaign' THEN ts.frequency_cap END AS "frequencyCap",
            n.phone IS NOT NULL AS unregistered, x.id IS NOT NULL AS suppressed, c.last_sender_id AS "lastSenderId", r.sender_id AS "senderId",
            k.send_window AS "sendWindow", k.expires_at AS "expiresAt", k.priority, k.outranked,
            k.next_slot_at AS "nextSlotAt", k.max_per_sender AS "maxPerSender",
            CASE WHEN k.max_per_sender IS NOT NULL THEN (
              SELECT jsonb_object_agg(u.sender_id, u.messages) FROM campaign_sender_use u
              WHERE u.campaign_id = k.id AND u.messages > k.max_per_sender - ${MAX_PARTS}) END AS "senderUse",
            CASE WHEN ts.tenant_id IS NOT NULL THEN json_build_object('timeZone', ts.time_zone,
              'sendWindow', ts.send_window, 'quietHours', ts.quiet_hours) END AS "tenantTimes",
            r.wait_reason AS "waitReason", r.wait_until AS "waitUntil",
            (s.id IS NULL OR s.paused_at IS NOT NULL OR s.status IN ('banned', 'logged_out')) AS "senderGone",
            m.sender_id AS "resendSenderId", m.wa_message_id AS "resendId", m.body AS "resendBody",
            m.content AS "resendContent",
            (ms.id IS NULL OR ms.status IN ('banned', 'logged_out')) AS "resendSenderLost"
     FROM unnest($1::uuid[], $2::uuid[]) AS asked (tenant_id, id)
     JOIN campaign_contacts r ON r.id = asked.id AND r.tenant_id = asked.tenant_id
     JOIN campaigns k ON k.id = r.campaign_id
     LEFT JOIN contacts c ON c.id = r.contact_id AND c.tenant_id = r.tenant_id
     LEFT JOIN tenant_settings ts ON ts.tenant_id = r.tenant_id
     LEFT JOIN suppressions x ON x.tenant_id = r.tenant_id AND x.phone = r.phone
     LEFT JOIN number_checks n ON n.tenant_id = r.tenant_id AND n.phone = r.phone AND ${NOT_ON_WHATSAPP}
     LEFT JOIN senders s ON s.id = r.sender_id AND s.tenant_id = r.tenant_id
     LEFT JOIN messages m ON m.campaign_contact_id = r.id AND m.part = r.next_part AND m.direction = 'out'
                         AND m.state = 'queued' AND m.wa_message_id IS NOT NULL
     LEFT JOIN senders ms ON ms.id = m.sender_id AND ms.tenant_id = r.tenant_id`,
    [asked.map((item) => item.tenantId), asked.map((item) => item.recipientId)],
  );
  const loaded = rows.map(toRecipient);
  const over = await overCap(tx, loaded.map(cappedClaim));
  const byKey = new Map(
    loaded.map((row, index) => [`${row.tenantId} ${row.id}`, { ...row, overCap: over[index] ?? false }]),
  );
  return asked.map((item) => byKey.get(`${item.tenantId} ${item.recipientId}`));
}

function toRecipient(row: LoadedRow): Omit<RecipientForSend, 'overCap'> {
  const { resendSenderId, resendId, resendBody, resendContent, resendSenderLost, ...recipient } = row;
  if (resendSenderId === null || resendId === null) return { ...recipient, resend: undefined };
  return {
    ...recipient,
    resend: {
      senderId: resendSenderId,
      waMessageId: resendId,
      content: resendContent ?? { type: 'text', text: resendBody ?? '' },
      senderLost: resendSenderLost,
    },
  };
}

/**
 * Takes recipients from `queued` to `sending` and writes the row of the message that is about to be handed over. A
 * claim wins only while everything still holds: queued, same epoch and part, campaign running, contact not opted out
 * and not over the tenant's frequency cap.
 *
 * The campaign's row is locked in share mode, so a pause either comes first and the claim loses, or waits for the
 * claim: nothing is claimed after a pause was answered. Everybody locks campaigns before recipients before messages.
 */
export async function claimForSend(
  tx: Tx,
  requests: ClaimRequest[],
  workerId: string,
): Promise<ClaimOutcome[]> {
  const campaigns = await lockRunningCampaigns(
    tx,
    requests.map((request) => request.campaignId),
  );
  const running = requests
    .map((request, ordinal) => ({ ...request, ordinal }))
    .filter((request) => campaigns.has(request.campaignId));
  const { open: granted, later } = grantUnderCeilings(running, campaigns);
  await lockRecipients(
    tx,
    granted.map((request) => request.recipientId),
  );
  const fits = await claimUnderCap(
    tx,
    granted.map(({ capped }) => capped),
  );
  const limits = budgetsOf(campaigns);
  const admitted = granted.filter((_, index) => fits[index]).map(beginning);
  const affordable = await claimWithinBudgets(tx, admitted, limits);
  const open = admitted.filter(({ ordinal }) => affordable(ordinal));
  const rows: { ordinal: number; messageId: string; claimEpoch: number }[] = await tx.query(CLAIM, [
    open.map((request) => request.ordinal),
    open.map((request) => request.tenantId),
    open.map((request) => request.recipientId),
    open.map((request) => request.claimEpoch),
    open.map((request) => request.part),
    open.map((request) => request.senderId),
    open.map(() => newId()),
    open.map((request) => request.waMessageId ?? null),
    open.map((request) => request.type),
    open.map((request) => request.body),
    open.map((request) => request.content && JSON.stringify(request.content)),
    workerId,
  ]);
  const won = new Map(rows.map((row) => [row.ordinal, row]));
  const winners = open.filter(({ ordinal }) => won.has(ordinal));
  await countBegun(tx, winners, limits);
  await takeSlots(tx, winners, campaigns);
  return requests.map((_, index) => {
    const row = won.get(index);
    if (row) return { kind: 'claimed', messageId: row.messageId, claimEpoch: row.claimEpoch };
    const afterMs = later.get(index);
    return afterMs === undefined ? { kind: 'lost' } : { kind: 'later', afterMs };
  });
}

function beginning<Request extends ClaimRequest>(request: Request): Request & { messages: number } {
  return { ...request, messages: request.begins ?? 0 };
}

function budgetsOf(campaigns: Awaited<ReturnType<typeof lockRunningCampaigns>>): Map<string, number> {
  return new Map(
    [...campaigns].flatMap(([id, { maxPerSender }]) => (maxPerSender === null ? [] : [[id, maxPerSender]])),
  );
}

/** The same recipient may stand in a batch twice (a job delivered twice): the ordinal tells which of them won. */
const CLAIM = `
  WITH asked AS (
    SELECT * FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::uuid[], $7::uuid[],
                         $8::text[], $9::text[], $10::text[], $11::jsonb[])
      AS a (ordinal, tenant_id, recipient_id, epoch, part, sender_id, message_id, wa_message_id, type, body, content)
  ), won AS (
    UPDATE campaign_contacts r
    SET state = 'sending', sender_id = a.sender_id, claim_epoch = r.claim_epoch + 1, code = NULL, updated_at = now()
    FROM asked a
    WHERE r.id = a.recipient_id AND r.tenant_id = a.tenant_id
      AND r.state = 'queued' AND r.claim_epoch = a.epoch AND r.next_part = a.part
      AND EXISTS (SELECT FROM contacts c WHERE c.id = r.contact_id AND c.opted_out_at IS NULL)
      AND NOT EXISTS (SELECT FROM suppressions x WHERE x.tenant_id = r.tenant_id AND x.phone = r.phone)
    RETURNING a.ordinal, r.id, r.campaign_id, r.contact_id, r.claim_epoch
  ), written AS (
    INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, campaign_contact_id, part,
                          type, body, content, state, wa_message_id, claim_epoch, worker_id)
    SELECT a.message_id, a.tenant_id, 'out', won.contact_id, a.sender_id, won.campaign_id, won.id, a.part,
           a.type, a.body, a.content, 'sending', a.wa_message_id, won.claim_epoch, $12::uuid
    FROM won JOIN asked a ON a.ordinal = won.ordinal
    ON CONFLICT (campaign_contact_id, part) WHERE campaign_contact_id IS NOT NULL AND direction = 'out'
    DO UPDATE SET state = 'sending', sender_id = excluded.sender_id, type = excluded.type, body = excluded.body,
                  content = excluded.content, code = NULL,
                  wa_message_id = excluded.wa_message_id, claim_epoch = excluded.claim_epoch,
                  worker_id = excluded.worker_id, updated_at = now()
    RETURNING id, campaign_contact_id
  )
  SELECT won.ordinal, written.id AS "messageId", won.claim_epoch AS "claimEpoch"
  FROM won JOIN written ON written.campaign_contact_id = won.id`;

/**
 * Recipients leave the queue without a hand-over: back to `pending` for a paused campaign, or to an end. Answers which
 * of them really left; the others were claimed or changed by somebody else.
 */
export async function departFromQueue(tx: Tx, departures: Departure[]): Promise<boolean[]> {
  await lockRecipients(
    tx,
    departures.map((departure) => departure.recipientId),
  );
  const rows: { id: string; to: string }[] = await tx.query(
    `WITH gone AS (
       UPDATE campaign_contacts r SET state = a.state, code = a.code, updated_at = now()
       FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[])
         AS a (tenant_id, recipient_id, epoch, state, code)
       WHERE r.id = a.recipient_id AND r.tenant_id = a.tenant_id AND r.state = 'queued' AND r.claim_epoch = a.epoch
       RETURNING r.id, r.next_part, r.state, r.code
     ), marked AS (
       UPDATE messages m SET state = gone.state, code = gone.code, updated_at = now()
       FROM gone
       WHERE m.campaign_contact_id = gone.id AND m.part = gone.next_part AND m.direction = 'out'
         AND m.state IN ('queued', 'pending') AND gone.state <> 'pending'
     )
     SELECT id FROM gone`,
    [
      departures.map((departure) => departure.tenantId),
      departures.map((departure) => departure.recipientId),
      departures.map((departure) => departure.claimEpoch),
      departures.map((departure) => departure.to),
      departures.map((departure) => departure.code),
    ],
  );
  const gone = new Set(rows.map((row) => row.id));
  return departures.map((departure) => gone.has(departure.recipientId));
}

/**
 * Keeps what queued recipients wait for, and since when they wait. Rows that somebody holds are passed over: this is for
 * the trace. `updated_at` stays, so that no index has to follow.
 */
export async function noteWaits(tx: Tx, waits: RecipientWait[]): Promise<void> {
  await tx.query(
    `WITH asked AS (
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[])
         AS a (tenant_id, recipient_id, epoch, reason, until)
     ), waiting AS (
       SELECT r.id, a.reason, a.until FROM campaign_contacts r
       JOIN asked a ON r.id = a.recipient_id AND r.tenant_id = a.tenant_id
       WHERE r.state = 'queued' AND r.claim_epoch = a.epoch
       FOR NO KEY UPDATE OF r SKIP LOCKED
     )
     UPDATE campaign_contacts r
     SET wait_reason = waiting.reason, wait_until = waiting.until, wait_since = coalesce(r.wait_since, now())
     FROM waiting WHERE r.id = waiting.id`,
    [
      waits.map((wait) => wait.tenantId),
      waits.map((wait) => wait.recipientId),
      waits.map((wait) => wait.claimEpoch),
      waits.map((wait) => wait.reason),
      waits.map((wait) => wait.until),
    ],
  );
}

/** Always in the order of ids, so that two batches never wait for each other in a circle. */
export async function lockRecipients(tx: Tx, ids: string[]): Promise<void> {
  await tx.query(
    `SELECT id FROM campaign_contacts WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
}
