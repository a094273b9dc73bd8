import type { Tx } from '../../../db/index.js';
import type { ContactChange, ContactChangeDetail, ContactChangeKind } from './contact-change.entity.js';

export interface NewChange {
  id: string;
  contactId: string;
  kind: ContactChangeKind;
  source: 'whatsapp' | 'api';
  detail: ContactChangeDetail;
  now: Date;
}

export async function noteChange(
  tx: Tx,
  tenantId: string,
  { id, contactId, kind, source, detail, now }: NewChange,
): Promise<void> {
  await tx.query(
    `INSERT INTO contact_changes (id, tenant_id, contact_id, kind, source, detail, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [id, tenantId, contactId, kind, source, detail, now],
  );
}

/** Newest first. */
export function contactChanges(
  tx: Tx,
  tenantId: string,
  contactId: string,
  page: { limit: number; beforeId?: string },
): Promise<Pick<ContactChange, 'id' | 'kind' | 'source' | 'detail' | 'at'>[]> {
  return tx.query(
    `SELECT id, kind, source, detail, at FROM contact_changes
     WHERE tenant_id = $1 AND contact_id = $2 AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`,
    [tenantId, contactId, page.beforeId ?? null, page.limit],
  );
}
