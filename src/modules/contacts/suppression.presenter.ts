import type { Page } from '../../lib/pages.js';
import { identityOf } from './core/identity.js';
import { shownScope } from './core/suppression-scope.js';
import type { SuppressionDto } from './suppression.dto.js';
import type { Suppression } from './suppression.entity.js';

export function presentSuppression(suppression: Suppression): SuppressionDto {
  const { id, address, scope, origin, reason, createdAt } = suppression;
  const identity = identityOf(address);
  const shown = { phoneNumber: null, lid: null, businessScopedId: null };
  return {
    id,
    ...shown,
    ...(identity?.kind === 'phone' && { phoneNumber: address }),
    ...(identity?.kind === 'lid' && { lid: identity.value }),
    ...(identity?.kind === 'bsuid' && {
      businessScopedId: { id: identity.value, portfolio: identity.scope || null },
    }),
    ...shownScope(scope),
    origin,
    reason,
    createdAt: createdAt.toISOString(),
  };
}

export function presentSuppressions(page: Page<Suppression>): Page<SuppressionDto> {
  return { ...page, items: page.items.map(presentSuppression) };
}
