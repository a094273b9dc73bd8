import { PageQuery } from '../../lib/page-query.js';
import { RemovedDto } from '../../lib/removed.dto.js';
import {
  AddListMembersDto,
  ContactListDto,
  ListMemberRemovedDto,
  ListMembersAddedDto,
  presentList,
  presentLists,
  SaveContactListDto,
  type ListService,
} from '../../modules/contacts/index.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';

const tag = 'lists';

/** Lists of contacts. Their members are `GET /api/contacts?listId=`. */
export function listRoutes(deps: { lists: ListService }): Route[] {
  return [...collectionRoutes(deps), ...memberRoutes(deps)];
}

function collectionRoutes({ lists }: { lists: ListService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/lists',
      tag,
      summary: 'List the contact lists, newest first',
      access: 'contacts:read',
      work: 'heavyRead',
      query: PageQuery,
      response: { status: 200, description: 'A page of lists.', data: [ContactListDto] },
      handler: async ({ principal, query }) => ok(presentLists(await lists.list(principal.tenantId, query))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/lists',
      tag,
      summary: 'Create an empty list',
      access: 'contacts:write',
      body: SaveContactListDto,
      idempotent: true,
      response: { status: 201, description: 'The list.', data: ContactListDto },
      handler: async ({ principal, body }) =>
        created(presentList(await lists.create(principal.tenantId, body))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/lists/:id',
      tag,
      summary: 'Show a list',
      access: 'contacts:read',
      work: 'heavyRead',
      response: { status: 200, description: 'The list.', data: ContactListDto },
      handler: async ({ principal, params }) =>
        ok(presentList(await lists.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/lists/:id',
      tag,
      summary: 'Rename a list',
      access: 'contacts:write',
      body: SaveContactListDto,
      response: { status: 200, description: 'The list.', data: ContactListDto },
      handler: async ({ principal, params, body }) =>
        ok(presentList(await lists.rename(principal.tenantId, idOf(params), body.name))),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/lists/:id',
      tag,
      summary: 'Delete a list; its contacts stay',
      access: 'contacts:write',
      work: 'heavyWrite',
      response: { status: 200, description: 'It is gone.', data: RemovedDto },
      handler: async ({ principal, params }) => {
        await lists.remove(principal.tenantId, idOf(params));
        return ok({ id: idOf(params) });
      },
    }),
  ];
}

function memberRoutes({ lists }: { lists: ListService }): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/lists/:id/members',
      tag,
      summary: 'Put contacts on a list; those on it already stay',
      access: 'contacts:write',
      body: AddListMembersDto,
      response: { status: 200, description: 'How many are new.', data: ListMembersAddedDto },
      handler: async ({ principal, params, body }) =>
        ok(await lists.addMembers(principal.tenantId, idOf(params), body.contactIds)),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/lists/:id/members/:contactId',
      tag,
      summary: 'Take a contact off a list',
      access: 'contacts:write',
      response: { status: 200, description: 'It is off the list.', data: ListMemberRemovedDto },
      handler: async ({ principal, params }) => {
        const contactId = params['contactId'] ?? '';
        await lists.removeMember(principal.tenantId, idOf(params), contactId);
        return ok({ contactId });
      },
    }),
  ];
}
