import { PageQuery } from '../../lib/page-query.js';
import { RemovedDto } from '../../lib/removed.dto.js';
import { ContactDto } from '../../modules/contacts/index.js';
import {
  CreateSegmentDto,
  presentPreview,
  presentSegment,
  presentSegmentContacts,
  presentSegments,
  PreviewSegmentDto,
  SegmentDto,
  SegmentPreviewDto,
  UpdateSegmentDto,
  type SegmentService,
} from '../../modules/segments/index.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';

const tag = 'segments';

/** Saved questions about contacts. */
export function segmentRoutes(deps: { segments: SegmentService }): Route[] {
  return [...collectionRoutes(deps), ...itemRoutes(deps)];
}

function collectionRoutes({ segments }: { segments: SegmentService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/segments',
      tag,
      summary: 'List the segments, newest first',
      access: 'contacts:read',
      query: PageQuery,
      response: { status: 200, description: 'A page of segments.', data: [SegmentDto] },
      handler: async ({ principal, query }) =>
        ok(presentSegments(await segments.list(principal.tenantId, query))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/segments',
      tag,
      summary: 'Save a filter under a name',
      access: 'contacts:write',
      body: CreateSegmentDto,
      idempotent: true,
      response: { status: 201, description: 'The segment.', data: SegmentDto },
      handler: async ({ principal, body }) =>
        created(presentSegment(await segments.create(principal.tenantId, body))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/segments/preview',
      tag,
      summary: 'Count whom a filter finds now, with up to ten of them; nothing is saved',
      access: 'contacts:read',
      work: 'heavyRead',
      body: PreviewSegmentDto,
      response: { status: 200, description: 'How many, and some of them.', data: SegmentPreviewDto },
      handler: async ({ principal, body }) =>
        ok(presentPreview(await segments.preview(principal.tenantId, body))),
    }),
  ];
}

function itemRoutes({ segments }: { segments: SegmentService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/segments/:id',
      tag,
      summary: 'Show a segment',
      access: 'contacts:read',
      work: 'short',
      response: { status: 200, description: 'The segment.', data: SegmentDto },
      handler: async ({ principal, params }) =>
        ok(presentSegment(await segments.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/segments/:id/contacts',
      tag,
      summary: 'List who belongs to a segment now, newest first; total says how many',
      access: 'contacts:read',
      work: 'heavyRead',
      query: PageQuery,
      notPossible: true,
      response: { status: 200, description: 'A page of contacts.', data: [ContactDto] },
      handler: async ({ principal, params, query }) =>
        ok(presentSegmentContacts(await segments.contacts(principal.tenantId, idOf(params), query))),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/segments/:id',
      tag,
      summary: 'Rename a segment, or ask something else',
      access: 'contacts:write',
      body: UpdateSegmentDto,
      response: { status: 200, description: 'The segment.', data: SegmentDto },
      handler: async ({ principal, params, body }) =>
        ok(presentSegment(await segments.update(principal.tenantId, idOf(params), body))),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/segments/:id',
      tag,
      summary: 'Delete a segment; its contacts and campaigns stay',
      access: 'contacts:write',
      response: { status: 200, description: 'It is gone.', data: RemovedDto },
      handler: async ({ principal, params }) => {
        await segments.remove(principal.tenantId, idOf(params));
        return ok({ id: idOf(params) });
      },
    }),
  ];
}
