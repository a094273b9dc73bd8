import type { Tx } from '../../../db/index.js';
import { Campaign } from '../../campaigns/index.js';

const CAMPAIGNS_PER_STATEMENT = 200;

export async function insertCampaigns(
  tx: Tx,
  campaigns: (Partial<Campaign> & { id: string })[],
): Promise<void> {
  for (let start = 0; start < campaigns.length; start += CAMPAIGNS_PER_STATEMENT) {
    await tx.insert(Campaign, campaigns.slice(start, start + CAMPAIGNS_PER_STATEMENT));
  }
}

/** What decides whether a message can still be cancelled; undefined when there is none. */
export async function standingOf(
  tx: Tx,
  tenantId: string,
  messageId: string,
): Promise<{ state: string; isOut: boolean; isDirect: boolean } | undefined> {
  const [row] = await tx.query<{ state: string; isOut: boolean; isDirect: boolean }[]>(
    `SELECT state, direction = 'out' AS "isOut", send_id IS NOT NULL AS "isDirect" FROM messages
     WHERE id = $1 AND tenant_id = $2`,
    [messageId, tenantId],
  );
  return row;
}
