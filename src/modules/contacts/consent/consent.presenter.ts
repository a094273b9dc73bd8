import type { Page } from '../../../lib/pages.js';
import type { ConsentDto } from './consent.dto.js';
import type { ContactConsent } from './consent.entity.js';

export function presentConsent({ id, kind, source, proof, at, createdAt }: ContactConsent): ConsentDto {
  return { id, kind, source, proof, at: at.toISOString(), createdAt: createdAt.toISOString() };
}

export function presentConsents(page: Page<ContactConsent>): Page<ConsentDto> {
  return { ...page, items: page.items.map(presentConsent) };
}
