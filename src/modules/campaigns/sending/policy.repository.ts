import type { Tx } from '../../../db/index.js';
import { MAX_PARTS, type CampaignPart } from '../../content/index.js';
import type { Policy } from '../../delivery/index.js';
import type { CampaignStatus } from '../core/campaign-status.js';

type PolicyRow = Omit<Policy, 'standing' | 'templates'> & {
  id: string;
  status: CampaignStatus;
  parts: CampaignPart[];
  variants: { parts: CampaignPart[] }[] | null;
};

/** By their keys alone: a delivery that names a campaign is of the same tenant. */
export async function campaignPolicies(tx: Tx, ids: readonly string[]): Promise<Map<string, Policy>> {
  const rows: PolicyRow[] = await tx.query(
    `SELECT k.id, k.status, k.parts, k.variants, k.pool, k.min_delay AS "minDelay", k.max_delay AS "maxDelay",
            k.sticky_sender AS "stickySender", k.on_unknown AS "onUnknown", k.skip_unregistered AS "skipUnregistered",
            k.waiting_reason IS NOT NULL AS waiting, k.send_window AS "sendWindow", k.expires_at AS "expiresAt",
            k.priority, k.preempted, k.next_slot_at AS "nextSlotAt", k.max_per_sender AS "maxPerSender",
            CASE WHEN k.max_per_sender IS NOT NULL THEN (
              SELECT jsonb_object_agg(u.sender_id, u.messages) FROM campaign_sender_use u
              WHERE u.campaign_id = k.id AND u.messages > k.max_per_sender - ${MAX_PARTS}) END AS "senderUse",
            ts.frequency_cap AS "frequencyCap",
            CASE WHEN ts.tenant_id IS NOT NULL THEN json_build_object('timeZone', ts.time_zone,
              'sendWindow', ts.send_window, 'quietHours', ts.quiet_hours) END AS "tenantTimes"
     FROM campaigns k LEFT JOIN tenant_settings ts ON ts.tenant_id = k.tenant_id
     WHERE k.id = ANY($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, toPolicy(row)]));
}

function toPolicy({ id: _id, status, parts, variants, ...shared }: PolicyRow): Policy {
  return {
    ...shared,
    standing: standings[status],
    templates: variants ? variants.map((variant) => variant.parts) : [parts],
  };
}

const standings: { readonly [Status in CampaignStatus]: Policy['standing'] } = {
  running: 'open',
  draft: 'held',
  scheduled: 'held',
  paused: 'held',
  stopped: 'ended',
  failed: 'ended',
  completed: 'ended',
};
