import type { Tx } from '../../../db/index.js';

/** Campaigns that one run looks at. */
const AT_ONCE = 100;

/** An id as segments and audiences hold it, in the text of their JSON. */
const ID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/**
 * Those of a tenant that ended before that time and have recipients, the one that ended first in front; without those that a
 * segment or a recurring campaign names (see usersOfCampaign), which ask for the recipients each time.
 */
export async function endedBefore(tx: Tx, tenantId: string, before: Date): Promise<string[]> {
  const rows = await tx.query<{ id: string }[]>(
    `WITH named AS (
       SELECT (regexp_matches(lower(users.rules), '${ID}', 'g'))[1]::uuid AS id
       FROM (SELECT filter::text AS rules FROM segments WHERE tenant_id = $1
             UNION ALL
             SELECT (audience - 'summary')::text FROM campaigns
             WHERE tenant_id = $1 AND recurrence IS NOT NULL AND status IN ('draft', 'scheduled')) users
     )
     SELECT id FROM campaigns
     WHERE tenant_id = $1 AND completed_at < $2 AND NOT recipients_gone
       AND (recipients_removed_at IS NOT NULL OR id NOT IN (SELECT id FROM named))
     ORDER BY completed_at LIMIT ${AT_ONCE}`,
    [tenantId, before],
  );
  return rows.map(({ id }) => id);
}

/**
 * Locks it, against those as well that only need it to stay as it is: copies, segments and audiences that are just being
 * asked for its recipients. Undefined when somebody else has it, or it does not have to be looked at any more.
 */
export async function lockEnded(
  tx: Tx,
  tenantId: string,
  id: string,
  before: Date,
): Promise<{ begun: boolean } | undefined> {
  const [row] = await tx.query<{ begun: boolean }[]>(
    `SELECT recipients_removed_at IS NOT NULL AS begun FROM campaigns
     WHERE tenant_id = $1 AND id = $2 AND completed_at < $3 AND NOT recipients_gone
     FOR UPDATE SKIP LOCKED`,
    [tenantId, id, before],
  );
  return row;
}

export async function noteRemoved(tx: Tx, id: string, at: Date, gone: boolean): Promise<void> {
  await tx.query(
    `UPDATE campaigns SET recipients_removed_at = coalesce(recipients_removed_at, $2), recipients_gone = $3
     WHERE id = $1`,
    [id, at, gone],
  );
}
