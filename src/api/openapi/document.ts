import { yieldingWork } from '../../lib/yielding-work.js';
import type { Route } from '../route.js';
import type { JsonSchema } from './adapt.js';
import { errorResponses, errorsOf, isShared } from './errors.js';
import { SchemaCollection } from './schemas.js';

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: object;
  servers: object[];
  tags: { name: string }[];
  security: object[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; responses: object; securitySchemes: object };
}

interface Operation {
  operationId: string;
  [field: string]: unknown;
}

const INTRODUCTION = `Answers under /api are \`{"success":true,"data":...}\` or
\`{"success":false,"message":"...","errors":[{"path":"...","message":"..."}]}\`. Lists are paged by cursor: pass
\`nextCursor\` of one answer as \`cursor\` of the next request; null means that there is no more.`;

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token from POST /api/auth/login, or an API key.',
  },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
};

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeat with the same key within 24 hours gets the first answer instead of happening again.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/**
 * The OpenAPI 3.1 document of these routes, made of their declarations and DTO classes. That takes some tenths of a second,
 * with time for others in between.
 */
export async function openApiDocument(routes: readonly Route[], version: string): Promise<OpenApiDocument> {
  const work = yieldingWork(Number.POSITIVE_INFINITY);
  const schemas = new SchemaCollection();
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    const path = documentedPath(route.path);
    paths[path] = { ...paths[path], [route.method]: operationOf(route, schemas) };
    await work.yieldIfDue();
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Starling',
      version,
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    components: { schemas: schemas.all(), responses: errorResponses, securitySchemes },
  };
}

/** `/api/contacts/:id` as the document writes it: `/api/contacts/{id}`. */
export function documentedPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

function operationOf(route: Route, schemas: SchemaCollection): Operation {
  const parameters = [
    ...pathParameters(route),
    ...queryParameters(route, schemas),
    ...(route.idempotent ? [idempotencyKey] : []),
  ];
  const requestBody = requestBodyOf(route, schemas);
  const scope = route.access === 'public' || route.access === 'authenticated' ? undefined : route.access;
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...descriptionOf(route, scope),
    ...(route.access === 'public' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody ? { requestBody } : {}),
    responses: {
      [route.response.status]: {
        description: route.response.description,
        content: successContent(route, schemas),
      },
      ...errorsOf(route),
    },
  };
}

function descriptionOf(route: Route, scope: string | undefined): { description?: string } {
  const { aliasOf } = route;
  const sentences = [
    ...(aliasOf === undefined ? [] : [`Another name of \`${aliasOf}\`.`]),
    ...(scope === undefined ? [] : [`Needs the scope \`${scope}\`.`]),
    ...(isShared(route)
      ? ['Expensive: few of a tenant run at once, a few more wait, others get a 429.']
      : []),
  ];
  return sentences.length === 0 ? {} : { description: sentences.join(' ') };
}

function operationId(route: Route): string {
  const words = route.path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'api');
  const name = route.method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return route.aliasOf === undefined ? name : `${name}Alias`;
}

function pathParameters(route: Route): object[] {
  return [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => {
    const isUuid = name === 'id' || name.endsWith('Id');
    const schema = isUuid ? { type: 'string', format: 'uuid' } : { type: 'string' };
    return { name, in: 'path', required: true, schema };
  });
}

function queryParameters(route: Route, schemas: SchemaCollection): object[] {
  if (!route.query) return [];
  const { properties = {}, required = [] } = schemas.resolve(route.query);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: withoutNull(schema),
  }));
}

/** A query string cannot say null. */
function withoutNull(schema: JsonSchema): JsonSchema {
  if (!Array.isArray(schema.type)) return schema;
  const types = schema.type.filter((type) => type !== 'null');
  const values = schema.enum?.filter((value) => value !== null);
  return { ...schema, ...(values ? { enum: values } : {}), type: types.length === 1 ? types[0] : types };
}

function requestBodyOf(route: Route, schemas: SchemaCollection): object | undefined {
  if (route.upload) {
    const { properties = {}, required = [] } = route.body ? schemas.resolve(route.body) : {};
    const file = {
      type: 'string',
      format: 'binary',
      description: `At most ${route.upload.maxBytes} bytes.`,
    };
    const schema = {
      type: 'object',
      properties: { [route.upload.field]: file, ...properties },
      required: [route.upload.field, ...required],
    };
    return { required: true, content: { 'multipart/form-data': { schema } } };
  }
  if (!route.body) return undefined;
  return { required: true, content: { 'application/json': { schema: schemas.ref(route.body) } } };
}

function successContent(route: Route, schemas: SchemaCollection): object {
  const { data, contentType, otherTypes = [], bare } = route.response;
  const others = Object.fromEntries(otherTypes.map((type) => [type, { schema: { type: 'string' } }]));
  if (contentType === 'application/json') return { [contentType]: { schema: { type: 'object' } } };
  if (contentType !== undefined) return { [contentType]: { schema: { type: 'string' } }, ...others };
  const schema = Array.isArray(data)
    ? { type: 'array', items: schemas.ref(data[0]) }
    : data
      ? schemas.ref(data)
      : {};
  return {
    'application/json': {
      schema: bare ? schema : envelope(schema, Array.isArray(data), isPaged(route, schemas)),
    },
    ...others,
  };
}

function isPaged(route: Route, schemas: SchemaCollection): boolean {
  return route.query !== undefined && 'cursor' in (schemas.resolve(route.query).properties ?? {});
}

function envelope(data: JsonSchema, isList: boolean, paged: boolean): JsonSchema {
  const paging: Record<string, JsonSchema> = {
    nextCursor: { type: ['string', 'null'] },
    total: { type: 'integer', description: 'Where counting is cheap.' },
  };
  const isPage = isList && paged;
  return {
    type: 'object',
    properties: { success: { type: 'boolean', const: true }, data, ...(isPage ? paging : {}) },
    required: ['success', 'data', ...(isPage ? ['nextCursor'] : [])],
  };
}
