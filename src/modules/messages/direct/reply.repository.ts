import type { Tx } from '../../../db/index.js';
import { unknownSenders } from '../../senders/index.js';
import type { RepliedMessage } from './core/reply.js';

/** The tenant's messages with these ids, with who wrote them; by id. */
export async function repliedMessages(
  tx: Tx,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, RepliedMessage>> {
  const rows: (Omit<RepliedMessage, 'senderExists'> & { id: string })[] = await tx.query(
    `SELECT m.id, m.direction = 'in' AS "isInbound", m.sender_id AS "senderId", c.id AS "contactId",
            ARRAY(SELECT n.line FROM contact_identities n
                  WHERE n.tenant_id = $1 AND n.contact_id = c.id AND n.until IS NULL) || c.line
              AS lines
     FROM messages m LEFT JOIN contacts c ON c.id = m.contact_id AND c.tenant_id = m.tenant_id
     WHERE m.tenant_id = $1 AND m.id = ANY($2::uuid[])`,
    [tenantId, ids],
  );
  const gone = await unknownSenders(tx, tenantId, [
    ...new Set(rows.flatMap(({ senderId }) => senderId ?? [])),
  ]);
  return new Map(rows.map(({ id, ...row }) => [id, { ...row, senderExists: !gone.has(row.senderId) }]));
}
