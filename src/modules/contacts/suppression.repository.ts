import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';
import { Suppression } from './suppression.entity.js';

/** What only lasted until an opt-in stays from now on. */
export const ON_CONFLICT_LAST = `ON CONFLICT (tenant_id, line) DO UPDATE
  SET reason = excluded.reason, decision_id = excluded.decision_id, created_at = excluded.created_at,
      lifted_by_opt_in = false
  WHERE suppressions.lifted_by_opt_in`;

export class SuppressionRepository {
  /**
   * Adds lines that are not on the list yet, or only until an opt-in, and returns the rows of all of them, old and new. A
   * line may be given twice.
   */
  async addMany(
    tx: Tx,
    tenantId: string,
    rows: readonly { id: string; phone: string }[],
    reason: string | null,
    now: Date,
  ): Promise<Suppression[]> {
    await tx.query(
      `INSERT INTO suppressions (id, tenant_id, phone, reason, created_at)
       SELECT input.id, $1, input.phone, $4, $5
       FROM (SELECT DISTINCT ON (phone_line(phone)) id, phone FROM unnest($2::uuid[], $3::text[]) AS given (id, phone)
             ORDER BY phone_line(phone), id) input
       ORDER BY phone_line(input.phone)
       ${ON_CONFLICT_LAST}`,
      [tenantId, rows.map(({ id }) => id), rows.map(({ phone }) => phone), reason, now],
    );
    return tx
      .getRepository(Suppression)
      .createQueryBuilder('suppression')
      .where('suppression.tenantId = :tenantId AND suppression.line = ANY(:lines)', {
        tenantId,
        lines: rows.map(({ phone }) => lineOf(phone)),
      })
      .orderBy('suppression.id', 'DESC')
      .getMany();
  }

  /** Adds the lines that are not on the list yet and belong to no contact. A line may be given twice. */
  async addStrangers(
    tx: Tx,
    tenantId: string,
    rows: readonly { id: string; phone: string }[],
    reason: string,
    now: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO suppressions (id, tenant_id, phone, reason, created_at)
       SELECT input.id, $1, input.phone, $4, $5
       FROM unnest($2::uuid[], $3::text[]) AS input (id, phone)
       WHERE NOT EXISTS (
         SELECT FROM contacts c WHERE c.tenant_id = $1 AND c.line = phone_line(input.phone))
       ORDER BY phone_line(input.phone)
       ON CONFLICT (tenant_id, line) DO NOTHING`,
      [tenantId, rows.map(({ id }) => id), rows.map(({ phone }) => phone), reason, now],
    );
  }

  /** Newest first. `phoneStart` is E.164, in whatever form, or the beginning of it. */
  list(
    tx: Tx,
    tenantId: string,
    phoneStart: string | undefined,
    page: { limit: number; beforeId?: string },
  ): Promise<Suppression[]> {
    const query = tx
      .getRepository(Suppression)
      .createQueryBuilder('suppression')
      .where('suppression.tenantId = :tenantId', { tenantId });
    if (phoneStart !== undefined) {
      query.andWhere('(starts_with(suppression.phone, :phoneStart) OR suppression.line = :line)', {
        phoneStart,
        line: lineOf(phoneStart),
      });
    }
    if (page.beforeId !== undefined)
      query.andWhere('suppression.id < :beforeId', { beforeId: page.beforeId });
    return query.orderBy('suppression.id', 'DESC').take(page.limit).getMany();
  }

  /** Adds lines that are not on the list yet; an opt-in takes them off again. */
  async addUntilOptIn(
    tx: Tx,
    tenantId: string,
    rows: readonly { id: string; phone: string; decisionId: string }[],
    reason: string,
    now: Date,
  ): Promise<void> {
    if (rows.length === 0) return;
    await tx.query(
      `INSERT INTO suppressions (id, tenant_id, phone, reason, decision_id, lifted_by_opt_in, created_at)
       SELECT input.id, $1, input.phone, $5, input.decision_id, true, $6
       FROM unnest($2::uuid[], $3::text[], $4::uuid[]) AS input (id, phone, decision_id)
       ORDER BY phone_line(input.phone)
       ON CONFLICT (tenant_id, line) DO NOTHING`,
      [
        tenantId,
        rows.map(({ id }) => id),
        rows.map(({ phone }) => phone),
        rows.map(({ decisionId }) => decisionId),
        reason,
        now,
      ],
    );
  }

  async removeUntilOptIn(tx: Tx, tenantId: string, lines: readonly string[]): Promise<void> {
    await tx.query(
      `DELETE FROM suppressions WHERE id IN (
         SELECT id FROM suppressions WHERE tenant_id = $1 AND line = ANY($2::text[]) AND lifted_by_opt_in
         ORDER BY line FOR UPDATE)`,
      [tenantId, lines],
    );
  }

  /** Those of these lines that an opt-in does not lift, the oldest first. */
  findLasting(tx: Tx, tenantId: string, lines: readonly string[]): Promise<{ reason: string | null }[]> {
    return tx.query(
      `SELECT reason FROM suppressions WHERE tenant_id = $1 AND line = ANY($2::text[]) AND NOT lifted_by_opt_in
       ORDER BY created_at, id`,
      [tenantId, lines],
    );
  }

  /** From now on the lines of each group are taken off the list together. */
  async bindTogether(
    tx: Tx,
    tenantId: string,
    groups: readonly { decisionId: string; lines: readonly string[] }[],
  ): Promise<void> {
    const bound = groups.flatMap(({ decisionId, lines }) => lines.map((line) => ({ decisionId, line })));
    if (bound.length === 0) return;
    await tx.query(
      `UPDATE suppressions x SET decision_id = bound.decision_id
       FROM unnest($2::text[], $3::uuid[]) AS bound (line, decision_id)
       WHERE x.tenant_id = $1 AND x.line = bound.line AND NOT x.lifted_by_opt_in`,
      [tenantId, bound.map(({ line }) => line), bound.map(({ decisionId }) => decisionId)],
    );
  }

  /** With those that were decided together with it, for other numbers of the person. */
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
