import type { Tx } from '../../../db/index.js';
import { lineOf } from '../../../lib/phone-line.js';
import { NumberCheckItem, NumberCheckRun } from './number-check.entity.js';

export interface RationUse {
  /** Checks a tenant may make in 24 hours. */
  limit: number;
  /** Made in the last 24 hours, or waiting to be made. */
  used: number;
}

export interface CheckCounts {
  total: number;
  cached: number;
  pending: number;
  onWhatsApp: number;
  notOnWhatsApp: number;
  unchecked: number;
}

export interface CheckResult {
  phone: string;
  onWhatsApp: boolean;
}

export class NumberCheckRepository {
  /** A lock per tenant, held until the transaction ends: requests for checks count the ration one after the other. */
  async lockRation(tx: Tx, tenantId: string): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('number-checks ' || $1, 0))`, [tenantId]);
  }

  async ration(tx: Tx, tenantId: string, since: Date): Promise<RationUse> {
    const [row]: RationUse[] = await tx.query(
      `SELECT coalesce((SELECT number_checks_per_day FROM tenant_settings WHERE tenant_id = $1), 1000) AS "limit",
         ((SELECT count(*) FROM number_check_items
           WHERE tenant_id = $1 AND NOT cached AND checked_at IS NOT NULL AND checked_at > $2)
          + (SELECT count(*) FROM number_check_items WHERE tenant_id = $1 AND pending))::int AS used`,
      [tenantId, since],
    );
    if (!row) throw new Error('A query without FROM answered no row.');
    return row;
  }

  /** When the n-th oldest check of the last day was made: a day later that many are free again. */
  async nthCheckAt(tx: Tx, tenantId: string, since: Date, n: number): Promise<Date | undefined> {
    const rows: { at: Date }[] = await tx.query(
      `SELECT checked_at AS at FROM number_check_items
       WHERE tenant_id = $1 AND NOT cached AND checked_at IS NOT NULL AND checked_at > $2
       ORDER BY checked_at LIMIT 1 OFFSET $3`,
      [tenantId, since, Math.max(0, n - 1)],
    );
    return rows[0]?.at;
  }

  phonesOfContacts(
    tx: Tx,
    tenantId: string,
    ids: readonly string[],
  ): Promise<{ id: string; phone: string }[]> {
    return tx.query('SELECT id, phone FROM contacts WHERE tenant_id = $1 AND id = ANY($2::uuid[])', [
      tenantId,
      ids,
    ]);
  }

  async phonesOfList(tx: Tx, tenantId: string, listId: string, limit: number): Promise<string[]> {
    const rows: { phone: string }[] = await tx.query(
      `SELECT c.phone FROM contact_list_members m JOIN contacts c ON c.id = m.contact_id
       WHERE m.tenant_id = $1 AND m.list_id = $2 ORDER BY m.contact_id LIMIT $3`,
      [tenantId, listId, limit],
    );
    return rows.map(({ phone }) => phone);
  }

  /** Those of the lines whose last check is younger than `freshSince`. */
  async known(tx: Tx, tenantId: string, lines: readonly string[], freshSince: Date): Promise<Set<string>> {
    const rows: { line: string }[] = await tx.query(
      'SELECT line FROM number_checks WHERE tenant_id = $1 AND line = ANY($2) AND checked_at > $3',
      [tenantId, lines, freshSince],
    );
    return new Set(rows.map(({ line }) => line));
  }

  /** Whether a sender that can check is connected, on whatever worker. */
  async hasChecker(tx: Tx, tenantId: string, transports: readonly string[]): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `SELECT 1 FROM senders
       WHERE tenant_id = $1 AND status = 'connected' AND paused_at IS NULL AND transport = ANY($2) LIMIT 1`,
      [tenantId, transports],
    );
    return rows.length > 0;
  }

  async insert(
    tx: Tx,
    run: Pick<NumberCheckRun, 'id' | 'tenantId' | 'status' | 'createdAt' | 'completedAt'>,
    numbers: { cached: readonly string[]; pending: readonly string[]; left: readonly string[] },
  ): Promise<void> {
    await tx.getRepository(NumberCheckRun).insert(run);
    await tx.query(
      `INSERT INTO number_check_items (run_id, tenant_id, phone, pending, cached, on_whatsapp, checked_at)
       SELECT $1::uuid, $2::uuid, asked.phone, false, true, k.on_whatsapp, k.checked_at
       FROM unnest($3::text[]) AS asked (phone)
       JOIN number_checks k ON k.tenant_id = $2 AND k.line = phone_line(asked.phone)
       UNION ALL SELECT $1, $2, phone, true, false, NULL, NULL FROM unnest($4::text[]) AS phone
       UNION ALL SELECT $1, $2, phone, false, false, NULL, NULL FROM unnest($5::text[]) AS phone`,
      [run.id, run.tenantId, numbers.cached, numbers.pending, numbers.left],
    );
  }

  find(tx: Tx, tenantId: string, id: string): Promise<NumberCheckRun | null> {
    return tx.getRepository(NumberCheckRun).findOneBy({ tenantId, id });
  }

  /** The oldest check of each tenant that has not ended, or of this tenant only. */
  next(tx: Tx, tenantId?: string): Promise<{ id: string; tenantId: string }[]> {
    return tx.query(
      `SELECT DISTINCT ON (tenant_id) id, tenant_id AS "tenantId" FROM number_check_runs
       WHERE status IN ('queued', 'running') AND ($1::uuid IS NULL OR tenant_id = $1) ORDER BY tenant_id, id`,
      [tenantId ?? null],
    );
  }

  async counts(tx: Tx, tenantId: string, runId: string): Promise<CheckCounts> {
    const [row]: CheckCounts[] = await tx.query(
      `SELECT count(*)::int AS total,
              count(*) FILTER (WHERE cached)::int AS cached,
              count(*) FILTER (WHERE pending)::int AS pending,
              count(*) FILTER (WHERE on_whatsapp)::int AS "onWhatsApp",
              count(*) FILTER (WHERE NOT on_whatsapp)::int AS "notOnWhatsApp",
              count(*) FILTER (WHERE on_whatsapp IS NULL AND NOT pending)::int AS unchecked
       FROM number_check_items WHERE tenant_id = $1 AND run_id = $2`,
      [tenantId, runId],
    );
    if (!row) throw new Error('An aggregate answered no row.');
    return row;
  }

  /** In the order of the lines; the key of the last one is where the next page begins. */
  items(
    tx: Tx,
    tenantId: string,
    runId: string,
    page: { limit: number; behind?: string },
  ): Promise<NumberCheckItem[]> {
    const query = tx
      .getRepository(NumberCheckItem)
      .createQueryBuilder('item')
      .where('item.tenantId = :tenantId AND item.runId = :runId', { tenantId, runId });
    if (page.behind !== undefined) query.andWhere('item.line > :behind', { behind: page.behind });
    return query.orderBy('item.line').take(page.limit).getMany();
  }

  async nextPending(tx: Tx, tenantId: string, runId: string, limit: number): Promise<string[]> {
    const rows: { phone: string }[] = await tx.query(
      `SELECT phone FROM number_check_items WHERE tenant_id = $1 AND run_id = $2 AND pending
       ORDER BY line LIMIT $3`,
      [tenantId, runId, limit],
    );
    return rows.map(({ phone }) => phone);
  }

  /** Marks the numbers that another check has found out meanwhile as known; true when there were any. */
  async answerKnown(
    tx: Tx,
    run: { tenantId: string; id: string },
    phones: readonly string[],
    freshSince: Date,
  ): Promise<boolean> {
    const [, answered]: [unknown, number] = await tx.query(
      `UPDATE number_check_items item
       SET pending = false, cached = true, on_whatsapp = known.on_whatsapp, checked_at = known.checked_at
       FROM number_checks known
       WHERE known.tenant_id = $1 AND known.line = ANY($3) AND known.checked_at > $4
         AND item.tenant_id = $1 AND item.run_id = $2 AND item.line = known.line AND item.pending`,
      [run.tenantId, run.id, phones.map(lineOf), freshSince],
    );
    return answered > 0;
  }

  /** When each of these senders made its checks since then. */
  async checksOf(tx: Tx, senderIds: readonly string[], since: Date): Promise<Map<string, Date[]>> {
    const rows: { senderId: string; at: Date[] }[] = await tx.query(
      `SELECT sender_id AS "senderId", array_agg(checked_at ORDER BY checked_at) AS at
       FROM number_check_items
       WHERE sender_id IS NOT NULL AND sender_id = ANY($1::uuid[]) AND checked_at > $2 GROUP BY sender_id`,
      [senderIds, since],
    );
    return new Map(rows.map(({ senderId, at }) => [senderId, at]));
  }

  async record(
    tx: Tx,
    run: { tenantId: string; id: string },
    senderId: string,
    results: readonly CheckResult[],
    now: Date,
  ): Promise<void> {
    const values = [
      run.tenantId,
      results.map(({ phone }) => lineOf(phone)),
      results.map(({ onWhatsApp }) => onWhatsApp),
      now,
    ];
    await tx.query(
      `INSERT INTO number_checks (tenant_id, line, on_whatsapp, checked_at)
       SELECT $1, line, found.on_whatsapp, $4 FROM unnest($2::text[], $3::boolean[]) AS found (line, on_whatsapp)
       -- The person may have been erased while the question was open.
       JOIN number_check_items item USING (line) WHERE item.tenant_id = $1 AND item.run_id = $5
       ORDER BY line
       ON CONFLICT (tenant_id, line) DO UPDATE
       SET on_whatsapp = excluded.on_whatsapp, checked_at = excluded.checked_at`,
      [...values, run.id],
    );
    await tx.query(
      `UPDATE number_check_items item
       SET pending = false, on_whatsapp = found.on_whatsapp, checked_at = $4, sender_id = $6
       FROM unnest($2::text[], $3::boolean[]) AS found (line, on_whatsapp)
       WHERE item.tenant_id = $1 AND item.run_id = $5 AND item.line = found.line AND item.pending`,
      [...values, run.id, senderId],
    );
  }

  async markRunning(tx: Tx, tenantId: string, id: string, waitingSince: Date | null): Promise<void> {
    await tx.query(
      `UPDATE number_check_runs SET status = 'running', waiting_since = $3
       WHERE tenant_id = $1 AND id = $2 AND status IN ('queued', 'running')`,
      [tenantId, id, waitingSince],
    );
  }

  /** What was not asked by now stays unknown and gives its part of the ration back. */
  async end(tx: Tx, tenantId: string, id: string, error: string | null, now: Date): Promise<void> {
    await tx.query(
      'UPDATE number_check_items SET pending = false WHERE tenant_id = $1 AND run_id = $2 AND pending',
      [tenantId, id],
    );
    await tx.query(
      `UPDATE number_check_runs SET status = $3, error = $4, completed_at = $5
       WHERE tenant_id = $1 AND id = $2 AND status IN ('queued', 'running')`,
      [tenantId, id, error === null ? 'completed' : 'failed', error, now],
    );
  }
}

/** The next number of a check that has not ended. One that others have answered meanwhile counts as done, too. */
export async function numberCheckProgress(tx: Tx, tenantId: string, id: string): Promise<string | undefined> {
  const [row]: { progress: string }[] = await tx.query(
    `SELECT coalesce((SELECT min(line) FROM number_check_items
                      WHERE tenant_id = $1 AND run_id = $2 AND pending), '') AS progress
     FROM number_check_runs WHERE tenant_id = $1 AND id = $2 AND status IN ('queued', 'running')`,
    [tenantId, id],
  );
  return row?.progress;
}
