import type { IdentityDto } from './identity.dto.js';
import type { KnownIdentity } from './identity.repository.js';

export function presentIdentity({ kind, scope, value, address, since, until }: KnownIdentity): IdentityDto {
  return {
    kind,
    value: kind === 'phone' ? address : value,
    scope: scope === '' ? null : scope,
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
  };
}
