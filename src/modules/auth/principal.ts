import type { Role } from './auth.entity.js';

/** What an API key may be allowed; a user's role maps to a set of these. */
export const scopes = [
  'contacts:read',
  'contacts:write',
  'senders:read',
  'senders:write',
  'campaigns:read',
  'campaigns:write',
  'messages:read',
  'messages:write',
  'settings:manage',
  'access:manage',
  'queues:manage',
] as const;
export type Scope = (typeof scopes)[number];

/** Who is asking. Every service call that touches data takes the tenant from here, never from the request. */
export interface Principal {
  tenantId: string;
  userId: string;
  email: string;
  role: Role;
  scopes: readonly Scope[];
  via: 'jwt' | 'api_key' | 'basic' | 'none';
}
