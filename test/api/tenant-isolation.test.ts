import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonSchema } from '../../src/api/openapi/adapt.js';
import { becomes, dataOf, fillTenant, pathOf, traces, type FilledTenant } from './filled-tenant.js';
import { declaredRoutes, startSurface, type Call, type Surface } from './surface.js';

let surface: Surface;
/** The tenant with something to steal. */
let owned: FilledTenant;
let victim: { call: Call; tenantId: string };
/** The owner of another tenant, who knows all the ids. */
let stranger: Call;

beforeAll(async () => {
  surface = await startSurface();
  victim = await surface.as('owner');
  owned = await fillTenant(victim.call);
  // At rest, so that nothing but the stranger could change what belongs to the tenant.
  await victim.call('POST', `/api/senders/${owned.senders}/disconnect`);
  await becomes(victim.call, `/api/senders/${owned.senders}`, 'disconnected');
  stranger = (await surface.as('owner')).call;
});
afterAll(() => surface.close());

/** Valid bodies, so that a request gets as far as looking for the thing. A route with another body is missing here. */
const bodies: Record<string, (ids: FilledTenant) => object> = {
  'patch /api/lists/:id': () => ({ name: 'Mine now' }),
  'patch /api/segments/:id': () => ({ name: 'Mine now' }),
  'patch /api/contacts/:id': () => ({ name: 'Mine now' }),
  'post /api/contacts/:id/merge': ({ contacts }) => ({ contactId: contacts }),
  'post /api/contacts/:id/consents': () => ({ kind: 'withdrawn', source: 'mischief' }),
  'post /api/contacts/:id/erase': () => ({}),
  'patch /api/senders/:id': () => ({ name: 'Mine now' }),
  'patch /api/campaigns/:id': () => ({ name: 'Mine now' }),
  'post /api/campaigns/:id/test': () => ({ phoneNumbers: ['+5511961000098'] }),
  'post /api/campaigns/:id/retry-failed': () => ({}),
  'post /api/campaigns/:id/duplicate': () => ({ audience: 'same' }),
  'patch /api/templates/:id': () => ({ name: 'Mine now' }),
  'post /api/lists/:id/members': ({ contacts }) => ({ contactIds: [contacts] }),
};

/** The id of a row; a business-scoped id is WhatsApp's, and names a person. */
function isRowId(name: string): boolean {
  return /Ids?$/.test(name) && !name.startsWith('businessScopedId');
}

/** Everything of the tenant in every table; the columns that change by themselves are left out. */
async function fingerprint(): Promise<object> {
  const { manager } = surface.db.database;
  const tables = await manager.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE column_name = 'tenant_id' AND table_schema = 'public' ORDER BY 1`,
  );
  const prints: Record<string, unknown> = {};
  for (const { name } of tables.filter(
    // Events are numbered and copied meanwhile; event_sequences says how many were written.
    (table) => !/^(refresh_tokens|idempotency_keys|event_log|events.*)$/.test(table.name),
  )) {
    prints[name] = await manager.query(
      `SELECT count(*), md5(string_agg(to_jsonb(t)::text, ',' ORDER BY to_jsonb(t)::text)) FROM ${name} t
       WHERE tenant_id = $1`,
      [victim.tenantId],
    );
  }
  return prints;
}

const withIds = declaredRoutes.filter(({ path }) => path.includes(':'));
const withoutIds = declaredRoutes.filter(
  ({ path, method, access }) => !path.includes(':') && method === 'get' && access !== 'public',
);

describe('the things of a tenant', () => {
  it('are known to their owner, so that a 404 below means something', async () => {
    for (const { path } of withIds.filter(({ method }) => method === 'get')) {
      const { status } = await victim.call('GET', pathOf(path, owned));
      // The sender shows no QR code any more.
      expect({ path, status }).toEqual({ path, status: path.endsWith('/qr') ? 422 : 200 });
    }
  });

  it.each(withIds.map((route) => [`${route.method} ${route.path}`, route] as const))(
    'do not exist for others: %s',
    async (name, { method, path, body }) => {
      const before = await fingerprint();
      const input = bodies[name]?.(owned);
      if (body && !input) throw new Error(`Add a valid body for "${name}".`);
      const answer = await stranger(method.toUpperCase(), pathOf(path, owned), { body: input });
      expect(answer.status).toBe(404);
      expect(Object.values(traces).filter((trace) => answer.text.includes(trace))).toEqual([]);
      expect(await fingerprint()).toEqual(before);
    },
  );

  it.each(withoutIds.map(({ path }) => path))('are not among those of others: %s', async (path) => {
    const { status, text } = await stranger('GET', path);
    // A comparison has to be told of what.
    expect(status).toBe(path === '/api/campaigns/compare' ? 400 : 200);
    const hints = [...Object.values(traces), ...Object.values(owned), victim.tenantId];
    expect(hints.filter((hint) => text.includes(hint))).toEqual([]);
  });
});

describe('campaigns to compare', () => {
  it('are the own ones only', async () => {
    const draft = { name: 'Own', template: 'x', contacts: ['+5511962000011'] };
    await stranger('POST', '/api/senders', { body: { name: 'For comparison', transport: 'simulator' } });
    const own = dataOf(await stranger('POST', '/api/campaigns', { body: draft }));
    const { status, text } = await stranger(
      'GET',
      `/api/campaigns/compare?ids=${own['id']},${owned.campaigns}`,
    );
    expect(status).toBe(404);
    expect(text).not.toContain('Parcels');
  });
});

describe('lists filtered by something of another tenant', () => {
  const filters: Record<string, keyof FilledTenant> = {
    listId: 'lists',
    campaignId: 'campaigns',
    contactId: 'contacts',
    senderId: 'senders',
    bulkId: 'bulks',
    testId: 'bulks',
    originId: 'campaigns',
  };

  it('are empty, or know no such thing', async () => {
    let asked = 0;
    for (const { path } of withoutIds) {
      const operation = surface.document.paths[path]?.['get'];
      const parameters = (operation?.['parameters'] ?? []) as { name: string }[];
      for (const { name } of parameters.filter((parameter) => isRowId(parameter.name))) {
        const collection = filters[name];
        if (!collection) throw new Error(`${path}: say what the filter ${name} is about.`);
        const { status, body } = await stranger('GET', `${path}?${name}=${owned[collection]}`);
        expect([200, 404]).toContain(status);
        if (status === 200) expect(body?.data).toEqual([]);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(3);
  });
});

describe('requests that name something of another tenant in their body', () => {
  const draft = { name: 'x', template: 'x', contacts: ['+5511962000001'] };
  const tagged = { addTags: ['stolen'] };
  const message = { to: '+5511962000003', type: 'text', content: 'x' };
  const image = { to: '+5511962000003', type: 'image' };
  const sending = (path: string) => ({
    senderId: ({ senders }: FilledTenant): [string, object] => [path, { ...message, senderId: senders }],
    mediaId: ({ media }: FilledTenant): [string, object] => [path, { ...image, mediaId: media }],
  });
  const toMany = { recipients: ['+5511962000003'] };
  const sendingBulk = (path: string) => ({
    senderId: ({ senders }: FilledTenant): [string, object] => [
      path,
      { ...toMany, type: 'text', content: 'x', senderId: senders },
    ],
    mediaId: ({ media }: FilledTenant): [string, object] => [
      path,
      { ...toMany, type: 'image', mediaId: media },
    ],
  });
  const cases: Record<
    string,
    Record<string, (ids: FilledTenant, list: string) => [path: string, body: object]>
  > = {
    'post /api/contacts': {
      listIds: ({ lists }) => ['/api/contacts', { phoneNumber: '+5511962000002', listIds: [lists] }],
    },
    'post /api/contacts/bulk': {
      contactIds: ({ contacts }) => ['/api/contacts/bulk', { contactIds: [contacts], changes: tagged }],
      listId: ({ lists }) => ['/api/contacts/bulk', { listId: lists, changes: tagged }],
    },
    'post /api/contacts/check': {
      contactIds: ({ contacts }) => ['/api/contacts/check', { contactIds: [contacts] }],
      listId: ({ lists }) => ['/api/contacts/check', { listId: lists }],
    },
    'post /api/contacts/{id}/merge': {
      contactId: ({ contacts }) => [`/api/contacts/${ownContact}/merge`, { contactId: contacts }],
    },
    'post /api/lists/{id}/members': {
      contactIds: ({ contacts }, list) => [`/api/lists/${list}/members`, { contactIds: [contacts] }],
    },
    'post /api/campaigns': {
      listIds: ({ lists }) => ['/api/campaigns', { ...draft, listIds: [lists] }],
      senderIds: ({ senders }) => ['/api/campaigns', { ...draft, senderIds: [senders] }],
      segmentIds: ({ segments }) => ['/api/campaigns', { ...draft, segmentIds: [segments] }],
      importIds: ({ imports }) => ['/api/campaigns', { ...draft, importIds: [imports] }],
      templateId: ({ templates }) => [
        '/api/campaigns',
        { name: 'x', contacts: draft.contacts, templateId: templates },
      ],
    },
    'patch /api/campaigns/{id}': {
      templateId: ({ templates }) => [`/api/campaigns/${ownCampaign}`, { templateId: templates }],
      senderIds: ({ senders }) => [`/api/campaigns/${ownCampaign}`, { senderIds: [senders] }],
    },
    'post /api/campaigns/{id}/test': {
      contactId: ({ contacts }) => [
        `/api/campaigns/${ownCampaign}/test`,
        { phoneNumbers: ['+5511962000098'], contactId: contacts },
      ],
    },
    'post /api/templates/preview': {
      templateId: ({ templates }) => ['/api/templates/preview', { templateId: templates }],
      contactIds: ({ contacts }) => ['/api/templates/preview', { content: 'Hi', contactIds: [contacts] }],
      listId: ({ lists }) => ['/api/templates/preview', { content: 'Hi', listId: lists }],
    },
    'post /message/send': sending('/message/send'),
    'post /api/message/send': sending('/api/message/send'),
    'post /message/send-bulk': sendingBulk('/message/send-bulk'),
    'post /api/message/send-bulk': sendingBulk('/api/message/send-bulk'),
  };

  let ownContact = '';
  let ownCampaign = '';

  /** Every `...Id` and `...Ids` of every documented JSON body. */
  function idsInBodies(): [operation: string, property: string][] {
    return Object.entries(surface.document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) => {
        const content = (
          operation['requestBody'] as { content?: Record<string, { schema: JsonSchema }> } | undefined
        )?.content;
        const reference = content?.['application/json']?.schema.$ref?.split('/').at(-1) ?? '';
        const properties = Object.keys(surface.document.components.schemas[reference]?.properties ?? {});
        return properties
          .filter(isRowId)
          .map((property): [string, string] => [`${method} ${path}`, property]);
      }),
    );
  }

  it('are refused and change nothing', async () => {
    const own = dataOf(await stranger('POST', '/api/lists', { body: { name: 'Own' } }));
    const contact = await stranger('POST', '/api/contacts', { body: { phoneNumber: '+5511962000077' } });
    ownContact = dataOf(contact)['id'] ?? '';
    await stranger('POST', '/api/senders', { body: { name: 'Own', transport: 'simulator' } });
    ownCampaign = dataOf(await stranger('POST', '/api/campaigns', { body: draft }))['id'] ?? '';
    expect(idsInBodies().length).toBeGreaterThan(2);
    for (const [operation, property] of idsInBodies()) {
      const request = cases[operation]?.[property]?.(owned, own['id'] ?? '');
      if (!request) throw new Error(`Add a case for ${property} of ${operation}.`);
      const before = await fingerprint();
      const [method = ''] = operation.split(' ');
      const { status, body } = await stranger(method.toUpperCase(), request[0], { body: request[1] });
      expect({ operation, property, status }).toEqual({ operation, property, status: 400 });
      expect(body?.errors[0]?.path).toContain(property);
      expect(await fingerprint()).toEqual(before);
    }
    const contacts = await stranger('GET', `/api/contacts?listId=${own['id']}`);
    expect(contacts.body?.data).toEqual([]);
  });

  it('cannot take a foreign contact off a list', async () => {
    const own = dataOf(await stranger('POST', '/api/lists', { body: { name: 'Another' } }));
    const { status } = await stranger('DELETE', `/api/lists/${own['id']}/members/${owned.contacts}`);
    expect(status).toBe(404);
  });
});

describe('what two tenants choose alike', () => {
  it('does not collide: names, numbers and idempotency keys', async () => {
    const headers = { 'idempotency-key': 'the-same-in-both-tenants' };
    const body = { phoneNumber: traces.contactPhone, name: 'Somebody else' };
    const first = await victim.call('POST', '/api/contacts', {
      body: { phoneNumber: '+5511962000009' },
      headers,
    });
    const second = await stranger('POST', '/api/contacts', { body, headers });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.headers.get('idempotent-replayed')).toBeNull();
    expect(second.body?.data).toMatchObject({ name: 'Somebody else' });
    const list = await stranger('POST', '/api/lists', { body: { name: traces.listName } });
    const sender = await stranger('POST', '/api/senders', {
      body: { name: 'Zenobia', transport: 'simulator' },
    });
    expect([list.status, sender.status]).toEqual([201, 201]);
    const contact = await victim.call('GET', `/api/contacts/${owned.contacts}`);
    expect(contact.body?.data['name']).toBe(traces.contactName);
  });
});
