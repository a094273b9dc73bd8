import type { Tx } from '../../db/index.js';
import { RefreshToken } from './auth.entity.js';

export class RefreshTokenRepository {
  async insert(tx: Tx, token: Omit<RefreshToken, 'usedAt'>): Promise<void> {
    await tx.insert(RefreshToken, { ...token, usedAt: null });
  }

  /** Locked, so that of two simultaneous uses the second one sees the first. */
  lockByHash(tx: Tx, hash: string): Promise<RefreshToken | null> {
    return tx.findOne(RefreshToken, { where: { hash }, lock: { mode: 'pessimistic_write' } });
  }

  async markUsed(tx: Tx, id: string, at: Date): Promise<void> {
    await tx.update(RefreshToken, { id }, { usedAt: at });
  }

  async endFamily(tx: Tx, familyId: string): Promise<void> {
    await tx.delete(RefreshToken, { familyId });
  }

  async endFamilyOf(tx: Tx, hash: string): Promise<void> {
    await tx.query(
      'DELETE FROM refresh_tokens WHERE family_id IN (SELECT family_id FROM refresh_tokens WHERE hash = $1)',
      [hash],
    );
  }

  /** Used tokens stay until they expire: they are how a stolen one is noticed. */
  async purgeExpired(tx: Tx, userId: string, now: Date): Promise<void> {
    await tx.query('DELETE FROM refresh_tokens WHERE user_id = $1 AND expires_at < $2', [userId, now]);
  }
}
