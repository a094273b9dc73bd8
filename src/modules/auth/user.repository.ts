import type { Tx } from '../../db/index.js';
import { User } from './auth.entity.js';

export class UserRepository {
  findByEmail(tx: Tx, email: string): Promise<User | null> {
    return tx.findOneBy(User, { email });
  }

  find(tx: Tx, id: string): Promise<User | null> {
    return tx.findOneBy(User, { id });
  }

  /** The user, if the login this family stands for has not ended. */
  async findLoggedIn(tx: Tx, userId: string, familyId: string): Promise<User | null> {
    return tx
      .createQueryBuilder(User, 'u')
      .where('u.id = :userId', { userId })
      .andWhere(
        'EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.family_id = :familyId AND r.user_id = u.id AND r.tenant_id = u.tenant_id)',
        { familyId },
      )
      .getOne();
  }

  /** The longest-standing owner: whom AUTH_MODE=none acts as. */
  findFirstOwner(tx: Tx): Promise<User | null> {
    return tx.findOne(User, { where: { role: 'owner' }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  async insert(tx: Tx, user: Omit<User, 'createdAt'>): Promise<void> {
    await tx.insert(User, user);
  }

  anyExists(tx: Tx): Promise<boolean> {
    return tx.exists(User);
  }

  /** Lets one process at a time create the first user; held until the transaction ends. */
  async lockFirstStart(tx: Tx): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('starling:first-start'))`);
  }
}
