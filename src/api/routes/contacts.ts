import { RemovedDto } from '../../lib/removed.dto.js';
import {
  ContactDto,
  ContactsQuery,
  CreateContactDto,
  presentContact,
  presentContacts,
  toContactFilter,
  UpdateContactDto,
  type ContactService,
} from '../../modules/contacts/index.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';

const tag = 'contacts';

/** Contacts: the people a tenant may write to. */
export function contactRoutes({ contacts }: { contacts: ContactService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/contacts',
      tag,
      summary: 'List contacts, newest first',
      access: 'contacts:read',
      work: 'heavyRead',
      query: ContactsQuery,
      response: { status: 200, description: 'A page of contacts.', data: [ContactDto] },
      handler: async ({ principal, query }) =>
        ok(presentContacts(await contacts.list(principal.tenantId, toContactFilter(query), query))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/contacts',
      tag,
      summary: 'Add a contact',
      access: 'contacts:write',
      body: CreateContactDto,
      idempotent: true,
      response: { status: 201, description: 'The contact.', data: ContactDto },
      handler: async ({ principal, body }) =>
        created(presentContact(await contacts.create(principal.tenantId, body))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/contacts/:id',
      tag,
      summary: 'Show a contact',
      access: 'contacts:read',
      work: 'short',
      response: { status: 200, description: 'The contact.', data: ContactDto },
      handler: async ({ principal, params }) =>
        ok(presentContact(await contacts.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/contacts/:id',
      tag,
      summary: 'Change the name, attributes, tags or opt-out of a contact',
      access: 'contacts:write',
      body: UpdateContactDto,
      response: { status: 200, description: 'The changed contact.', data: ContactDto },
      handler: async ({ principal, params, body }) =>
        ok(presentContact(await contacts.update(principal.tenantId, idOf(params), body))),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/contacts/:id',
      tag,
      summary: 'Delete a contact; reports of past campaigns stay',
      access: 'contacts:write',
      response: { status: 200, description: 'It is gone.', data: RemovedDto },
      handler: async ({ principal, params }) => {
        await contacts.remove(principal.tenantId, idOf(params));
        return ok({ id: idOf(params) });
      },
    }),
  ];
}
