import type { Page } from '../../lib/pages.js';
import { presentContact, type ContactDto } from '../contacts/index.js';
import type { SegmentDto, SegmentPreviewDto } from './segment.dto.js';
import type { Segment } from './segment.entity.js';

type PresentableContact = Parameters<typeof presentContact>[0];

export function presentSegment(segment: Segment): SegmentDto {
  return {
    id: segment.id,
    name: segment.name,
    filter: segment.filter,
    createdAt: segment.createdAt.toISOString(),
    updatedAt: segment.updatedAt.toISOString(),
  };
}

export function presentSegments(page: Page<Segment>): Page<SegmentDto> {
  return { ...page, items: page.items.map(presentSegment) };
}

export function presentSegmentContacts(page: Page<PresentableContact>): Page<ContactDto> {
  return { ...page, items: page.items.map(presentContact) };
}

export function presentPreview(preview: { count: number; sample: PresentableContact[] }): SegmentPreviewDto {
  return { count: preview.count, sample: preview.sample.map(presentContact) };
}
