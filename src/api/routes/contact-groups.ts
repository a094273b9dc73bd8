import {
  BulkEditContactsDto,
  BulkEditDto,
  ContactDto,
  DuplicatesDto,
  MergeContactDto,
  presentBulkEdit,
  presentContact,
  presentDuplicates,
  type BulkEditService,
  type MergeService,
} from '../../modules/contacts/index.js';
import { PageQuery } from '../../lib/page-query.js';
import { accepted, defineRoute, idOf, ok, type Route } from '../route.js';

const tag = 'contacts';

/** Several contacts at once: bulk edits, duplicates and their merge. */
export function contactGroupRoutes(deps: { bulkEdits: BulkEditService; merges: MergeService }): Route[] {
  const { bulkEdits, merges } = deps;
  return [
    defineRoute({
      method: 'post',
      path: '/api/contacts/bulk',
      tag,
      summary: 'Change many contacts: tags, lists, attributes, opt-out',
      access: 'contacts:write',
      work: 'heavyWrite',
      body: BulkEditContactsDto,
      idempotent: true,
      response: {
        status: 202,
        description: 'The edit: `completed` for up to 10,000 contacts; larger ones go on in the background.',
        data: BulkEditDto,
      },
      handler: async ({ principal, body }) =>
        accepted(presentBulkEdit(await bulkEdits.edit(principal.tenantId, body))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/contacts/bulk/:id',
      tag,
      summary: 'Show how far a bulk edit is',
      access: 'contacts:read',
      work: 'short',
      response: { status: 200, description: 'The edit.', data: BulkEditDto },
      handler: async ({ principal, params }) =>
        ok(presentBulkEdit(await bulkEdits.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/contacts/duplicates',
      tag,
      summary: 'Find contacts that are likely the same person',
      access: 'contacts:read',
      work: 'heavyRead',
      query: PageQuery,
      response: { status: 200, description: 'A page of groups.', data: [DuplicatesDto] },
      handler: async ({ principal, query }) =>
        ok(presentDuplicates(await merges.duplicates(principal.tenantId, query))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/contacts/:id/merge',
      tag,
      summary: 'Make another contact part of this one',
      access: 'contacts:write',
      body: MergeContactDto,
      idempotent: true,
      response: { status: 200, description: 'The contact with what both had.', data: ContactDto },
      handler: async ({ principal, params, body }) =>
        ok(presentContact(await merges.merge(principal.tenantId, idOf(params), body.contactId))),
    }),
  ];
}
