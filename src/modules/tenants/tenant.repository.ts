import type { Tx } from '../../db/index.js';
import { newId } from '../../lib/ids.js';
import { Tenant } from './tenant.entity.js';

/** The tenant of the installation's operator; made at the first start. */
export const OPERATOR_SLUG = 'default';

export class TenantRepository {
  /** The id of the tenant with this slug, made when it is not there. Safe when several processes ask at once. */
  async ensure(tx: Tx, slug: string, name: string): Promise<string> {
    await tx.query('INSERT INTO tenants (id, slug, name) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING', [
      newId(),
      slug,
      name,
    ]);
    const tenant = await tx.findOneByOrFail(Tenant, { slug });
    return tenant.id;
  }

  isOperator(tx: Tx, tenantId: string): Promise<boolean> {
    return tx.existsBy(Tenant, { id: tenantId, slug: OPERATOR_SLUG });
  }
}
