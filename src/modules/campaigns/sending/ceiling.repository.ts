import type { Tx } from '../../../db/index.js';
import type { NumberedClaim } from '../../delivery/index.js';
import { ceilingOf, grantSlots, rampElapsedMs, slotMs } from './core/ceiling.js';

/** A running campaign that is locked for a batch of claims. */
export interface LockedCampaign {
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

export type LockedCampaigns = ReadonlyMap<string, LockedCampaign>;

/**
 * In share mode, so that a pause waits for the claims or they lose; those with a ceiling for this transaction alone,
 * because it moves their slots. Always the ceilings first, then by id, so that two batches cannot deadlock.
 */
export async function lockRunningCampaigns(tx: Tx, ids: string[]): Promise<LockedCampaigns> {
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

/** By ordinal, after how many milliseconds the claims of running campaigns may leave under their ceilings; 0 for now. */
export function grantUnderCeilings(
  claims: readonly NumberedClaim[],
  campaigns: LockedCampaigns,
): Map<number, number> {
  const afterMs = new Map<number, number>();
  for (const [campaign, own] of byCampaign(claims, campaigns)) {
    const stepMs = stepOf(campaign);
    const wanted = own.length;
    const slots =
      stepMs === undefined ? undefined : grantSlots({ ...campaign, stepMs }, wanted, campaign.now);
    own.forEach(({ ordinal }, index) => {
      afterMs.set(ordinal, 0);
      if (!slots || stepMs === undefined || index < slots.granted) return;
      const waitMs = slots.nextSlotAt.getTime() - campaign.now.getTime() + (index - slots.granted) * stepMs;
      afterMs.set(ordinal, Math.max(Math.ceil(waitMs), 1));
    });
  }
  return afterMs;
}

/** Uses up one slot per claim that was won. */
export async function takeSlots(
  tx: Tx,
  won: readonly NumberedClaim[],
  campaigns: LockedCampaigns,
): Promise<void> {
  for (const [campaign, own] of byCampaign(won, campaigns)) {
    const stepMs = stepOf(campaign);
    if (stepMs === undefined) continue;
    const { nextSlotAt } = grantSlots({ ...campaign, stepMs }, own.length, campaign.now);
    await tx.query(
      'UPDATE campaigns SET next_slot_at = $2, ramp_started_at = coalesce(ramp_started_at, $3) WHERE id = $1',
      [campaign.id, nextSlotAt, campaign.now],
    );
  }
}

/** Claims of campaigns that do not run are in no group. */
function byCampaign(
  claims: readonly NumberedClaim[],
  campaigns: LockedCampaigns,
): Map<LockedCampaign, NumberedClaim[]> {
  const groups = new Map<LockedCampaign, NumberedClaim[]>();
  for (const claim of claims) {
    const campaign = campaigns.get(claim.sourceId);
    if (!campaign) continue;
    const group = groups.get(campaign);
    if (group) group.push(claim);
    else groups.set(campaign, [claim]);
  }
  return groups;
}

function stepOf(campaign: LockedCampaign): number | undefined {
  const ceiling = ceilingOf(campaign);
  return ceiling && slotMs(ceiling, rampElapsedMs(campaign.rampStartedAt, campaign.now));
}
