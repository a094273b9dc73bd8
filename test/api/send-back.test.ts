import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataOf, pictureForm } from './filled-tenant.js';
import { startSurface, type Call, type Surface } from './surface.js';

type Fields = Record<string, unknown>;

let surface: Surface;
let call: Call;
/** A list with a contact, and a sender whom campaigns name. */
let listId: string;
let senderId: string;

beforeAll(async () => {
  surface = await startSurface();
  ({ call } = await surface.as('owner'));
  listId = idOf(await create('/api/lists', { name: 'Customers' }));
  senderId = idOf(await create('/api/senders', { name: 'Front desk', transport: 'simulator' }));
  await create('/api/contacts', { phoneNumber: '+5511961230001', name: 'Ana', listIds: [listId] });
});
afterAll(() => surface.close());

async function create(path: string, body: object): Promise<Fields> {
  return dataOf(await call('POST', path, { body }));
}

async function read(path: string): Promise<Fields> {
  return dataOf(await call('GET', path));
}

function idOf({ id }: Fields): string {
  return String(id);
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** Sends an answer back, all but its read-only fields, and expects the resource to read as before. */
async function sendsBack(path: string, readOnly: readonly string[], writable = without): Promise<void> {
  const before = await read(path);
  dataOf(await call('PATCH', path, { body: writable(before, readOnly) }));
  expect(without(await read(path), ['updatedAt'])).toEqual(without(before, ['updatedAt']));
}

describe('what was read can be sent back as it is:', () => {
  const window = { timeZone: 'recipient', days: [{ day: 1, from: '09:00', to: '18:00' }] };
  const quietHours = { from: '21:00', to: '08:00', timeZone: 'America/Sao_Paulo' };

  it.each([
    ['that were never changed', {}],
    [
      'with everything set',
      {
        timeZone: 'America/Sao_Paulo',
        sendWindow: window,
        quietHours,
        frequencyCap: { messages: 4, days: 7 },
        numberChecksPerDay: 7,
        optOutWords: { added: ['chega'], removed: ['alto'] },
        optInWords: { added: ['quero'], removed: [] },
        retention: { messageTextDays: 30, mediaDays: 45, deliveryDays: 50, importDays: 60 },
      },
    ],
    ['with everything taken back', { sendWindow: null, quietHours: null, frequencyCap: null }],
  ])('settings %s', async (_name, settings) => {
    if (Object.keys(settings).length > 0) await call('PATCH', '/api/settings', { body: settings });
    expect(await read('/api/settings')).toMatchObject(settings);
    await sendsBack('/api/settings', ['updatedAt']);
  });

  const contactReadOnly = ['optedOutAt', 'optOutSource', 'consent', 'onWhatsApp', 'identities'];
  const rowReadOnly = ['id', 'createdAt', 'updatedAt'];

  it.each([
    { phoneNumber: '+5511961230002' },
    {
      phoneNumber: '+5511961230003',
      name: 'Bo',
      attributes: { city: 'Recife', visits: 3, friends: ['Ana'] },
      tags: ['vip'],
      optedOut: true,
    },
  ])('a contact, %j', async (contact) => {
    const made = await create('/api/contacts', contact);
    await sendsBack(`/api/contacts/${idOf(made)}`, [...rowReadOnly, ...contactReadOnly, 'phoneNumber']);
    await call('DELETE', `/api/contacts/${idOf(made)}`);
    const given = without(made, [...rowReadOnly, ...contactReadOnly]);
    expect(await create('/api/contacts', given)).toMatchObject(given);
  });

  it('a line of consent', async () => {
    const contact = await create('/api/contacts', { phoneNumber: '+5511961230004' });
    const path = `/api/contacts/${idOf(contact)}/consents`;
    const line = await create(path, { kind: 'granted', source: 'web form', at: '2026-01-05T08:00:00Z' });
    const given = without(line, ['id', 'createdAt']);
    expect(await create(path, given)).toMatchObject(given);
  });

  it.each([
    ['a list', '/api/lists', { name: 'Friends' }, ['memberCount']],
    ['a template', '/api/templates', { name: 'Hello', content: '{Hi|Hello} {{ name }}' }, ['variables']],
    [
      'a segment',
      '/api/segments',
      {
        name: 'Some',
        filter: {
          any: [
            { field: 'phoneNumber', op: 'startsWith', value: '+5511' },
            { not: { field: 'attributes.city', op: 'exists' } },
          ],
        },
      },
      [],
    ],
  ] as const)('%s', async (_name, path, body, computed) => {
    const made = await create(path, body);
    await sendsBack(`${path}/${idOf(made)}`, [...rowReadOnly, ...computed]);
  });

  it.each([
    { name: 'Plain' },
    {
      name: 'Told everything',
      phoneNumber: '+5511961230005',
      transportConfig: { autoPair: false },
      tags: ['sales'],
      quotaPerMinute: 5,
      quotaPerHour: 50,
      quotaPerDay: 500,
      warmUp: { quotas: [20, 40] },
    },
  ])('a sender, %j', async (sender) => {
    const readOnly = [
      ...rowReadOnly,
      'status',
      'statusReason',
      'pausedAt',
      'pauseReason',
      'healthScore',
      'consecutiveFailures',
      'lastUsedAt',
      'nextAvailableAt',
      'restrictedUntil',
    ];
    const writable = (fields: Fields, names: readonly string[]) => {
      const warmUp = fields['warmUp'] as Fields | null;
      return { ...without(fields, names), warmUp: warmUp && without(warmUp, ['startedAt', 'endsAt']) };
    };
    const made = await create('/api/senders', { ...sender, transport: 'simulator' });
    const path = `/api/senders/${idOf(made)}`;
    await sendsBack(path, [...readOnly, 'transport'], writable);
    await call('DELETE', path);
    const given = writable(made, readOnly);
    expect(await create('/api/senders', given)).toMatchObject(given);
  });

  describe('a campaign', () => {
    const computed = [
      'id',
      'campaignId',
      'status',
      'audience',
      'originId',
      'occurrenceAt',
      'counts',
      'warnings',
      'totalRecipients',
      'totalContacts',
      'totalMessages',
      'totalRequests',
      'createdAt',
      'startedAt',
      'completedAt',
      'recipientsRemovedAt',
    ];
    /** Decided when it is created. */
    const audience = ['listIds', 'segmentIds', 'filter', 'importIds', 'exclude'];

    function writable(campaign: Fields, readOnly: readonly string[]): Fields {
      const { canary, variants, ...fields } = without(campaign, readOnly);
      const versions = (variants as Fields[] | undefined)?.map((one) => without(one, ['recipients']));
      return {
        // Messages are those of the first variant, where there are some.
        ...(versions ? { ...without(fields, ['messages']), variants: versions } : fields),
        canary: canary && without(canary as Fields, ['state']),
      };
    }

    async function roundTrips(body: Fields): Promise<void> {
      const made = await create('/api/campaigns', { name: 'Spring', senderIds: [senderId], ...body });
      await sendsBack(`/api/campaigns/${idOf(made)}`, [...computed, ...audience], writable);
      const given = writable(made, computed);
      const again = await create('/api/campaigns', given);
      expect(writable(again, computed)).toEqual(given);
    }

    it('that says only what it has to', () => roundTrips({ template: 'Hi', listIds: [listId] }));

    it('with every setting', async () => {
      const segment = await create('/api/segments', {
        name: 'Of Brazil',
        filter: { field: 'country', op: 'equals', value: 'BR' },
      });
      await roundTrips({
        template: 'Hi',
        listIds: [listId],
        segmentIds: [idOf(segment)],
        filter: { field: 'phoneNumber', op: 'startsWith', value: '+5511' },
        exclude: { phoneNumbers: ['+5511961230009'], listIds: [], segmentIds: [], campaignIds: [] },
        senderTags: ['sales'],
        minDelay: 100,
        maxDelay: 200,
        options: { stickySender: false, skipUnregistered: false, onUnknown: 'resend' },
        canary: { recipients: 1, continueWhen: { maxFailedPercent: 5, afterMinutes: 10 } },
        maxPerSender: 50,
        scheduledAt: '2035-01-01T12:00:00Z',
        expiresAt: '2036-01-01T12:00:00Z',
        sendWindow: window,
        maxPerMinute: 60,
        rampUpMinutes: 30,
        priority: 3,
        recurrence: { cron: '0 9 * * 1', timeZone: 'America/Sao_Paulo', until: '2035-12-31T00:00:00Z' },
      });
    });

    it('that repeats by the minute', () =>
      roundTrips({ template: 'Hi', listIds: [listId], recurrence: { everyMinutes: 90 } }));

    it('with parts of every shape', async () => {
      const media = dataOf(await call('POST', '/api/media', { form: pictureForm() }));
      await roundTrips({
        listIds: [listId],
        messages: [
          { type: 'text', content: '{Hi|Hello} {{ contact.phoneNumber }}' },
          { type: 'image', mediaId: idOf(media), caption: 'For you' },
          { type: 'document', mediaId: idOf(media), filename: 'sale.png' },
          { type: 'location', latitude: -8.06, longitude: -34.87, name: 'Our shop', address: 'Recife' },
          { type: 'contact', displayName: 'Ana', phoneNumber: '+5511961230001', organisation: 'Shop' },
          { type: 'poll', question: 'Which day?', choices: ['Monday', 'Friday'], selectable: 0 },
        ],
      });
    });

    it('with variants', () =>
      roundTrips({
        listIds: [listId],
        variants: [
          { name: 'short', template: 'Hi', weight: 3 },
          { name: 'long', messages: [{ type: 'text', content: 'Good morning' }] },
        ],
      }));
  });
});
