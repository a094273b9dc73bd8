import type { Page } from '../../lib/pages.js';
import type { ContactListDto } from './list.dto.js';
import type { CountedList } from './list.repository.js';

export function presentList(list: CountedList): ContactListDto {
  const { id, name, memberCount, createdAt } = list;
  return { id, name, memberCount, createdAt: createdAt.toISOString() };
}

export function presentLists(page: Page<CountedList>): Page<ContactListDto> {
  return { ...page, items: page.items.map(presentList) };
}
