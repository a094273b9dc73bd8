import { invalid } from '../../lib/errors.js';
import type { Page } from '../../lib/pages.js';
import type { ContactDto, ContactsQuery } from './contact.dto.js';
import type { ContactView } from './contact-view.repository.js';
import { presentIdentity } from './identities/identity.presenter.js';
import { lineOfIdentity } from './core/identity.js';
import { parseAttributeFilters, type ContactFilter } from './core/filter.js';

/** The filters of a query string as the service takes them; a bad attribute filter is `invalid`. */
export function toContactFilter(query: Omit<ContactsQuery, 'limit' | 'cursor'>): ContactFilter {
  const parsed = parseAttributeFilters(query.attribute ?? []);
  if (!parsed.ok) throw invalid(parsed.errors);
  const { q, phoneNumber, listId, optedOut, hasPhone } = query;
  return {
    q,
    phoneNumber,
    address: addressAsked(query),
    listId,
    optedOut,
    hasPhone,
    tags: query.tag,
    attributes: parsed.attributes,
  };
}

function addressAsked({
  lid,
  businessScopedId,
  portfolio,
}: Pick<ContactsQuery, 'lid' | 'businessScopedId' | 'portfolio'>): string | undefined {
  if (lid !== undefined) return lineOfIdentity({ kind: 'lid', scope: '', value: lid });
  if (businessScopedId === undefined) return undefined;
  return lineOfIdentity({ kind: 'bsuid', scope: portfolio ?? '', value: businessScopedId });
}

export function presentContact(contact: ContactView): ContactDto {
  const { consent } = contact;
  return {
    id: contact.id,
    phoneNumber: contact.phone,
    name: contact.name,
    attributes: contact.attributes,
    tags: contact.tags,
    optedOut: contact.optedOutAt !== null,
    optedOutAt: contact.optedOutAt?.toISOString() ?? null,
    optOutSource: contact.optOutSource,
    consent: consent && { kind: consent.kind, source: consent.source, at: consent.at.toISOString() },
    onWhatsApp: contact.onWhatsApp,
    identities: contact.identities.map(presentIdentity),
    createdAt: contact.createdAt.toISOString(),
    updatedAt: contact.updatedAt.toISOString(),
  };
}

export function presentContacts(page: Page<ContactView>): Page<ContactDto> {
  return { ...page, items: page.items.map(presentContact) };
}
