import type { Database } from '../../db/index.js';
import { newId } from '../../lib/ids.js';
import { randomToken } from '../../lib/random.js';
import { OPERATOR_SLUG, TenantRepository } from '../tenants/index.js';
import { hashPassword } from './passwords.js';
import { UserRepository } from './user.repository.js';

export type BootstrapOutcome =
  | { kind: 'already_there' }
  /** `password` is there only when it was generated: it must be printed now, it is stored nowhere. */
  | { kind: 'created'; email: string; password: string | undefined };

/**
 * Gives an empty database its tenant `default` and one owner. Several processes may start at once: one creates,
 * the others find it there.
 */
export async function bootstrapAdmin(
  database: Database,
  settings: { email: string; password?: string },
): Promise<BootstrapOutcome> {
  const users = new UserRepository();
  if (await users.anyExists(database.manager)) return { kind: 'already_there' };
  const email = settings.email.trim().toLowerCase();
  const generated = settings.password === undefined ? randomToken(15) : undefined;
  const passwordHash = await hashPassword(settings.password ?? generated ?? '');
  return database.transaction(async (tx) => {
    await users.lockFirstStart(tx);
    if (await users.anyExists(tx)) return { kind: 'already_there' };
    const tenantId = await new TenantRepository().ensure(tx, OPERATOR_SLUG, 'Default');
    await users.insert(tx, { id: newId(), tenantId, email, passwordHash, role: 'owner' });
    return { kind: 'created', email, password: generated };
  });
}
