import type { Tx } from '../../../db/index.js';
import { ceilingOf, grantSlots, rampElapsedMs, slotMs } from '../core/ceiling.js';
import type { ClaimRequest } from '../delivery.types.js';

/** A running campaign that is locked for a batch of claims. */
interface LockedCampaign {
  id: string;
  maxPerMinute: number | null;
  rampUpMinutes: number | null;
  nextSlotAt: Date | null;
  /** The budget of every sender; see sender-budget.repository.ts. */
  maxPerSender: number | null;
  /** Null before the first message. */
  rampStartedAt: Date | null;
  /** The database's time: several processes share a campaign's slots. */
  now: Date;
}

type Numbered = ClaimRequest & { ordinal: number };

/**
 * In share mode, so that a pause waits for the claims or they lose; those with a ceiling for this transaction alone,
 * because it moves their slots. Always the ceilings first, then by id, so that two batches cannot deadlock.
 */
export async function lockRunningCampaigns(tx: Tx, ids: string[]): Promise<Map<string, LockedCampaign>> {
  const locked = new Map<string, LockedCampaign>();
  for (const [capped, lock] of [
    ['IS NOT NULL', 'FOR NO KEY UPDATE'],
    ['IS NULL', 'FOR SHARE'],
  ] as const) {
    const rows = await tx.query<LockedCampaign[]>(
      `SELECT id, max_per_minute AS "maxPerMinute", ramp_up_minutes AS "rampUpMinutes", next_slot_at AS "nextSlotAt",
              max_per_sender AS "maxPerSender", ramp_started_at AS "rampStartedAt", clock_timestamp() AS now
       FROM campaigns WHERE id = ANY($1::uuid[]) AND status = 'running' AND max_per_minute ${capped}
       ORDER BY id ${lock}`,
      [[...new Set(ids)]],
    );
    for (const row of rows) locked.set(row.id, row);
  }
  return locked;
}

/** Which claims of the batch may leave now under the campaigns' ceilings, and after how long the others may. */
export function grantUnderCeilings(
  requests: Numbered[],
  campaigns: ReadonlyMap<string, LockedCampaign>,
): { open: Numbered[]; later: Map<number, number> } {
  const open: Numbered[] = [];
  const later = new Map<number, number>();
  for (const [campaignId, ofCampaign] of byCampaign(requests)) {
    const campaign = campaigns.get(campaignId);
    const stepMs = campaign && stepOf(campaign);
    if (!campaign || stepMs === undefined) {
      open.push(...ofCampaign);
      continue;
    }
    const { granted, nextSlotAt } = grantSlots({ ...campaign, stepMs }, ofCampaign.length, campaign.now);
    open.push(...ofCampaign.slice(0, granted));
    ofCampaign.slice(granted).forEach(({ ordinal }, index) => {
      later.set(ordinal, Math.ceil(nextSlotAt.getTime() - campaign.now.getTime() + index * stepMs));
    });
  }
  return { open, later };
}

/** Uses up one slot per claim that was won. */
export async function takeSlots(
  tx: Tx,
  won: Numbered[],
  campaigns: ReadonlyMap<string, LockedCampaign>,
): Promise<void> {
  for (const [campaignId, ofCampaign] of byCampaign(won)) {
    const campaign = campaigns.get(campaignId);
    const stepMs = campaign && stepOf(campaign);
    if (!campaign || stepMs === undefined) continue;
    const { nextSlotAt } = grantSlots({ ...campaign, stepMs }, ofCampaign.length, campaign.now);
    await tx.query(
      'UPDATE campaigns SET next_slot_at = $2, ramp_started_at = coalesce(ramp_started_at, $3) WHERE id = $1',
      [campaignId, nextSlotAt, campaign.now],
    );
  }
}

function byCampaign(requests: Numbered[]): Map<string, Numbered[]> {
  const groups = new Map<string, Numbered[]>();
  for (const request of requests) {
    const group = groups.get(request.campaignId);
    if (group) group.push(request);
    else groups.set(request.campaignId, [request]);
  }
  return groups;
}

function stepOf(campaign: LockedCampaign): number | undefined {
  const ceiling = ceilingOf(campaign);
  return ceiling && slotMs(ceiling, rampElapsedMs(campaign.rampStartedAt, campaign.now));
}
