import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Express } from 'express';
import { documentedPath, openApiDocument, type OpenApiDocument } from '../../src/api/openapi/document.js';
import { defineRoute, ok, type Route } from '../../src/api/route.js';
import { allRoutes, type RouteServices } from '../../src/api/routes/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { createTestApi, type TestApi } from './harness.js';
import { CreateSampleDto, ListSamplesQuery, SampleDto, SampleFormDto } from './sample.js';

let api: TestApi;
let document: OpenApiDocument;

beforeAll(async () => {
  // Declaring routes calls no service; only answering would.
  const services = { clock: systemClock, version: '0.0.0', maxUploadBytes: 1_000 } as RouteServices;
  const ownByHarness = new Set(['auth', 'api-keys']);
  const routes = allRoutes(services).filter((route) => !ownByHarness.has(route.tag));
  api = await createTestApi({ routes });
  document = (await api.request.get('/api/docs.json').expect(200)).body;
});
afterAll(() => api.close());

/** `GET /api/contacts/{id}` for every method of every route that Express has mounted. */
function mounted(app: Express): string[] {
  return app.router.stack.flatMap((layer) => {
    const { route } = layer;
    if (!route) return [];
    const methods = new Set(route.stack.map((handler) => handler.method));
    return [...methods]
      .filter(Boolean)
      .map((method) => `${method.toUpperCase()} ${documentedPath(route.path)}`);
  });
}

function documented(): string[] {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

describe('the API document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(
      structuredClone(document) as object as Record<string, unknown>,
    );
    expect(result).toEqual({ valid: true });
    expect(document.openapi).toBe('3.1.0');
  });

  it('has exactly the routes that are mounted', () => {
    expect(documented().toSorted()).toEqual(mounted(api.app).toSorted());
    expect(documented().length).toBeGreaterThan(15);
  });

  it('gives every operation a name of its own', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('knows the type of every property', () => {
    const untyped = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {})
        .filter(([, property]) => !['type', '$ref', 'anyOf', 'oneOf', 'allOf'].some((key) => key in property))
        .map(([property]) => `${name}.${property}`),
    );
    expect(untyped).toEqual([]);
  });

  it('refers to nothing that is not in it', () => {
    const refs = [...JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/(\w+)"/g)];
    const components = document.components as unknown as Record<string, Record<string, unknown>>;
    expect(refs.length).toBeGreaterThan(20);
    for (const [, kind = '', name = ''] of refs) expect(components[kind]?.[name]).toBeDefined();
  });
});

describe('a declared route', () => {
  const routes: Route[] = [
    defineRoute({
      method: 'get',
      path: '/api/samples',
      tag: 'samples',
      summary: 'List',
      access: 'contacts:read',
      query: ListSamplesQuery,
      response: { status: 200, description: 'A page', data: [SampleDto] },
      handler: async () => ok([]),
    }),
    defineRoute({
      method: 'post',
      path: '/api/samples/:id/files',
      tag: 'samples',
      summary: 'Upload',
      access: 'contacts:write',
      body: SampleFormDto,
      upload: { field: 'file', maxBytes: 10 },
      idempotent: true,
      response: { status: 202, description: 'Taken', data: SampleDto },
      handler: async () => ok({}),
    }),
    defineRoute({
      method: 'post',
      path: '/api/samples',
      tag: 'samples',
      summary: 'Create',
      access: 'public',
      body: CreateSampleDto,
      response: { status: 201, description: 'Made', data: SampleDto },
      handler: async () => ok({}),
    }),
  ];
  let paths: OpenApiDocument['paths'];
  let components: OpenApiDocument['components'];
  beforeAll(async () => {
    ({ paths, components } = await openApiDocument(routes, '1'));
  });

  it('documents its query with types, defaults left to the description', () => {
    const parameters = paths['/api/samples']?.['get']?.['parameters'];
    expect(parameters).toEqual(
      expect.arrayContaining([
        {
          name: 'limit',
          in: 'query',
          required: false,
          schema: { type: 'integer', minimum: 1, maximum: 500 },
        },
        { name: 'archived', in: 'query', required: false, schema: { type: 'boolean' } },
      ]),
    );
  });

  it('documents its page, its errors and its credentials', () => {
    const list = paths['/api/samples']?.['get'];
    expect(list).toMatchObject({
      responses: {
        200: {
          content: {
            'application/json': { schema: { required: ['success', 'data', 'nextCursor'] } },
          },
        },
        401: { $ref: '#/components/responses/Unauthenticated' },
        503: { $ref: '#/components/responses/Unavailable' },
      },
    });
    expect(paths['/api/samples']?.['post']?.['security']).toEqual([]);
  });

  it('documents a form with its file, its path parameters and the idempotency key', () => {
    expect(paths['/api/samples/{id}/files']?.['post']).toMatchObject({
      parameters: [
        { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
        { name: 'Idempotency-Key', in: 'header' },
      ],
      requestBody: {
        content: {
          'multipart/form-data': {
            schema: {
              required: ['file'],
              properties: {
                file: { type: 'string', format: 'binary' },
                listName: { type: ['string', 'null'] },
              },
            },
          },
        },
      },
    });
  });

  it('documents nested classes under their names', () => {
    expect(components.schemas['CreateSampleDto']).toMatchObject({
      required: ['name'],
      properties: {
        name: { type: 'string', maxLength: 20 },
        contacts: { type: ['array', 'null'], items: { $ref: '#/components/schemas/SamplePersonDto' } },
      },
    });
    expect(components.schemas['SamplePersonDto']).toBeDefined();
  });

  it('cannot be declared twice', async () => {
    const twice = [...routes, ...routes];
    await expect(createTestApi({ db: api.db, routes: twice })).rejects.toThrow('Two routes are declared');
  });
});

describe('the page that shows it', () => {
  it('loads only local files and runs no inline script, so the strict CSP lets it work', async () => {
    await api.request.get('/api/docs').expect(308).expect('location', '/api/docs/');
    const { text, headers } = await api.request.get('/api/docs/').expect(200);
    expect(headers['content-security-policy']).toContain("script-src 'self'");
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    const scripts = [...text.matchAll(/<script([^>]*)>([^<]*)/g)];
    expect(scripts.length).toBeGreaterThan(1);
    for (const [, attributes = '', inline = ''] of scripts) {
      expect(inline.trim()).toBe('');
      const file = /src="\.\/([^"]+)"/.exec(attributes)?.[1];
      await api.request.get(`/api/docs/${file}`).expect(200);
    }
    const { text: init } = await api.request.get('/api/docs/swagger-ui-init.js').expect(200);
    expect(init).toContain('/api/docs.json');
    const missing = await api.request.get('/api/docs/no-such-file.js').expect(404);
    expect(missing.body.success).toBe(false);
    await api.request.put('/api/docs/').expect(404);
  });
});
