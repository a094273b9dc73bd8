import type { Tx } from '../../../db/index.js';
import type { NeededVariable } from '../../content/index.js';

export interface Coverage {
  total: number;
  /** Per variable: whether any recipient has a value, and how many that need one lack it. */
  variables: { found: boolean; lacking: number }[];
}

/** A character that JavaScript's trim() keeps; PostgreSQL's own class of blanks depends on its locale. */
const VISIBLE = String.raw`[^\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]`;

/**
 * True for rows of deliveries with a value at the path that a parameter holds; blanks are no value. The number is that of the
 * recipient, who may have none, and no variable.
 */
export function hasValue(attribute: readonly string[], parameter: string): string {
  // The parameter is asked for because a statement has to use all it is given.
  if (attribute[0] === 'phoneNumber') return `(starts_with(phone, '+') AND ${parameter}::text[] IS NOT NULL)`;
  const inVariables = `coalesce(variables #>> ${parameter}::text[], '') ~ '${VISIBLE}'`;
  return attribute.join('.') === 'name'
    ? `(${inVariables} OR coalesce(name, '') ~ '${VISIBLE}')`
    : inVariables;
}

/** True for rows whose variant needs the variable. */
export function needsIt({ variants }: Pick<NeededVariable, 'variants'>): string {
  // Safe to interpolate: these are indexes, not input.
  return variants ? `variant IN (${variants.map(Number).join(', ')})` : 'true';
}

/** How large the audience is, and how many of it lack each variable. One pass, whatever its size. */
export async function audienceCoverage(
  tx: Tx,
  campaignId: string,
  needed: NeededVariable[],
): Promise<Coverage> {
  const counters = needed.map((variable, index) => {
    const present = hasValue(variable.attribute, `$${index + 2}`);
    return `, coalesce(bool_or(${present}), false) AS "found${index}"
            , count(*) FILTER (WHERE NOT (${present}) AND ${needsIt(variable)})::int AS "lacking${index}"`;
  });
  const [row = {}] = await tx.query<Record<string, number | boolean>[]>(
    `SELECT count(*)::int AS total${counters.join('')} FROM deliveries
     WHERE campaign_id = $1 AND state <> 'excluded'`,
    [campaignId, ...needed.map(({ attribute }) => attribute)],
  );
  return {
    total: Number(row['total'] ?? 0),
    variables: needed.map((_, index) => ({
      found: row[`found${index}`] === true,
      lacking: Number(row[`lacking${index}`] ?? 0),
    })),
  };
}

/** Attribute names of the audience, for the error message: of the first thousand recipients, at most fifty names. */
export async function knownAttributes(tx: Tx, campaignId: string): Promise<string[]> {
  const rows = await tx.query<{ name: string }[]>(
    `SELECT DISTINCT jsonb_object_keys(variables) AS name
     FROM (SELECT variables FROM deliveries WHERE campaign_id = $1 LIMIT 1000) sample
     ORDER BY name LIMIT 50`,
    [campaignId],
  );
  return rows.map(({ name }) => name);
}
