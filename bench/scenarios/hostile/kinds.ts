import { ApiClient } from '../../../src/demo/api-client.js';
import { until } from '../../../src/demo/until.js';
import { deepWorkbook, quotedCells, styledWorkbook } from './files.js';

export interface Target {
  server: { url: string };
  attacker: ApiClient;
}

export interface HostileKind {
  id: string;
  /** Ends a sentence: "the longest block under ...". */
  title: string;
  prepare(target: Target): Promise<{
    /** Sends one and resolves with the status it was answered with. A download ends when its caller leaves. */
    request: (leaves: AbortSignal) => Promise<number>;
    /** Requests, where fewer than usual are enough. */
    most?: number;
    /** Resolves when what the requests have begun in the background is over. */
    settle?: () => Promise<void>;
  }>;
}

/** In place of a status: the caller did not wait for the end of its answer. */
const LEFT = 0;

/** Just below what a body may hold before log-in. */
const PUBLIC_BYTES = 16_000;
const MOST_UPLOADS = 3;
/** They are taken, and their messages wait for a sender for as long as the bench runs. */
const MOST_BULKS = 20;

/** Each once was, or might be, work without a bound. */
export const hostileKinds: readonly HostileKind[] = [
  json(
    'faults',
    'bodies of long keys, refused before log-in',
    '/api/auth/login',
    () => faultyBody(PUBLIC_BYTES),
    {
      anonymous: true,
    },
  ),
  json(
    'tokens',
    'a body of a million small values',
    '/api/message/send-bulk',
    () => `{"messages":[${'[],'.repeat(1_000_000)}0]}`,
  ),
  json(
    'depth',
    'a body of ten thousand levels',
    '/api/segments/preview',
    () => `{"filter":${'{"not":'.repeat(10_000)}{}${'}'.repeat(10_000)}}`,
  ),
  json('filter', 'the most costly filter that is taken', '/api/segments/preview', () =>
    JSON.stringify({ filter: costlyFilter(5) }),
  ),
  json('conditions', 'a filter of a hundred parts of texts', '/api/segments/preview', () =>
    JSON.stringify({ filter: costlyFilter(100) }),
  ),
  json('dates', 'date formats of hundreds of directives in a loop', '/api/templates/preview', () =>
    JSON.stringify({
      content: `{% for i in (1..100) %}{{ "2026-11-30" | date: "${'%A%c'.repeat(900)}" }}{% endfor %}`,
      variables: {},
    }),
  ),
  json(
    'bulk',
    'three hundred costly texts in one request',
    '/api/message/send-bulk',
    () => bulkOf(costlyMessages(300, 20)),
    { most: MOST_BULKS },
  ),
  json(
    'bulk-refused',
    'three hundred texts, each beyond the steps of a rendering',
    '/api/message/send-bulk',
    () => bulkOf(costlyMessages(300, 25)),
  ),
  download(
    'export',
    'an export with long blanks and hundreds of attributes',
    '/api/contacts/export?format=csv',
  ),
  download('export-xlsx', 'the same export as a workbook', '/api/contacts/export?format=xlsx'),
  file('styles', 'a workbook of very many styles', 'styles.xlsx', styledWorkbook),
  file('tags', 'a workbook of nested tags', 'tags.xlsx', deepWorkbook),
  file('quotes', 'a csv file of quotes', 'quotes.csv', quotedCells),
  publicRoutes(),
  json(
    'passwords',
    'guesses of passwords',
    '/api/auth/login',
    () => JSON.stringify({ email: 'bench@example.com', password: 'not this one' }),
    {
      anonymous: true,
    },
  ),
];

function json(
  id: string,
  title: string,
  path: string,
  body: () => string,
  { anonymous = false, most }: { anonymous?: boolean; most?: number } = {},
): HostileKind {
  return {
    id,
    title,
    async prepare({ server, attacker }) {
      const client = anonymous ? ApiClient.anonymous(server.url) : attacker;
      const text = body();
      return {
        most,
        request: () =>
          client.status(path, {
            method: 'POST',
            body: text,
            headers: { 'content-type': 'application/json' },
          }),
      };
    },
  };
}

function download(id: string, title: string, path: string): HostileKind {
  return {
    id,
    title,
    prepare: async ({ attacker }) => ({ request: (leaves) => begunDownload(attacker, path, leaves) }),
  };
}

/** The whole of it takes minutes, in which nothing else comes than in the first seconds. */
async function begunDownload(attacker: ApiClient, path: string, leaves: AbortSignal): Promise<number> {
  try {
    return await attacker.status(path, { signal: leaves });
  } catch (error) {
    if (leaves.aborted) return LEFT;
    throw error;
  }
}

function file(id: string, title: string, name: string, content: () => Buffer): HostileKind {
  return {
    id,
    title,
    async prepare({ attacker }) {
      const blob = new Blob([content()]);
      const request = (): Promise<number> => {
        const form = new FormData();
        form.set('file', blob, name);
        return attacker.status('/api/contacts/import', { method: 'POST', body: form });
      };
      return { request, most: MOST_UPLOADS, settle: () => importsEnded(attacker) };
    },
  };
}

async function importsEnded(api: ApiClient): Promise<void> {
  await until(
    'the end of the imports',
    async () => {
      const imports = await api.get<{ status: string }[]>('/api/imports?limit=50');
      return imports.every(({ status }) => status === 'completed' || status === 'failed') ? true : undefined;
    },
    { timeoutMs: 300_000, everyMs: 100 },
  );
}

function publicRoutes(): HostileKind {
  const paths = ['/api/docs.json', '/health/ready', '/api/docs/', '/no/such/route', '/health'];
  return {
    id: 'public',
    title: 'floods of routes that need no log-in',
    async prepare({ server }) {
      const client = ApiClient.anonymous(server.url);
      let next = 0;
      return {
        async request() {
          next += 1;
          return client.status(paths[next % paths.length] ?? '/health', {});
        },
      };
    },
  };
}

/** Of keys that no route knows. */
function faultyBody(bytes: number): string {
  const key = 'k'.repeat(90);
  const entries = Array.from({ length: Math.floor(bytes / 105) }, (_, index) => `"${key}${index}":${index}`);
  return `{${entries.join(',')}}`;
}

/** Every one of them has to look into texts. */
function costlyFilter(conditions: number): object {
  return {
    any: Array.from({ length: conditions }, (_, index) => ({
      field: index % 2 === 0 ? 'name' : 'attributes.city',
      op: 'contains',
      value: `zz${index}`,
    })),
  };
}

function bulkOf(messages: object[]): string {
  return JSON.stringify({ messages, skipInvalid: true });
}

/** Close to the limits of a template. With 20 rounds it can be rendered, with 25 that takes too many steps. */
function costlyMessages(count: number, rounds: number): object[] {
  const range = `(1..${rounds})`;
  const loop = `{% for i in ${range} %}{% for j in ${range} %}{{ name | default: "you" | upcase }}{% endfor %}{% endfor %}`;
  return Array.from({ length: count }, (_, index) => ({
    to: `+55119${String(10_000_000 + index)}`,
    type: 'text',
    template: true,
    content: `${loop}${'{a|b|c|d}'.repeat(300)} ${index}`,
  }));
}
