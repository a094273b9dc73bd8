import type { Tx } from '../../db/index.js';
import { NOT_ON_WHATSAPP } from './unregistered.js';
import { cappedClaim } from './core/frequency-cap.js';
import { resendOf } from './core/unconfirmed.js';
import type { RecipientForSend } from './delivery.types.js';
import { overCap } from './admission/frequency-cap.repository.js';
import type { UnknownChoice, MessageAttempt, Resend } from './core/attempt.js';
import { MAX_PARTS, type RenderedContent, type CampaignPart } from '../content/index.js';

/** What is the same for all recipients of a campaign: read once per batch, not once per recipient. */
type OfCampaign = Pick<
  RecipientForSend,
  | 'campaignStatus'
  | 'kind'
  | 'sendAt'
  | 'pool'
  | 'minDelay'
  | 'maxDelay'
  | 'stickySender'
  | 'onUnknown'
  | 'waiting'
  | 'frequencyCap'
  | 'sendWindow'
  | 'tenantTimes'
  | 'expiresAt'
  | 'priority'
  | 'preempted'
  | 'maxPerSender'
  | 'senderUse'
  | 'nextSlotAt'
>;

type CampaignRow = OfCampaign & {
  campaignId: string;
  parts: CampaignPart[];
  variants: { parts: CampaignPart[] }[] | null;
};

interface LoadedCampaign {
  shared: OfCampaign;
  parts: CampaignPart[];
  variants: { parts: CampaignPart[] }[] | null;
}

type RecipientRow = Omit<RecipientForSend, 'resend' | 'overCap' | 'parts' | keyof OfCampaign> & {
  variant: number;
  resend: {
    senderId: string;
    waMessageId: string | null;
    body: string | null;
    content: RenderedContent | null;
    attempts: MessageAttempt[];
    senderLost: boolean;
  } | null;
};

/** Reads recipients with everything their send depends on, in the order of the requests. */
export async function loadForSend(
  tx: Tx,
  asked: { tenantId: string; recipientId: string }[],
): Promise<(RecipientForSend | undefined)[]> {
  const rows: RecipientRow[] = await tx.query(RECIPIENTS, [
    asked.map((item) => item.tenantId),
    asked.map((item) => item.recipientId),
  ]);
  const campaigns = await loadCampaigns(
    tx,
    rows.map((row) => row.campaignId),
  );
  const loaded = rows.flatMap((row) => {
    const campaign = campaigns.get(row.campaignId);
    return campaign ? [toRecipient(row, campaign)] : [];
  });
  const over = await overCap(tx, loaded.map(cappedClaim));
  const byKey = new Map(
    loaded.map((row, index) => [
      `${row.tenantId} ${row.id}`,
      Object.assign(row, { overCap: over[index] ?? false }),
    ]),
  );
  return asked.map((item) => byKey.get(`${item.tenantId} ${item.recipientId}`));
}

/**
 * What most recipients do not have is looked up by subqueries, each through its index: as joins there would be ten of
 * them, and finding their best order took longer than running the statement. The campaign is joined by its key alone:
 * with the tenant too, the planner would pair every recipient with all of its campaigns.
 */
const RECIPIENTS = `
  SELECT r.id, r.tenant_id AS "tenantId", r.campaign_id AS "campaignId", r.contact_id AS "contactId",
         r.phone, r.name, r.variables, r.variant, r.state, r.next_part AS "nextPart",
         r.claim_epoch AS "claimEpoch", r.retried_epoch AS "retriedEpoch", r.sender_id AS "senderId",
         r.wait_reason AS "waitReason", r.wait_until AS "waitUntil",
         c.id IS NOT NULL AS "contactExists", c.opted_out_at IS NOT NULL AS "optedOut",
         coalesce((SELECT true FROM suppressions x WHERE x.tenant_id = r.tenant_id AND x.line = r.line), false)
           AS suppressed,
         coalesce((SELECT true FROM number_checks n
                   WHERE n.tenant_id = r.tenant_id AND n.line = r.line AND ${NOT_ON_WHATSAPP}), false) AS unregistered,
         (SELECT talk.sender_id FROM contact_senders talk
          WHERE talk.contact_id = r.contact_id AND talk.tenant_id = r.tenant_id) AS "lastSenderId",
         coalesce((SELECT s.paused_at IS NOT NULL OR s.status IN ('banned', 'logged_out') FROM senders s
                   WHERE s.id = r.sender_id AND s.tenant_id = r.tenant_id), true) AS "senderGone",
         (SELECT json_build_object('senderId', m.sender_id, 'waMessageId', m.wa_message_id, 'body', m.body,
                   'content', m.content, 'attempts', m.attempts,
                   'senderLost', coalesce(ms.status IN ('banned', 'logged_out'), true))
          FROM messages m LEFT JOIN senders ms ON ms.id = m.sender_id AND ms.tenant_id = r.tenant_id
          WHERE m.delivery_id = r.id AND m.part = r.next_part AND m.direction = 'out'
            AND m.state = 'queued' AND (m.wa_message_id IS NOT NULL OR m.attempts <> '[]') AND m.sender_id IS NOT NULL)
           AS resend
  FROM unnest($1::uuid[], $2::uuid[]) AS asked (tenant_id, id)
  JOIN deliveries r ON r.id = asked.id AND r.tenant_id = asked.tenant_id
  JOIN campaigns k ON k.id = r.campaign_id
  LEFT JOIN contacts c ON c.id = r.contact_id AND c.tenant_id = r.tenant_id`;

/** By their keys alone: the tenant was checked with the recipients. */
async function loadCampaigns(tx: Tx, ids: readonly string[]): Promise<Map<string, LoadedCampaign>> {
  const rows: CampaignRow[] = await tx.query(
    `SELECT k.id AS "campaignId", k.status AS "campaignStatus", k.kind, k.parts, k.variants,
            CASE WHEN k.kind = 'direct' THEN k.scheduled_at END AS "sendAt",
            k.pool, k.min_delay AS "minDelay", k.max_delay AS "maxDelay",
            k.sticky_sender AS "stickySender", k.on_unknown AS "onUnknown", k.waiting_reason IS NOT NULL AS waiting,
            CASE WHEN k.kind = 'campaign' THEN ts.frequency_cap END AS "frequencyCap",
            k.send_window AS "sendWindow", k.expires_at AS "expiresAt", k.priority, k.preempted,
            k.next_slot_at AS "nextSlotAt", k.max_per_sender AS "maxPerSender",
            CASE WHEN k.max_per_sender IS NOT NULL THEN (
              SELECT jsonb_object_agg(u.sender_id, u.messages) FROM campaign_sender_use u
              WHERE u.campaign_id = k.id AND u.messages > k.max_per_sender - ${MAX_PARTS}) END AS "senderUse",
            CASE WHEN ts.tenant_id IS NOT NULL THEN json_build_object('timeZone', ts.time_zone,
              'sendWindow', ts.send_window, 'quietHours', ts.quiet_hours) END AS "tenantTimes"
     FROM campaigns k LEFT JOIN tenant_settings ts ON ts.tenant_id = k.tenant_id
     WHERE k.id = ANY($1::uuid[])`,
    [[...new Set(ids)]],
  );
  return new Map(
    rows.map(({ campaignId, parts, variants, ...shared }) => [campaignId, { shared, parts, variants }]),
  );
}

/** Fills the row itself: copying its forty fields took a twentieth of the worker's processor time. */
function toRecipient(row: RecipientRow, campaign: LoadedCampaign): Omit<RecipientForSend, 'overCap'> {
  const { shared, parts, variants } = campaign;
  const resend = row.resend ? toResend(row.resend, shared.onUnknown) : undefined;
  return Object.assign(row, shared, { parts: variants?.[row.variant]?.parts ?? parts, resend });
}

function toResend(
  { body, content, ...rest }: NonNullable<RecipientRow['resend']>,
  onUnknown: UnknownChoice,
): Resend | undefined {
  return resendOf({ ...rest, content: content ?? { type: 'text', text: body ?? '' } }, onUnknown);
}
