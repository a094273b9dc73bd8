import type { Tx } from '../../db/index.js';
import { ownerOf } from '../contacts/index.js';

/**
 * Locks the contacts of these people (`FOR NO KEY UPDATE`, in the order of lines) and returns them, in the order given;
 * undefined where nobody has all of the identities, or no longer has them after the wait for a merge or an erasure.
 */
export async function lockOwners(
  tx: Tx,
  people: readonly { tenantId: string; lines: readonly string[] }[],
): Promise<(string | undefined)[]> {
  const given = people.flatMap(({ tenantId, lines }, person) =>
    lines.map((line) => ({ person, tenantId, line })),
  );
  const rows: { person: number; id: string }[] = await tx.query(
    `SELECT given.person, c.id
     FROM unnest($1::int[], $2::uuid[], $3::text[]) AS given (person, tenant_id, line)
     JOIN contacts c ON c.tenant_id = given.tenant_id AND c.id = (SELECT ${ownerOf('given.line', 'given.tenant_id')})
     ORDER BY c.line, c.id FOR NO KEY UPDATE OF c`,
    [given.map(({ person }) => person), given.map(({ tenantId }) => tenantId), given.map(({ line }) => line)],
  );
  const found = new Map<number, string[]>();
  for (const { person, id } of rows) found.set(person, [...(found.get(person) ?? []), id]);
  return people.map(({ lines }, person) => {
    const ids = found.get(person) ?? [];
    return ids.length === lines.length && new Set(ids).size === 1 ? ids[0] : undefined;
  });
}
