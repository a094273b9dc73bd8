import { PageQuery } from '../../lib/page-query.js';
import {
  AddConsentDto,
  ConsentDto,
  ContactErasedDto,
  EraseContactDto,
  ContactChangeDto,
  ExportContactsQuery,
  presentChanges,
  presentConsent,
  presentConsents,
  toContactFilter,
  type ConsentService,
  type ContactExportService,
  type PersonService,
} from '../../modules/contacts/index.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';
import { jsonChunks } from '../../lib/json-chunks.js';
import { sendStream } from '../send-stream.js';

const tag = 'contacts';

/** What people agreed to, and what is kept about them: consent, export, erasure. */
export function contactPrivacyRoutes(deps: {
  consents: ConsentService;
  people: PersonService;
  contactExports: ContactExportService;
}): Route[] {
  return [...consentRoutes(deps), ...historyRoutes(deps), ...exportRoutes(deps)];
}

function consentRoutes({ consents }: { consents: ConsentService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/contacts/:id/consents',
      tag,
      summary: 'List what a contact said about being written to, newest entry first',
      access: 'contacts:read',
      query: PageQuery,
      response: { status: 200, description: 'A page of the history.', data: [ConsentDto] },
      handler: async ({ principal, params, query }) =>
        ok(presentConsents(await consents.list(principal.tenantId, idOf(params), query))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/contacts/:id/consents',
      tag,
      summary: 'Note that a contact agreed, or withdrew',
      access: 'contacts:write',
      body: AddConsentDto,
      idempotent: true,
      response: { status: 201, description: 'The new entry.', data: ConsentDto },
      handler: async ({ principal, params, body }) => {
        const line = await consents.add(principal.tenantId, idOf(params), body);
        return created(presentConsent(line));
      },
    }),
  ];
}

function historyRoutes({ people }: { people: PersonService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/contacts/:id/history',
      tag,
      summary: 'List merges of a contact, and changes of what the person is known by, newest first',
      access: 'contacts:read',
      query: PageQuery,
      response: { status: 200, description: 'A page of the history.', data: [ContactChangeDto] },
      handler: async ({ principal, params, query }) =>
        ok(presentChanges(await people.history(principal.tenantId, idOf(params), query))),
    }),
  ];
}

function exportRoutes({
  people,
  contactExports,
}: {
  people: PersonService;
  contactExports: ContactExportService;
}): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/contacts/export',
      tag,
      summary: 'Download contacts as csv or xlsx, oldest first',
      access: 'contacts:read',
      work: 'download',
      query: ExportContactsQuery,
      response: {
        status: 200,
        description: 'One line per contact, one column per attribute.',
        contentType: 'text/csv',
        otherTypes: ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
      },
      handler: async ({ principal, query, response, signal }) => {
        const { format = 'csv', columns } = query;
        const file = await contactExports.export(principal.tenantId, toContactFilter(query), {
          format,
          columns,
          signal,
        });
        response.attachment(file.fileName).type(file.contentType);
        return sendStream(response, file.chunks);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/contacts/:id/export',
      tag,
      summary: 'Download everything that is kept about a person',
      access: 'contacts:read',
      work: 'heavyRead',
      response: {
        status: 200,
        description: 'The contact, its consents, lists, messages and campaigns.',
        contentType: 'application/json',
      },
      handler: async ({ principal, params, response }) => {
        const id = idOf(params);
        const data = await people.export(principal.tenantId, id);
        response.attachment(`contact-${id}.json`).type('application/json');
        return sendStream(response, jsonChunks(data));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/contacts/:id/erase',
      tag,
      summary: 'Remove a person for good, from messages and campaigns too',
      access: 'contacts:write',
      body: EraseContactDto,
      response: { status: 200, description: 'It is gone; counts of campaigns stay.', data: ContactErasedDto },
      handler: async ({ principal, params, body }) => {
        const id = idOf(params);
        return ok({ id, ...(await people.erase(principal.tenantId, id, body)) });
      },
    }),
  ];
}
