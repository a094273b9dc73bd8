import type { Tx } from '../../db/index.js';

/**
 * Saves the last sender of each contact, for the sticky choice; in the order of contacts, so that two writers never
 * deadlock.
 */
export async function saveLastSenders(
  tx: Tx,
  lastSenders: { tenantId: string; contactId: string; senderId: string }[],
): Promise<void> {
  const last = [...new Map(lastSenders.map((entry) => [entry.contactId, entry])).values()];
  const ordered = last.toSorted((a, b) => (a.contactId < b.contactId ? -1 : 1));
  await tx.query(
    `INSERT INTO contact_senders (contact_id, tenant_id, sender_id)
     SELECT a.contact_id, a.tenant_id, a.sender_id
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS a (contact_id, tenant_id, sender_id)
     WHERE EXISTS (SELECT FROM contacts c WHERE c.id = a.contact_id AND c.tenant_id = a.tenant_id)
     ON CONFLICT (contact_id) DO UPDATE SET sender_id = excluded.sender_id`,
    [
      ordered.map(({ contactId }) => contactId),
      ordered.map(({ tenantId }) => tenantId),
      ordered.map(({ senderId }) => senderId),
    ],
  );
}
