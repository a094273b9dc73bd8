import type { Role } from '../auth.entity.js';
import { scopes, type Scope } from '../principal.js';

const readScopes: readonly Scope[] = ['contacts:read', 'senders:read', 'campaigns:read', 'messages:read'];

const scopesByRole: { readonly [R in Role]: readonly Scope[] } = {
  owner: scopes,
  admin: scopes,
  manager: [...readScopes, 'contacts:write', 'senders:write', 'campaigns:write', 'messages:write'],
  agent: [...readScopes, 'contacts:write', 'messages:write'],
  viewer: readScopes,
};

/** What a user with this role may do. */
export function scopesOf(role: Role): readonly Scope[] {
  return scopesByRole[role];
}

/** What a key may do now: what it was given, as far as its creator may still do it. */
export function scopesOfKey(granted: readonly string[], role: Role): readonly Scope[] {
  return scopesOf(role).filter((scope) => granted.includes(scope));
}
