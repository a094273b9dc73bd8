import type { Tx } from '../../../db/index.js';
import { hasValue, needsIt } from './coverage.repository.js';
import type { NeededVariable } from '../../content/index.js';
import { inOrder } from '../../delivery/index.js';

/** A recipient whose texts are to be rendered. */
export interface TriedRecipient {
  id: string;
  contactId: string;
  phone: string;
  name: string | null;
  variables: Record<string, unknown>;
  variant: number;
}

/** A recipient that an error inside Starling has ended, at the part that was next. */
export interface EndedRecipient extends Omit<TriedRecipient, 'variables'> {
  nextPart: number;
}

/** Recipients whose texts may fail: they lack a needed variable, or have very long values or objects as values. */
export interface Suspicion {
  needed: NeededVariable[];
  maxBytes: number;
}

/** Of the variables of recipients that are read at a time; one with more is alone. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * The next recipients not sent to yet, in sending order; with a suspicion, only those it matches. Fewer than `limit` where
 * their variables are long: `more` follow then.
 */
export async function waitingRecipients(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  page: { after: string | undefined; limit: number; suspicion: Suspicion | undefined },
): Promise<{ rows: TriedRecipient[]; more: boolean }> {
  const values: unknown[] = [campaign.tenantId, campaign.id, page.limit];
  const after = page.after === undefined ? undefined : `$${values.push(page.after)}`;
  const { where, orderBy } = inOrder(['pending'], { after });
  const conditions = ['tenant_id = $1', 'campaign_id = $2', where];
  if (page.suspicion) conditions.push(`(${suspects(page.suspicion, values)})`);
  const rows = await tx.query<(TriedRecipient & { found: number })[]>(
    `SELECT id, contact_id AS "contactId", phone, name, variables, variant, found FROM (
       SELECT *, count(*) OVER ()::int AS found, sum(bytes) OVER (ORDER BY id) - bytes AS bytes_before FROM (
         SELECT *, octet_length(variables::text) AS bytes FROM deliveries
         WHERE ${conditions.join(' AND ')} ORDER BY ${orderBy} LIMIT $3) page) measured
     WHERE bytes_before < ${MAX_BYTES} ORDER BY id`,
    values,
  );
  const found = rows[0]?.found ?? 0;
  return { rows, more: found === page.limit || rows.length < found };
}

/** Asks the counters: most campaigns have none, and may have many that failed for other reasons. */
export async function hasBroken(tx: Tx, campaignId: string): Promise<boolean> {
  const [row] = await tx.query<{ broken: boolean }[]>(
    `SELECT coalesce(sum(delta), 0) > 0 AS broken FROM campaign_counts
     WHERE campaign_id = $1 AND counter = 'failed' AND code = 'internal_error'`,
    [campaignId],
  );
  return row?.broken ?? false;
}

/** The next recipients that failed with an error inside Starling, in the order of ids. */
export async function brokenRecipients(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  page: { after: string | undefined; limit: number },
): Promise<EndedRecipient[]> {
  const values: unknown[] = [campaign.tenantId, campaign.id, page.limit];
  const after = page.after === undefined ? undefined : `$${values.push(page.after)}`;
  const { where, orderBy } = inOrder(['failed'], { after });
  return tx.query<EndedRecipient[]>(
    `SELECT id, contact_id AS "contactId", phone, name, variant, next_part AS "nextPart" FROM deliveries
     WHERE tenant_id = $1 AND campaign_id = $2 AND ${where} AND code = 'internal_error' ORDER BY ${orderBy} LIMIT $3`,
    values,
  );
}

function suspects({ needed, maxBytes }: Suspicion, values: unknown[]): string {
  const lacking = needed.map((variable) => {
    const parameter = `$${values.push(variable.attribute)}`;
    return `(${needsIt(variable)} AND NOT (${hasValue(variable.attribute, parameter)}))`;
  });
  if (Number.isFinite(maxBytes)) {
    const length = `octet_length(variables::text) + octet_length(coalesce(name, ''))`;
    lacking.push(`${length} > $${values.push(Math.floor(maxBytes))}::int`);
    // A nested object, found by any brace but the first; a brace in a text costs one more rendering.
    lacking.push(`position('{' in substr(variables::text, 2)) > 0`);
  }
  return lacking.length === 0 ? 'false' : lacking.join(' OR ');
}
