import type { Route } from '../route.js';

const failureSchema = {
  type: 'object',
  properties: {
    success: { type: 'boolean', const: false },
    message: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
  },
  required: ['success', 'message', 'errors'],
};

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
};

function failure(description: string, headers?: object): object {
  return {
    description,
    content: { 'application/json': { schema: failureSchema } },
    ...(headers ? { headers } : {}),
  };
}

/** Documented once; every operation refers to those it can give. */
export const errorResponses = {
  Invalid: failure('The input is wrong; `errors` names each field.'),
  Unauthenticated: failure('Credentials are missing, wrong or expired.'),
  Forbidden: failure('The caller may not do this.'),
  NotFound: failure('There is no such thing in this tenant.'),
  TooSlow: failure('The file arrives too slowly.'),
  Conflict: failure('The state of the thing does not allow this.'),
  TooLarge: failure('The body, the file or the page is over the limit.'),
  UnsupportedType: failure('The body has the wrong content type.'),
  NotPossible: failure(
    'Something is missing for this to work now, or it takes too long; the message says what.',
  ),
  TooMany: failure('Too many requests or attempts, or too many expensive ones at once.', retryAfter),
  Unexpected: failure('A bug or broken infrastructure; the message has an id to look for in the log.'),
  Unavailable: failure('The server is starting, draining or cut off from its database.', retryAfter),
};

/** Whether its requests take turns, and may be too expensive to be answered. */
export function isShared({ work }: Route): boolean {
  return work !== undefined && work !== 'short';
}

type ErrorName = keyof typeof errorResponses;

/** The failures a route can answer with, derived from what it declares. */
export function errorsOf(route: Route): Record<string, object> {
  const hasInput = route.body !== undefined || route.upload !== undefined || route.query !== undefined;
  const changes = route.method !== 'get';
  const isList = !changes && Array.isArray(route.response.data);
  const applies: [number, ErrorName, boolean][] = [
    [400, 'Invalid', hasInput || route.path.includes(':')],
    [401, 'Unauthenticated', route.access !== 'public' || route.tag === 'auth'],
    [403, 'Forbidden', route.access !== 'public'],
    [404, 'NotFound', route.path.includes(':')],
    [408, 'TooSlow', route.upload !== undefined],
    [409, 'Conflict', changes && route.access !== 'public'],
    [413, 'TooLarge', isList || (changes && (route.body !== undefined || route.upload !== undefined))],
    [415, 'UnsupportedType', changes && (route.body !== undefined || route.upload !== undefined)],
    [
      422,
      'NotPossible',
      route.notPossible === true || isShared(route) || (changes && route.access !== 'public'),
    ],
    [429, 'TooMany', !route.path.startsWith('/health')],
    [500, 'Unexpected', true],
    [503, 'Unavailable', !route.path.startsWith('/health')],
  ];
  return Object.fromEntries(
    applies
      .filter(([, , does]) => does)
      .map(([status, name]) => [String(status), { $ref: `#/components/responses/${name}` }]),
  );
}
