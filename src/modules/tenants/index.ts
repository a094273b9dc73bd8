export { TenantRepository } from './tenant.repository.js';
