import type { Tx } from '../../db/index.js';
import { NO_CHANGES, type TenantWords, type WordChanges } from './core/consent-words.js';

/** Read for each message that may be a keyword, so a change of the settings holds for the next message. */
export async function tenantWords(tx: Tx, tenantId: string): Promise<TenantWords> {
  const [row] = await tx.query<{ optOut: WordChanges | null; optIn: WordChanges | null }[]>(
    `SELECT opt_out_words AS "optOut", opt_in_words AS "optIn" FROM tenant_settings WHERE tenant_id = $1`,
    [tenantId],
  );
  return { opt_out: row?.optOut ?? NO_CHANGES.opt_out, opt_in: row?.optIn ?? NO_CHANGES.opt_in };
}
