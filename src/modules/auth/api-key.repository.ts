import type { Tx } from '../../db/index.js';
import { ApiKey, type User } from './auth.entity.js';

export interface UsableKey {
  id: string;
  tenantId: string;
  userId: string;
  email: string;
  role: User['role'];
  scopes: string[];
  lastUsedAt: Date | null;
}

export class ApiKeyRepository {
  async insert(tx: Tx, key: ApiKey): Promise<void> {
    await tx.insert(ApiKey, key);
  }

  find(tx: Tx, tenantId: string, id: string): Promise<ApiKey | null> {
    return tx.findOneBy(ApiKey, { tenantId, id });
  }

  /** Newest first; ids are UUID v7 and sort by creation. */
  listBefore(tx: Tx, tenantId: string, beforeId: string | undefined, limit: number): Promise<ApiKey[]> {
    const query = tx.createQueryBuilder(ApiKey, 'k').where('k.tenant_id = :tenantId', { tenantId });
    if (beforeId !== undefined) query.andWhere('k.id < :beforeId', { beforeId });
    return query.orderBy('k.id', 'DESC').limit(limit).getMany();
  }

  async revoke(tx: Tx, tenantId: string, id: string, at: Date): Promise<void> {
    await tx.query(
      'UPDATE api_keys SET revoked_at = $3 WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL',
      [tenantId, id, at],
    );
  }

  /** A key that is neither revoked nor expired and whose creator still exists in its tenant. */
  async findUsable(tx: Tx, hash: string, now: Date): Promise<UsableKey | undefined> {
    const rows: UsableKey[] = await tx.query(
      `SELECT k.id, k.tenant_id AS "tenantId", u.id AS "userId", u.email, u.role, k.scopes,
              k.last_used_at AS "lastUsedAt"
         FROM api_keys k JOIN users u ON u.id = k.created_by AND u.tenant_id = k.tenant_id
        WHERE k.hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)`,
      [hash, now],
    );
    return rows[0];
  }

  async markUsed(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.update(ApiKey, { id }, { lastUsedAt: at });
  }
}
