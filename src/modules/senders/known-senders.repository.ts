import type { Tx } from '../../db/index.js';
import { missingIds } from '../../db/missing-ids.js';

/** Those of the ids that are no senders of the tenant. */
export async function unknownSenders(tx: Tx, tenantId: string, ids: string[]): Promise<Set<string>> {
  return missingIds(tx, 'senders', tenantId, ids);
}
