import type { Tx } from '../../../db/index.js';
import type { Admission, DeliverySource, NumberedClaim, ReturnedUse } from '../../delivery/index.js';
import {
  grantUnderCeilings,
  lockRunningCampaigns,
  takeSlots,
  type LockedCampaigns,
} from './ceiling.repository.js';
import { campaignPolicies } from './policy.repository.js';
import { claimsWithinBudgets, countBegun, giveBackUse } from './sender-budget.repository.js';

/** Campaigns as a source of deliveries: only running ones send, under their ceilings and their senders' budgets. */
export const campaignSource: DeliverySource = {
  policies: campaignPolicies,

  /** A pause either comes first and the claims lose, or waits for them: nothing is claimed after it was answered. */
  async admit(tx, claims) {
    const campaigns = await lockRunningCampaigns(
      tx,
      claims.map(({ sourceId }) => sourceId),
    );
    return new CampaignAdmission(campaigns, claims);
  },

  async returned(tx, uses) {
    await giveBackUse(tx, uses.map(asUse));
  },

  /** A campaign with recipients that turn out to have parts left must not complete meanwhile. */
  async lock(tx, ids) {
    await tx.query('SELECT id FROM campaigns WHERE id = ANY($1::uuid[]) ORDER BY id FOR SHARE', [ids]);
  },
};

class CampaignAdmission implements Admission {
  readonly afterMs: ReadonlyMap<number, number>;
  private readonly budgets: ReadonlyMap<string, number>;

  constructor(
    private readonly campaigns: LockedCampaigns,
    claims: readonly NumberedClaim[],
  ) {
    this.afterMs = grantUnderCeilings(claims, campaigns);
    this.budgets = new Map(
      [...campaigns].flatMap(([id, { maxPerSender }]) => (maxPerSender === null ? [] : [[id, maxPerSender]])),
    );
  }

  withRoom(tx: Tx, claims: readonly NumberedClaim[]): Promise<NumberedClaim[]> {
    return claimsWithinBudgets(tx, claims, this.budgets);
  }

  async claimed(tx: Tx, claims: readonly NumberedClaim[]): Promise<void> {
    await countBegun(tx, claims, this.budgets);
    await takeSlots(tx, claims, this.campaigns);
  }
}

function asUse({ sourceId: campaignId, senderId, messages }: ReturnedUse) {
  return { campaignId, senderId, messages };
}
