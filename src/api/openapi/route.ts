import { defineRoute, type Route } from '../route.js';
import { openApiDocument } from './document.js';

/** Serves the document of all routes, itself included; made and written once, at the first request. */
export function openApiRoute(routes: () => readonly Route[], version: string): Route {
  let document: Buffer | undefined;
  return defineRoute({
    method: 'get',
    path: '/api/docs.json',
    tag: 'documentation',
    summary: 'This API as an OpenAPI 3.1 document',
    access: 'public',
    response: { status: 200, description: 'The document', contentType: 'application/json' },
    async handler() {
      document ??= Buffer.from(JSON.stringify(openApiDocument(routes(), version)));
      return { kind: 'raw', contentType: 'application/json', bytes: document };
    },
  });
}
