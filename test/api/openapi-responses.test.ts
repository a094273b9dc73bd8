import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from '../../src/api/openapi/adapt.js';
import { waitFor } from '../support/wait-for.js';
import { becomes, dataOf, fillTenant, importForm, type FilledTenant } from './filled-tenant.js';
import { startSurface, type Answer, type Call, type Surface } from './surface.js';

interface Documented {
  content: Record<string, { schema: JsonSchema }>;
}

let surface: Surface;
let owned: FilledTenant;
let call: Call;

beforeAll(async () => {
  surface = await startSurface();
  ({ call } = await surface.as('owner'));
  owned = await fillTenant(call);
  await readEverything();
  await changeEverything();
  await askForTheImpossible();
  await removeEverything();
});
afterAll(() => surface.close());

async function readEverything(): Promise<void> {
  const lists = [
    'api-keys',
    'contacts',
    'lists',
    'segments',
    'suppressions',
    'imports',
    'senders',
    'campaigns',
    'messages',
    'media',
    'templates',
  ];
  for (const collection of lists) await call('GET', `/api/${collection}?limit=1`);
  for (const collection of [
    'contacts',
    'lists',
    'segments',
    'imports',
    'senders',
    'campaigns',
    'messages',
    'media',
    'templates',
  ] as const) {
    await call('GET', `/api/${collection}/${owned[collection]}`);
  }
  await readContacts();
  await call('GET', `/api/imports/${owned.imports}/errors`);
  await call('GET', `/api/media/${owned.media}/content`);
  await call('GET', `/api/segments/${owned.segments}/contacts?limit=1`);
  await call('GET', '/api/settings');
  await call('GET', `/api/senders/${owned.senders}/stats`);
  await call('GET', `/api/senders/${owned.senders}/events`);
  for (const report of [
    'stats',
    'stats?by=part,hour&timeZone=Asia/Kathmandu',
    'contacts',
    `contacts/${owned.contacts}/trace`,
    'events',
    'events?kind=campaign.started&limit=1',
    'export',
    'export?format=xlsx&state=sent',
  ]) {
    await call('GET', `/api/campaigns/${owned.campaigns}/${report}`);
  }
  for (const path of ['/api/me', '/health', '/health/live', '/health/ready', '/api/docs.json'])
    await call('GET', path);
}

async function readContacts(): Promise<void> {
  const { contacts, checks, bulk } = owned;
  await call('GET', '/api/contacts?tag=quark&attribute=city:Recife&optedOut=false');
  await call('GET', '/api/contacts?attribute=city');
  await call('GET', '/api/contacts/duplicates?limit=1');
  await call('GET', '/api/contacts/export');
  await call('GET', '/api/contacts/export?format=xlsx&tag=quark');
  await call('GET', `/api/contacts/${contacts}/export`);
  await call('GET', `/api/contacts/${contacts}/consents`);
  await call('GET', `/api/contacts/${contacts}/history`);
  await call('GET', `/api/contacts/checks/${checks}`);
  await call('GET', `/api/contacts/checks/${checks}/results`);
  await call('GET', `/api/contacts/bulk/${bulk}`);
}

/** Two contacts that become one, which is forgotten. */
async function mergeAndErase(): Promise<void> {
  const made = await Promise.all(
    ['+5511961000061', '+5511961000062'].map(async (phoneNumber) =>
      dataOf(await call('POST', '/api/contacts', { body: { phoneNumber, name: 'Bo', tags: ['x'] } })),
    ),
  );
  const [id, other] = made.map((contact) => contact['id']);
  const granted = { kind: 'granted', source: 'fair', proof: 'signed', at: '2026-01-01T00:00:00Z' };
  await call('POST', `/api/contacts/${id}/consents`, { body: granted });
  await call('POST', `/api/contacts/${id}/merge`, { body: { contactId: id } });
  await call('POST', `/api/contacts/${id}/merge`, { body: { contactId: other } });
  await call('GET', `/api/contacts/${id}`);
  await call('POST', `/api/contacts/${id}/erase`, { body: {} });
  const changes = { removeTags: ['quark'], optedOut: false };
  await call('POST', '/api/contacts/bulk', { body: { filter: {}, changes, dryRun: true } });
  await call('POST', '/api/contacts/check', { body: { phoneNumbers: ['nobody'] } });
}

async function changeEverything(): Promise<void> {
  const { contacts, lists, senders } = owned;
  await sendMessages();
  await call('PATCH', `/api/contacts/${contacts}`, { body: { optedOut: true, tags: ['quark'] } });
  await mergeAndErase();
  await call('PATCH', `/api/lists/${lists}`, { body: { name: 'Renamed' } });
  await call('PATCH', `/api/segments/${owned.segments}`, { body: { name: 'Renamed' } });
  await call('POST', '/api/segments/preview', {
    body: { filter: { activity: 'read', campaignId: owned.campaigns, negate: true } },
  });
  await call('PATCH', '/api/settings', {
    body: {
      sendWindow: null,
      quietHours: null,
      frequencyCap: null,
      optOutWords: { added: ['chega'] },
      retention: null,
    },
  });
  await call('DELETE', `/api/lists/${lists}/members/${contacts}`);
  await call('PATCH', `/api/templates/${owned.templates}`, {
    body: { content: 'Hi {{ nobody }} {{ nick }}' },
  });
  await call('POST', '/api/templates/preview', { body: { templateId: owned.templates } });
  await call('POST', '/api/templates/preview', { body: { content: '{a|b}', variables: {} } });
  await call('POST', `/api/lists/${lists}/members`, { body: { contactIds: [contacts] } });
  await call('PATCH', `/api/senders/${senders}`, { body: { tags: ['new'] } });
  for (const action of ['pause', 'resume', 'reset-health', 'disconnect', 'logout']) {
    await call('POST', `/api/senders/${senders}/${action}`);
  }
  const { id } = await runCampaign();
  const waiting = await waitFor(async () => {
    const answer = await call('GET', `/api/campaigns/${id}/stats`);
    return answer.text.includes('waitingFor') ? answer : undefined;
  });
  expect(waiting.status).toBe(200);
  await call('GET', `/api/campaigns/compare?ids=${owned.campaigns},${id}`);
  for (const action of ['pause', 'resume', 'stop']) await call('POST', `/api/campaigns/${id}/${action}`);
  await controlCampaigns();
  await showQrCode();
  const user = dataOf(await logIn());
  const renewed = dataOf(
    await call('POST', '/api/auth/refresh', { body: { refreshToken: user['refreshToken'] } }),
  );
  await call('POST', '/api/auth/logout', { body: { refreshToken: renewed['refreshToken'] } });
}

/** No worker serves it, so its recipients are given their final states by hand. */
async function controlCampaigns(): Promise<void> {
  const draft = {
    name: 'Careful',
    template: 'Hi',
    contacts: ['+5511961000021', '+5511961000022'],
    senderIds: [owned.senders],
    canary: { percent: 50, continueWhen: { maxFailedPercent: 5, afterMinutes: 10 } },
    maxPerSender: 10,
  };
  const { id } = dataOf(await call('POST', '/api/campaigns', { body: draft }));
  const path = `/api/campaigns/${id}`;
  await call('POST', `${path}/dry-run`);
  await call('POST', `${path}/test`, { body: { phoneNumbers: ['+5511961000098'] } });
  await call('POST', `${path}/duplicate`, { body: { name: 'Copy', audience: 'same' } });
  await call('POST', `${path}/continue`);
  await call('POST', `${path}/start`);
  await call('POST', `${path}/pause`);
  await surface.db.database.manager.query(
    `UPDATE deliveries SET state = 'failed', code = 'gave_up' WHERE campaign_id = $1`,
    [id],
  );
  await call('POST', `${path}/retry-failed`, { body: {} });
  await call('POST', `${path}/continue`);
  await call('GET', `${path}/stats`);
  await call('POST', `${path}/stop`);
  const warmUp = { quotas: [20, 50] };
  await call('PATCH', `/api/senders/${owned.senders}`, { body: { warmUp } });
  await call('GET', `/api/senders/${owned.senders}/stats`);
}

/** For tomorrow, so that they are still there to be cancelled. */
async function sendMessages(): Promise<void> {
  const sendAt = new Date(Date.now() + 86_400_000).toISOString();
  for (const path of ['/message/send', '/api/message/send']) {
    const body = { to: '+5511961000055', type: 'text', content: 'Tomorrow', sendAt };
    const { id } = dataOf(await call('POST', path, { body }));
    await call('GET', `/api/messages/${id}`);
    await call('GET', `/api/sends/${id}`);
    await call('POST', `/api/messages/${id}/cancel`);
    await call('POST', `/api/messages/${id}/cancel`);
    const recipients = ['+5511961000056', 'nobody'];
    const bulk = { recipients, type: 'text', content: 'Tomorrow', sendAt, skipInvalid: true };
    await call('POST', `${path}-bulk`, { body: bulk });
    await call('POST', `${path}-bulk`, { body: { ...bulk, skipInvalid: false } });
  }
}

function logIn(): Promise<Answer> {
  const body = { email: 'first@example.com', password: 'correct horse battery staple' };
  return surface.anonymous('POST', '/api/auth/login', { body });
}

/** No sender can serve it: its only one is not connected. */
async function runCampaign() {
  const draft = {
    name: 'Waiting',
    template: 'Hi {{ nick }}',
    contacts: ['+5511961000009', { phoneNumber: '+5511961000010', variables: { nick: 'Bo' } }],
    senderIds: [owned.senders],
  };
  const campaign = dataOf(await call('POST', '/api/campaigns', { body: draft }));
  await call('PATCH', `/api/campaigns/${campaign['id']}`, { body: { name: 'Still waiting' } });
  const timing = {
    recurrence: { cron: '0 9 * * 1', timeZone: 'America/Sao_Paulo', until: '2035-01-01T00:00:00Z' },
    sendWindow: { timeZone: 'recipient', days: [{ day: 1, from: '09:00', to: '18:00' }] },
    maxPerMinute: 60,
    rampUpMinutes: 5,
    priority: 3,
  };
  await call('PATCH', `/api/campaigns/${campaign['id']}`, { body: timing });
  const none = {
    recurrence: null,
    sendWindow: null,
    scheduledAt: null,
    maxPerMinute: null,
    rampUpMinutes: null,
  };
  await call('PATCH', `/api/campaigns/${campaign['id']}`, { body: none });
  await call('GET', `/api/campaigns/${campaign['id']}/problems`);
  const variants = ['A', 'B'].map((name) => ({ name, template: `${name} {{ nick }}` }));
  await call('PATCH', `/api/campaigns/${campaign['id']}`, { body: { variants } });
  await call('GET', `/api/campaigns/${campaign['id']}/problems`);
  await call('POST', `/api/campaigns/${campaign['id']}/start`);
  return campaign;
}

async function showQrCode(): Promise<void> {
  const body = { name: 'Unpaired', transport: 'simulator', transportConfig: { autoPair: false } };
  const sender = dataOf(await call('POST', '/api/senders', { body }));
  await call('POST', `/api/senders/${sender['id']}/connect`);
  await becomes(call, `/api/senders/${sender['id']}`, 'qr');
  for (const format of ['json', 'png', 'svg', 'raw']) {
    await call('GET', `/api/senders/${sender['id']}/qr?format=${format}`);
  }
}

/** One failure of every status a client meets. */
async function askForTheImpossible(): Promise<void> {
  const text = { headers: { 'content-type': 'text/plain' }, body: 'x' };
  await call('POST', '/api/contacts', { body: { name: 5 } });
  await call('GET', '/api/contacts?limit=0');
  await call('GET', '/api/contacts/7');
  await surface.anonymous('GET', '/api/contacts');
  await (await surface.as('viewer')).call('POST', '/api/contacts', { body: {} });
  await call('GET', `/api/contacts/${owned.lists}`);
  await call('POST', '/api/contacts', { body: { phoneNumber: '+5511961000001' } });
  await call('POST', `/api/campaigns/${owned.campaigns}/start`);
  await call('POST', '/api/contacts', { body: { phoneNumber: '9'.repeat(6_000_000) } });
  await call('POST', '/api/contacts', text);
  await call('POST', '/api/contacts/import', text);
  await call('POST', '/api/contacts/import', { form: new FormData() });
  await call('POST', '/api/campaigns', { body: { name: 'x', template: 'x', contacts: [] } });
  await call('GET', `/api/senders/${owned.senders}/qr`);
}

async function removeEverything(): Promise<void> {
  await call('POST', '/api/contacts/import', { form: importForm() });
  for (const collection of [
    'media',
    'templates',
    'campaigns',
    'imports',
    'lists',
    'segments',
    'contacts',
    'suppressions',
    'senders',
    'api-keys',
  ] as const) {
    await call('DELETE', `/api/${collection}/${owned[collection]}`);
  }
}

/** The documented path an answer belongs to; fixed segments win over parameters. */
function templateOf({ path }: Answer): string {
  const [pathname = ''] = path.split('?');
  const fits = (template: string) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname);
  const found = Object.keys(surface.document.paths).filter(fits);
  const template = found.toSorted((a, b) => a.split('{').length - b.split('{').length)[0];
  if (!template) throw new Error(`${pathname} is not documented.`);
  return template;
}

function documentedFor(answer: Answer): Documented | undefined {
  const operation = surface.document.paths[templateOf(answer)]?.[answer.method.toLowerCase()];
  const responses = operation?.['responses'] as Record<string, Documented & { $ref?: string }> | undefined;
  const response = responses?.[answer.status];
  if (response?.$ref === undefined) return response;
  const shared = surface.document.components.responses as Record<string, Documented>;
  return shared[response.$ref.split('/').at(-1) ?? ''];
}

/** The schema with a door closed: a field that is not documented is an error too. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return 'properties' in inner ? { additionalProperties: false, ...inner } : inner;
}

describe('the examples of the API document', () => {
  it('are there for every JSON body, and the server takes them', async () => {
    const bodies = Object.entries(surface.document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { requestBody }]) => {
        const content = (requestBody as Documented | undefined)?.content['application/json'];
        return content ? [{ path, method, name: content.schema.$ref?.split('/').at(-1) ?? '' }] : [];
      }),
    );
    expect(bodies.length).toBeGreaterThan(10);
    const ids = await freshIds();
    for (const { path, method, name } of bodies) {
      const [example] = (surface.document.components.schemas[name]?.['examples'] ?? []) as object[];
      if (!example) throw new Error(`${name} has no example.`);
      const target = path.replaceAll(
        /([\w-]+)\/\{id\}/g,
        (_, collection: string) => `${collection}/${ids[collection]}`,
      );
      const answer = await call(method.toUpperCase(), target, { body: example });
      // No user has the example's password or token, no contact its id, no sender can check numbers, and the list is
      // made twice: the form is right all the same.
      const known = {
        LoginDto: 401,
        RefreshTokenDto: 401,
        AddListMembersDto: 400,
        MergeContactDto: 400,
        CheckNumbersDto: 422,
        SaveContactListDto: 409,
        // No recipient has failed yet.
        RetryFailedDto: 409,
      }[name];
      const right = answer.status < 300 || answer.status === known;
      if (!right) throw new Error(`${method} ${target} refuses its own example: ${answer.text}`);
    }
  });

  async function freshIds(): Promise<Record<string, string>> {
    const post = async (path: string, body: object) => dataOf(await call('POST', path, { body }))['id'] ?? '';
    return {
      contacts: await post('/api/contacts', { phoneNumber: '+5511961000077' }),
      lists: await post('/api/lists', { name: 'Fresh' }),
      segments: await post('/api/segments', { name: 'Fresh', filter: { field: 'name', op: 'exists' } }),
      templates: await post('/api/templates', { name: 'Fresh', content: 'x' }),
      senders: await post('/api/senders', { name: 'Fresh', transport: 'simulator' }),
      campaigns: await post('/api/campaigns', { name: 'x', template: 'x', contacts: ['+5511961000078'] }),
    };
  }
});

describe('the responses of the server', () => {
  it('are what the API document says, field by field, successes and failures', () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'doc', components: { schemas: closed(surface.document.components.schemas) } });
    const mismatches = new Set<string>();
    for (const answer of surface.answers) {
      const name = `${answer.method} ${templateOf(answer)} ${answer.status}`;
      const documented = documentedFor(answer);
      if (!documented) {
        mismatches.add(`${name} is not documented: ${answer.text.slice(0, 200)}`);
        continue;
      }
      const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
      const content = documented.content[type];
      if (!content) mismatches.add(`${name} has the content type ${type}, which is not documented`);
      else if (answer.body) {
        const schema = JSON.parse(
          JSON.stringify(closed(content.schema)).replaceAll('"#/', '"doc#/'),
        ) as object;
        if (!ajv.validate(schema, answer.body)) mismatches.add(`${name}: ${ajv.errorsText()}`);
      }
    }
    expect([...mismatches]).toEqual([]);
  });

  it('were asked of every documented operation', () => {
    const succeeded = new Set(
      surface.answers
        .filter(({ status }) => status < 300)
        .map((answer) => `${answer.method.toLowerCase()} ${templateOf(answer)} ${answer.status}`),
    );
    const expected = Object.entries(surface.document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => {
        const [success] = Object.keys(operation['responses'] as object);
        return `${method} ${path} ${success}`;
      }),
    );
    expect(expected.filter((operation) => !succeeded.has(operation))).toEqual([]);
    expect(expected.length).toBeGreaterThan(45);
  });

  it('include every kind of failure', () => {
    const statuses = new Set(surface.answers.map(({ status }) => status));
    expect([400, 401, 403, 404, 409, 413, 415, 422].filter((status) => !statuses.has(status))).toEqual([]);
  });
});
