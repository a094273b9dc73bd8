import type { Tx } from '../../db/index.js';

export interface StoredAnswer {
  fingerprint: string;
  status: number | null;
  response: unknown;
}

export class IdempotencyRepository {
  /**
   * Takes the key when nobody holds it, when its answer is older than `expiredBefore`, or when whoever held it began
   * before `abandonedBefore` and never finished. False when it is held.
   */
  async claim(
    tx: Tx,
    claim: { tenantId: string; key: string; fingerprint: string; at: Date },
    limits: { expiredBefore: Date; abandonedBefore: Date },
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO idempotency_keys AS held (tenant_id, key, fingerprint, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, status = NULL, response = NULL, created_at = excluded.created_at
         WHERE held.created_at < $5 OR (held.status IS NULL AND held.created_at < $6)
       RETURNING key`,
      [claim.tenantId, claim.key, claim.fingerprint, claim.at, limits.expiredBefore, limits.abandonedBefore],
    );
    return rows.length > 0;
  }

  async find(tx: Tx, tenantId: string, key: string): Promise<StoredAnswer | undefined> {
    const rows: StoredAnswer[] = await tx.query(
      'SELECT fingerprint, status, response FROM idempotency_keys WHERE tenant_id = $1 AND key = $2',
      [tenantId, key],
    );
    return rows[0];
  }

  /** `claimedAt` fences a holder whose claim was taken over meanwhile. */
  async keep(
    tx: Tx,
    claim: { tenantId: string; key: string; claimedAt: Date },
    answer: { status: number; body: unknown },
  ): Promise<void> {
    await tx.query(
      'UPDATE idempotency_keys SET status = $4, response = $5 WHERE tenant_id = $1 AND key = $2 AND created_at = $3',
      [claim.tenantId, claim.key, claim.claimedAt, answer.status, JSON.stringify(answer.body)],
    );
  }

  async release(tx: Tx, claim: { tenantId: string; key: string; claimedAt: Date }): Promise<void> {
    await tx.query('DELETE FROM idempotency_keys WHERE tenant_id = $1 AND key = $2 AND created_at = $3', [
      claim.tenantId,
      claim.key,
      claim.claimedAt,
    ]);
  }

  async purge(tx: Tx, expiredBefore: Date): Promise<void> {
    await tx.query('DELETE FROM idempotency_keys WHERE created_at < $1', [expiredBefore]);
  }
}
