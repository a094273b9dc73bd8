import { PageQuery } from '../../lib/page-query.js';
import { RemovedDto } from '../../lib/removed.dto.js';
import {
  ImportAcceptedDto,
  ImportContactsDto,
  ImportDto,
  presentImport,
  presentImports,
  toNewImport,
  type ImportService,
} from '../../modules/contacts/index.js';
import { accepted, defineRoute, idOf, ok, type Route } from '../route.js';
import { sendStream } from '../send-stream.js';

const tag = 'imports';

/** Contact files: upload, progress, rejected rows. */
export function importRoutes(deps: { imports: ImportService; maxUploadBytes: number }): Route[] {
  const { imports, maxUploadBytes } = deps;
  return [
    defineRoute({
      method: 'post',
      path: '/api/contacts/import',
      tag,
      summary: 'Import contacts from a csv or xlsx file, in the background',
      access: 'contacts:write',
      body: ImportContactsDto,
      upload: { field: 'file', maxBytes: maxUploadBytes },
      idempotent: true,
      response: {
        status: 202,
        description: 'The file is queued; ask for the import.',
        data: ImportAcceptedDto,
      },
      handler: async ({ principal, body, file }) => {
        const { id } = await imports.create(principal.tenantId, toNewImport(body, file));
        return accepted({ id });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/imports',
      tag,
      summary: 'List imports, newest first',
      access: 'contacts:read',
      query: PageQuery,
      response: { status: 200, description: 'A page of imports.', data: [ImportDto] },
      handler: async ({ principal, query }) =>
        ok(presentImports(await imports.list(principal.tenantId, query))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/imports/:id',
      tag,
      summary: 'Show how far an import is and what came of it',
      access: 'contacts:read',
      work: 'short',
      response: { status: 200, description: 'The import.', data: ImportDto },
      handler: async ({ principal, params }) =>
        ok(presentImport(await imports.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/imports/:id',
      tag,
      summary: 'Forget an import that has ended, and its rejected rows; its contacts stay',
      access: 'contacts:write',
      work: 'heavyWrite',
      response: { status: 200, description: 'It is gone.', data: RemovedDto },
      handler: async ({ principal, params }) => {
        await imports.remove(principal.tenantId, idOf(params));
        return ok({ id: idOf(params) });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/imports/:id/errors',
      tag,
      summary: 'Download the rejected rows with line and reason',
      access: 'contacts:read',
      work: 'download',
      response: { status: 200, description: 'One line per rejected row.', contentType: 'text/csv' },
      handler: async ({ principal, params, response }) => {
        const id = idOf(params);
        const lines = await imports.rejectedRows(principal.tenantId, id);
        response.attachment(`import-${id}-errors.csv`).type('text/csv; charset=utf-8');
        return sendStream(response, lines);
      },
    }),
  ];
}
