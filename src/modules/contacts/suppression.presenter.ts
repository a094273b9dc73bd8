import type { Page } from '../../lib/pages.js';
import type { SuppressionDto } from './suppression.dto.js';
import type { Suppression } from './suppression.entity.js';

export function presentSuppression(suppression: Suppression): SuppressionDto {
  const { id, phone, reason, createdAt } = suppression;
  return { id, phoneNumber: phone, reason, createdAt: createdAt.toISOString() };
}

export function presentSuppressions(page: Page<Suppression>): Page<SuppressionDto> {
  return { ...page, items: page.items.map(presentSuppression) };
}
