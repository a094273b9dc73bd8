import type { Tx } from '../../db/index.js';
import { lineOf } from '../../lib/phone-line.js';
import { Suppression } from './suppression.entity.js';

export class SuppressionRepository {
  /** Adds lines that are not on the list yet and returns the rows of all of them, old and new. */
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
       FROM unnest($2::uuid[], $3::text[]) AS input (id, phone)
       ORDER BY phone_line(input.phone)
       ON CONFLICT (tenant_id, line) DO NOTHING`,
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

  async remove(tx: Tx, tenantId: string, id: string): Promise<boolean> {
    const { affected } = await tx.getRepository(Suppression).delete({ tenantId, id });
    return affected === 1;
  }
}
