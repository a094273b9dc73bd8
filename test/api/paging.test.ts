import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { tmpdir } from 'node:os';
import { SelectQueryBuilder } from 'typeorm';
import { allRoutes, type RouteServices } from '../../src/api/routes/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { PageQuery } from '../../src/lib/page-query.js';
import { encodeCursor } from '../../src/lib/pages.js';
import {
  ConsentService,
  ContactService,
  ImportService,
  ListService,
  MergeService,
  NumberCheckService,
  PersonService,
  SuppressionService,
} from '../../src/modules/contacts/index.js';
import { DiskMediaStore, MediaService } from '../../src/modules/media/index.js';
import { MessageService } from '../../src/modules/messages/index.js';
import { SegmentService } from '../../src/modules/segments/index.js';
import { SenderService } from '../../src/modules/senders/index.js';
import { TemplateService } from '../../src/modules/templates/index.js';
import { createWorld, draft, phone, type World } from '../campaigns/world.js';
import { openTestThreads } from '../support/threads.js';
import { createTestApi, type TestApi } from './harness.js';

// Declaring routes calls no service; here is every list route there is, also those that are still to come.
const lists = allRoutes({ version: '0', maxUploadBytes: 1, clock: systemClock } as RouteServices)
  .filter(({ method, response }) => method === 'get' && Array.isArray(response.data))
  .map(({ path, query }) => ({ path, query }));

const threads = openTestThreads();
let world: World;
let api: TestApi;
let token: string;
/** What stands for `:id`, by the path segment before it. */
let ids: Record<string, string>;

beforeAll(async () => {
  world = await createWorld();
  const { database } = world.db;
  const deps = { database, clock: systemClock, logger: createLogger('silent'), queue: world.queue };
  const contactService = new ContactService(deps);
  const segments = new SegmentService({ ...deps, contacts: contactService });
  const numberChecks = new NumberCheckService({ ...deps, transports: ['simulator'] });
  const services = {
    contacts: contactService,
    lists: new ListService(deps),
    suppressions: new SuppressionService(deps),
    consents: new ConsentService(deps),
    people: new PersonService({ ...deps, records: [] }),
    merges: new MergeService({ ...deps, contacts: contactService, records: [] }),
    numberChecks,
    imports: new ImportService({ ...deps, threads, filesDir: tmpdir() }),
    segments,
    senders: new SenderService({ ...deps, transports: {} }),
    campaigns: world.manager,
    templates: new TemplateService(deps),
    media: new MediaService({
      ...deps,
      store: new DiskMediaStore(tmpdir()),
      remote: { fetch: () => Promise.reject(new Error('Lists fetch nothing.')) },
    }),
    messages: new MessageService(deps),
    version: '0',
    maxUploadBytes: 1,
    clock: systemClock,
  } as RouteServices;
  const ownByHarness = new Set(['auth', 'api-keys']);
  const routes = allRoutes(services).filter(({ tag }) => !ownByHarness.has(tag));
  api = await createTestApi({ db: world.db, routes });
  token = await api.token();
  const tenantId = (await get('/api/me')).body.data.tenantId;
  const sender = await world.sender(tenantId, 'first');
  const contacts = [phone(1), phone(2), phone(3)];
  const { campaign } = await world.manager.create(tenantId, draft({ contacts }));
  const filter = { field: 'name', op: 'exists', value: false };
  const segment = await segments.create(tenantId, { name: 'Nameless', filter });
  const contact = await contactService.create(tenantId, { phoneNumber: phone(4) });
  const check = await numberChecks.create(tenantId, { phoneNumbers: [phone(4)] });
  ids = {
    senders: sender,
    campaigns: campaign.id,
    segments: segment.id,
    contacts: contact.id,
    checks: check.id,
  };
});
afterAll(async () => {
  await api.close();
  await threads.close();
  await world.db.close();
});

const get = (path: string) =>
  api.request
    .get(path.replace(/([\w-]+)\/:id/, (_, of: string) => `${of}/${ids[of]}`))
    .set('authorization', `Bearer ${token}`);

it('knows the list routes', () => {
  expect(lists.length).toBeGreaterThanOrEqual(8);
});

describe.each(lists)('GET $path', ({ path, query }) => {
  it('takes what every list takes, with a default of 50', () => {
    const empty = query && new query();
    expect(empty).toBeInstanceOf(PageQuery);
    expect(empty).toMatchObject({ limit: 50 });
  });

  it.each(['1', '500'])('returns a page of limit %s', async (limit) => {
    const { status, body } = await get(`${path}?limit=${limit}`);
    expect(status).toBe(200);
    expect(body).toHaveProperty('nextCursor');
  });

  it.each(['0', '-1', '501', 'abc', '', '1.5', '1&limit=2'])(
    'refuses limit=%s and names it',
    async (limit) => {
      const { status, body } = await get(`${path}?limit=${limit}`);
      expect(status).toBe(400);
      expect(body.errors).toEqual([{ path: 'limit', message: expect.any(String) }]);
    },
  );

  it.each([
    'garbage',
    encodeCursor(['x']),
    encodeCursor([7]),
    encodeCursor([]),
    encodeCursor(['+\0']),
    encodeCursor([newId() + '\0']),
    'a'.repeat(1_001),
    'a&cursor=b',
  ])('refuses a cursor that is none of its own and names it: %s', async (cursor) => {
    const { status, body } = await get(`${path}?cursor=${cursor}`);
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ path: 'cursor', message: expect.any(String) }]);
  });
});

it('all lists refuse a strange cursor in the same words', async () => {
  const messages = await Promise.all(
    lists.map(async ({ path }) => (await get(`${path}?cursor=x`)).body.message),
  );
  expect(new Set(messages)).toEqual(new Set(['cursor: send the nextCursor of the page before, or none']));
});

it('a cursor leads from page to page', async () => {
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await get(`/api/campaigns/:id/contacts?limit=2${cursor}`);
    seen.push(...body.data.map(({ phoneNumber }: { phoneNumber: string }) => phoneNumber));
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
  } while (cursor !== '');
  expect(seen).toEqual([phone(1), phone(2), phone(3)]);
});

describe('a page that is too long is refused before it is read', () => {
  const LONG = "repeat('x', 17 * 1024 * 1024)";
  const text = `jsonb_build_object('type', 'text', 'content', ${LONG})`;

  // What others need to be found comes last.
  it.each<[string, string, number?]>([
    ['/api/campaigns', `UPDATE campaigns SET parts = jsonb_build_array(${text}) WHERE tenant_id = $1`],
    [
      '/api/messages',
      `INSERT INTO messages (id, tenant_id, direction, type, state, body)
       VALUES (gen_random_uuid(), $1, 'in', 'text', 'received', ${LONG})`,
    ],
    [
      '/api/imports',
      `INSERT INTO imports (id, tenant_id, file_name, file_path, status, options)
       VALUES (gen_random_uuid(), $1, 'a.csv', 'a', 'completed', jsonb_build_object('titles', ${LONG}))`,
    ],
    ['/api/senders', `UPDATE senders SET transport_config = ${text} WHERE tenant_id = $1`],
    [
      '/api/contacts',
      `UPDATE contacts SET name = 'Ana', attributes = jsonb_build_object('a', ${LONG}) WHERE tenant_id = $1`,
    ],
    [
      '/api/contacts/duplicates',
      `INSERT INTO contacts (id, tenant_id, phone, name, attributes)
       SELECT gen_random_uuid(), $1, '+44' || right(phone, 8), name, attributes FROM contacts WHERE tenant_id = $1`,
    ],
    // The segment itself is read.
    ['/api/segments/:id/contacts', `UPDATE contacts SET name = NULL WHERE tenant_id = $1`, 1],
    ['/api/segments', `UPDATE segments SET filter = ${text} WHERE tenant_id = $1`],
  ])('GET %s', async (path, makeLong, others = 0) => {
    const { tenantId } = (await get('/api/me')).body.data;
    await world.db.database.manager.query(makeLong, [tenantId]);
    const reads = jest.spyOn(SelectQueryBuilder.prototype, 'getMany');
    const { status, body } = await get(path);
    const read = reads.mock.calls.length;
    reads.mockRestore();
    expect(status).toBe(413);
    expect(body.message).toBe('This page has more than 16777216 characters. Ask for fewer items with limit.');
    expect(read).toBe(others);
  });
});
