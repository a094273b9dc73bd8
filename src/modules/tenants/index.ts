export { OPERATOR_SLUG, TenantRepository } from './tenant.repository.js';
