import type { Tx } from '../../../db/index.js';
import type { NumberedClaim } from '../../delivery/index.js';

/** Messages of a campaign that count for a sender: all that a recipient still gets when it begins there. */
interface Use {
  campaignId: string;
  senderId: string;
  messages: number;
}

/**
 * The claims for which their senders' budgets still have room. The answer holds until the transaction ends, because the
 * counters are locked: always in one order and after the deliveries. `limits` are the budgets of the campaigns that
 * have one; claims of other campaigns, and those that begin nothing, always pass.
 */
export async function claimsWithinBudgets(
  tx: Tx,
  claims: readonly NumberedClaim[],
  limits: ReadonlyMap<string, number>,
): Promise<NumberedClaim[]> {
  const limited = claims.filter((claim) => counts(claim, limits));
  if (limited.length === 0) return [...claims];
  const used = new Map((await lockUse(tx, limited)).map((use) => [keyOf(use), use.messages]));
  return claims.filter((claim) => {
    if (!counts(claim, limits)) return true;
    const use = useOf(claim);
    const after = (used.get(keyOf(use)) ?? 0) + use.messages;
    if (after > (limits.get(use.campaignId) ?? Infinity)) return false;
    used.set(keyOf(use), after);
    return true;
  });
}

/** Counts what claims that were won have begun; the same rows are locked already. */
export async function countBegun(
  tx: Tx,
  won: readonly NumberedClaim[],
  limits: ReadonlyMap<string, number>,
): Promise<void> {
  const begun = won.filter((claim) => counts(claim, limits)).map(useOf);
  if (begun.length > 0) await addUse(tx, begun);
}

/** Takes back what senders did not even hand over: these recipients begin anew, with any free sender. */
export async function giveBackUse(tx: Tx, uses: readonly Use[]): Promise<void> {
  const counted = uses.filter(({ messages }) => messages > 0);
  if (counted.length === 0) return;
  await addUse(
    tx,
    counted.map((use) => ({ ...use, messages: -use.messages })),
  );
}

/** What the senders have used of a campaign's budget. */
export async function senderUse(tx: Tx, campaignId: string): Promise<Map<string, number>> {
  const rows = await tx.query<{ senderId: string; messages: number }[]>(
    'SELECT sender_id AS "senderId", messages FROM campaign_sender_use WHERE campaign_id = $1',
    [campaignId],
  );
  return new Map(rows.map(({ senderId, messages }) => [senderId, messages]));
}

/**
 * Counts what the senders have begun so far, for a campaign that gets a budget while it runs; under the campaign's
 * lock.
 */
export async function countUseAnew(tx: Tx, campaignId: string): Promise<void> {
  await tx.query(
    `INSERT INTO campaign_sender_use (tenant_id, campaign_id, sender_id, messages)
     SELECT tenant_id, campaign_id, sender_id, sum(parts)
     FROM deliveries WHERE campaign_id = $1 AND sender_id IS NOT NULL AND parts IS NOT NULL
     GROUP BY tenant_id, campaign_id, sender_id ORDER BY sender_id
     ON CONFLICT (campaign_id, sender_id) DO UPDATE SET messages = excluded.messages`,
    [campaignId],
  );
}

function counts({ sourceId, begins = 0 }: NumberedClaim, limits: ReadonlyMap<string, number>): boolean {
  return begins > 0 && limits.has(sourceId);
}

function useOf({ sourceId: campaignId, senderId, begins: messages = 0 }: NumberedClaim): Use {
  return { campaignId, senderId, messages };
}

/** Makes the rows that are missing, so that there is something to lock. */
async function lockUse(tx: Tx, claims: readonly NumberedClaim[]): Promise<Use[]> {
  return tx.query<Use[]>(
    `INSERT INTO campaign_sender_use (tenant_id, campaign_id, sender_id, messages)
     SELECT DISTINCT ON (campaign_id, sender_id) tenant_id, campaign_id, sender_id, 0
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS asked (tenant_id, campaign_id, sender_id)
     ORDER BY campaign_id, sender_id
     ON CONFLICT (campaign_id, sender_id) DO UPDATE SET messages = campaign_sender_use.messages
     RETURNING campaign_id AS "campaignId", sender_id AS "senderId", messages`,
    [
      claims.map(({ tenantId }) => tenantId),
      claims.map(({ sourceId }) => sourceId),
      claims.map(({ senderId }) => senderId),
    ],
  );
}

async function addUse(tx: Tx, uses: readonly Use[]): Promise<void> {
  await tx.query(
    `WITH added AS (
       SELECT campaign_id, sender_id, sum(messages)::int AS messages
       FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS asked (campaign_id, sender_id, messages)
       GROUP BY campaign_id, sender_id
     ), locked AS (
       SELECT used.campaign_id, used.sender_id, added.messages
       FROM campaign_sender_use used JOIN added USING (campaign_id, sender_id)
       ORDER BY used.campaign_id, used.sender_id FOR NO KEY UPDATE OF used)
     UPDATE campaign_sender_use used SET messages = greatest(0, used.messages + locked.messages)
     FROM locked WHERE used.campaign_id = locked.campaign_id AND used.sender_id = locked.sender_id`,
    [
      uses.map(({ campaignId }) => campaignId),
      uses.map(({ senderId }) => senderId),
      uses.map(({ messages }) => messages),
    ],
  );
}

function keyOf({ campaignId, senderId }: { campaignId: string; senderId: string }): string {
  return `${campaignId} ${senderId}`;
}
