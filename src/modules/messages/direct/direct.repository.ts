import type { Tx } from '../../../db/index.js';

/** What decides whether a message can still be cancelled; undefined when there is none. */
export async function standingOf(
  tx: Tx,
  tenantId: string,
  messageId: string,
): Promise<{ state: string; isOut: boolean; source: string } | undefined> {
  const [row] = await tx.query<{ state: string; isOut: boolean; source: string }[]>(
    `SELECT state, direction = 'out' AS "isOut", coalesce(source, 'campaign') AS source FROM messages
     WHERE id = $1 AND tenant_id = $2`,
    [messageId, tenantId],
  );
  return row;
}
