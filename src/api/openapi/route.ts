import { defineRoute, type Route } from '../route.js';
import { openApiDocument } from './document.js';

/** Serves the document of all routes, itself included; made and written once, at the first request. */
export function openApiRoute(routes: () => readonly Route[], version: string): Route {
  let document: Promise<Buffer> | undefined;
  return defineRoute({
    method: 'get',
    path: '/api/docs.json',
    tag: 'documentation',
    summary: 'This API as an OpenAPI 3.1 document',
    access: 'public',
    response: { status: 200, description: 'The document', contentType: 'application/json' },
    async handler() {
      document ??= written(routes(), version);
      return { kind: 'raw', contentType: 'application/json', bytes: await document };
    },
  });
}

async function written(routes: readonly Route[], version: string): Promise<Buffer> {
  return Buffer.from(JSON.stringify(await openApiDocument(routes, version)));
}
