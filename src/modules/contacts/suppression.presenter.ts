import type { Page } from '../../lib/pages.js';
import { shownIdentity } from './core/person-input.js';
import { shownScope } from './core/suppression-scope.js';
import type { SuppressionDto } from './suppression.dto.js';
import type { Suppression } from './suppression.entity.js';

export function presentSuppression(suppression: Suppression): SuppressionDto {
  const { id, address, scope, origin, reason, createdAt } = suppression;
  return {
    id,
    ...shownIdentity(address),
    ...shownScope(scope),
    origin,
    reason,
    createdAt: createdAt.toISOString(),
  };
}

export function presentSuppressions(page: Page<Suppression>): Page<SuppressionDto> {
  return { ...page, items: page.items.map(presentSuppression) };
}
