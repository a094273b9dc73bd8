import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';
import { Suppression, type SuppressionOrigin } from './suppression.entity.js';

/** What a suppression holds back, who set it, and why. */
export interface SuppressionTerms {
  /** `everything`, `marketing`, or `topic:<name>`. */
  scope: string;
  origin: SuppressionOrigin;
  reason: string | null;
}

/** Everything, set by the tenant. */
export function lasting(reason: string | null): SuppressionTerms {
  return { scope: 'everything', origin: 'tenant', reason };
}

export const ON_CONFLICT_NONE = 'ON CONFLICT (tenant_id, line, scope, origin) DO NOTHING';

export class SuppressionRepository {
  /**
   * Adds addresses that are not on the list yet, and returns the rows of all of them, old and new. An address may be given
   * twice.
   */
  async addMany(
    tx: Tx,
    tenantId: string,
    rows: readonly { id: string; address: string }[],
    { scope, origin, reason }: SuppressionTerms,
    now: Date,
  ): Promise<Suppression[]> {
    await tx.query(
      `INSERT INTO suppressions (id, tenant_id, address, scope, origin, reason, created_at)
       SELECT input.id, $1, input.address, $4, $5, $6, $7
       FROM unnest($2::uuid[], $3::text[]) AS input (id, address)
       ORDER BY phone_line(input.address)
       ${ON_CONFLICT_NONE}`,
      [tenantId, rows.map(({ id }) => id), rows.map(({ address }) => address), scope, origin, reason, now],
    );
    return tx
      .getRepository(Suppression)
      .createQueryBuilder('suppression')
      .where('suppression.tenantId = :tenantId AND suppression.line = ANY(:lines)', {
        tenantId,
        lines: rows.map(({ address }) => lineOf(address)),
      })
      .andWhere('suppression.scope = :scope AND suppression.origin = :origin', { scope, origin })
      .orderBy('suppression.id', 'DESC')
      .getMany();
  }

  /** Adds the addresses that are not on the list yet and belong to no contact. One may be given twice. */
  async addStrangers(
    tx: Tx,
    tenantId: string,
    rows: readonly { id: string; address: string }[],
    reason: string,
    now: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO suppressions (id, tenant_id, address, reason, created_at)
       SELECT input.id, $1, input.address, $4, $5
       FROM unnest($2::uuid[], $3::text[]) AS input (id, address)
       WHERE NOT EXISTS (
           SELECT FROM contacts c WHERE c.tenant_id = $1 AND c.line = phone_line(input.address))
         AND NOT EXISTS (
           SELECT FROM contact_identities i
           WHERE i.tenant_id = $1 AND i.line = phone_line(input.address) AND i.until IS NULL)
       ORDER BY phone_line(input.address)
       ${ON_CONFLICT_NONE}`,
      [tenantId, rows.map(({ id }) => id), rows.map(({ address }) => address), reason, now],
    );
  }

  /** Newest first. `start` is a number in E.164, in whatever form, or the beginning of it; `line` another identity. */
  list(
    tx: Tx,
    tenantId: string,
    filter: { start?: string; line?: string; scope?: string },
    page: { limit: number; beforeId?: string },
  ): Promise<Suppression[]> {
    const query = tx
      .getRepository(Suppression)
      .createQueryBuilder('suppression')
      .where('suppression.tenantId = :tenantId', { tenantId });
    if (filter.start !== undefined) {
      query.andWhere('(starts_with(suppression.address, :start) OR suppression.line = :line)', {
        start: filter.start,
        line: lineOf(filter.start),
      });
    }
    if (filter.line !== undefined) query.andWhere('suppression.line = :identity', { identity: filter.line });
    if (filter.scope === 'topic') query.andWhere(`starts_with(suppression.scope, 'topic:')`);
    else if (filter.scope !== undefined)
      query.andWhere('suppression.scope = :scope', { scope: filter.scope });
    if (page.beforeId !== undefined)
      query.andWhere('suppression.id < :beforeId', { beforeId: page.beforeId });
    return query.orderBy('suppression.id', 'DESC').take(page.limit).getMany();
  }

  /** Of these lines, each once, that of the oldest suppression first. */
  findTerms(tx: Tx, tenantId: string, lines: readonly string[]): Promise<SuppressionTerms[]> {
    return tx.query(
      `SELECT scope, origin, reason FROM (
         SELECT DISTINCT ON (scope, origin) scope, origin, reason, created_at, id FROM suppressions
         WHERE tenant_id = $1 AND line = ANY($2::text[]) ORDER BY scope, origin, created_at, id) first
       ORDER BY created_at, id`,
      [tenantId, lines],
    );
  }

  /** From now on the lines of each group are taken off the list together. */
  async bindTogether(
    tx: Tx,
    tenantId: string,
    groups: readonly { decisionId: string; lines: readonly string[] }[],
    { scope, origin }: Pick<SuppressionTerms, 'scope' | 'origin'>,
  ): Promise<void> {
    const bound = groups.flatMap(({ decisionId, lines }) => lines.map((line) => ({ decisionId, line })));
    if (bound.length === 0) return;
    await tx.query(
      `UPDATE suppressions x SET decision_id = bound.decision_id
       FROM unnest($2::text[], $3::uuid[]) AS bound (line, decision_id)
       WHERE x.tenant_id = $1 AND x.line = bound.line AND x.scope = $4 AND x.origin = $5`,
      [tenantId, bound.map(({ line }) => line), bound.map(({ decisionId }) => decisionId), scope, origin],
    );
  }

  /** With those that were decided together with it, for other addresses of the person. */
  async remove(tx: Tx, tenantId: string, id: string): Promise<boolean> {
    const [, removed]: [unknown, number] = await tx.query(
      `WITH chosen AS (SELECT id, decision_id FROM suppressions WHERE tenant_id = $1 AND id = $2)
       DELETE FROM suppressions WHERE id IN (
         SELECT id FROM chosen
         UNION
         SELECT x.id FROM suppressions x JOIN chosen ON x.decision_id = chosen.decision_id WHERE x.tenant_id = $1)`,
      [tenantId, id],
    );
    return removed > 0;
  }

  async removeLines(tx: Tx, tenantId: string, lines: readonly string[]): Promise<void> {
    await tx.query('DELETE FROM suppressions WHERE tenant_id = $1 AND line = ANY($2::text[])', [
      tenantId,
      lines,
    ]);
  }
}
