import type { Page } from '../../../lib/pages.js';
import type { NumberCheckDto, NumberCheckResultDto } from './number-check.dto.js';
import type { NumberCheckItem } from './number-check.entity.js';
import type { CountedCheck } from './number-check.service.js';

export function presentNumberCheck(check: CountedCheck): NumberCheckDto {
  return {
    id: check.id,
    status: check.status,
    counts: check.counts,
    ...(check.error === null ? {} : { error: check.error }),
    createdAt: check.createdAt.toISOString(),
    completedAt: check.completedAt?.toISOString() ?? null,
  };
}

export function presentNumberCheckResults(page: Page<NumberCheckItem>): Page<NumberCheckResultDto> {
  const items = page.items.map(({ phone, onWhatsApp, cached, checkedAt }) => ({
    phoneNumber: phone,
    onWhatsApp,
    cached,
    checkedAt: checkedAt?.toISOString() ?? null,
  }));
  return { ...page, items };
}
