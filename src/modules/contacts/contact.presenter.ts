import type { Page } from '../../lib/pages.js';
import type { ContactDto } from './contact.dto.js';
import type { Contact } from './contact.entity.js';

export function presentContact(contact: Contact): ContactDto {
  return {
    id: contact.id,
    phoneNumber: contact.phone,
    name: contact.name,
    attributes: contact.attributes,
    optedOut: contact.optedOutAt !== null,
    optedOutAt: contact.optedOutAt?.toISOString() ?? null,
    optOutSource: contact.optOutSource,
    createdAt: contact.createdAt.toISOString(),
    updatedAt: contact.updatedAt.toISOString(),
  };
}

export function presentContacts(page: Page<Contact>): Page<ContactDto> {
  return { ...page, items: page.items.map(presentContact) };
}
