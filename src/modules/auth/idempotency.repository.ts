import type { Tx } from '../../db/index.js';

export interface StoredAnswer {
  fingerprint: string;
  status: number | null;
  response: unknown;
}

/** An answer as it is stored. */
export interface KeptAnswer {
  status: number;
  json: string;
}

interface HeldKey {
  tenantId: string;
  key: string;
  claimedAt: Date;
}

/** The time of the claim fences a holder whose claim was taken over meanwhile. */
const HELD = 'tenant_id = $1 AND key = $2 AND created_at = $3 AND status IS NULL';

const KEPT_BYTES = 'SELECT coalesce(sum(bytes), 0) FROM kept_answer_bytes WHERE tenant_id = $1';

function held({ tenantId, key, claimedAt }: HeldKey): unknown[] {
  return [tenantId, key, claimedAt];
}

export class IdempotencyRepository {
  /**
   * Claims the key when it is free, when its answer is older than `expiredBefore`, or when its holder has sent no sign
   * of life for `abandonedMs`. False when it is held, and while the tenant keeps `quotaBytes` of answers or more.
   */
  async claim(
    tx: Tx,
    claim: { tenantId: string; key: string; fingerprint: string; at: Date },
    limits: { expiredBefore: Date; abandonedMs: number; quotaBytes: number },
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO idempotency_keys AS held (tenant_id, key, fingerprint, created_at)
       SELECT $1::uuid, $2, $3, $4::timestamptz WHERE (${KEPT_BYTES}) < $7::bigint
       ON CONFLICT (tenant_id, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, status = NULL, response = NULL, created_at = excluded.created_at,
             alive_at = now()
         WHERE held.created_at < $5
            OR (held.status IS NULL AND held.alive_at < now() - make_interval(secs => $6::float8 / 1000))
       RETURNING key`,
      [
        claim.tenantId,
        claim.key,
        claim.fingerprint,
        claim.at,
        limits.expiredBefore,
        limits.abandonedMs,
        limits.quotaBytes,
      ],
    );
    return rows.length > 0;
  }

  /** Of all answers that are kept for the tenant. */
  async keptBytes(tx: Tx, tenantId: string): Promise<number> {
    const [row]: { bytes: string }[] = await tx.query(`SELECT (${KEPT_BYTES}) AS bytes`, [tenantId]);
    return Number(row?.bytes ?? 0);
  }

  async find(tx: Tx, tenantId: string, key: string): Promise<StoredAnswer | undefined> {
    const rows: StoredAnswer[] = await tx.query(
      'SELECT fingerprint, status, response FROM idempotency_keys WHERE tenant_id = $1 AND key = $2',
      [tenantId, key],
    );
    return rows[0];
  }

  async stayAlive(tx: Tx, claim: HeldKey): Promise<void> {
    await tx.query(`UPDATE idempotency_keys SET alive_at = now() WHERE ${HELD}`, held(claim));
  }

  /** False when the claim is not held any more. */
  async keep(tx: Tx, claim: HeldKey, { status, json }: KeptAnswer): Promise<boolean> {
    const [, kept]: [unknown, number] = await tx.query(
      `UPDATE idempotency_keys SET status = $4, response = $5, response_bytes = $6 WHERE ${HELD}`,
      [...held(claim), status, json, Buffer.byteLength(json)],
    );
    return kept === 1;
  }

  /** An answer that is there already stays. */
  async release(tx: Tx, claim: HeldKey): Promise<void> {
    await tx.query(`DELETE FROM idempotency_keys WHERE ${HELD}`, held(claim));
  }

  async purge(tx: Tx, expiredBefore: Date): Promise<void> {
    await tx.query('DELETE FROM idempotency_keys WHERE created_at < $1', [expiredBefore]);
  }
}
