import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { campaignRoutes } from '../../src/api/routes/campaigns.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { createWorld, phone, type World } from './world.js';

let world: World;
let api: TestApi;
let bearer: string;

beforeAll(async () => {
  world = await createWorld();
  api = await createTestApi({ db: world.db, routes: campaignRoutes({ campaigns: world.manager }) });
  bearer = `Bearer ${await api.token()}`;
  const [tenant] = await world.db.database.manager.query<{ id: string }[]>('SELECT id FROM tenants');
  await world.sender(tenant?.id ?? '', 'only');
});
afterAll(async () => {
  await api.close();
  await world.db.close();
});

const get = (path: string) => api.request.get(path).set('authorization', bearer);
const post = (path: string, body: object = {}) =>
  api.request.post(path).set('authorization', bearer).send(body);

async function create(body: object = {}): Promise<string> {
  const contacts = [
    phone(1),
    { phoneNumber: phone(2), name: 'Ana', variables: { city: 'Recife', tags: ['a', { b: 1 }] } },
  ];
  const reply = await post('/api/campaigns', { name: 'Spring', template: 'Hi', contacts, ...body }).expect(
    201,
  );
  return reply.body.data.id as string;
}

describe('the campaigns API', () => {
  it('creates, runs, counts and deletes a campaign', async () => {
    const id = await create({
      template: 'Hi {{ city }}',
      minDelay: 0,
      options: { stickySender: false, skipUnregistered: false, onUnknown: 'resend' },
    });
    const shown = await get(`/api/campaigns/${id}`).expect(200);
    expect(shown.body.data).toMatchObject({
      id,
      campaignId: id,
      status: 'draft',
      totalRecipients: 2,
      options: { stickySender: false, skipUnregistered: false, onUnknown: 'resend' },
    });
    await post(`/api/campaigns/${id}/start`).expect(200);
    await post(`/api/campaigns/${id}/pause`).expect(200);
    const again = await post(`/api/campaigns/${id}/pause`).expect(409);
    expect(again.body).toMatchObject({ success: false, message: expect.stringContaining('is paused') });
    await post(`/api/campaigns/${id}/resume`).expect(200);
    await api.request.delete(`/api/campaigns/${id}`).set('authorization', bearer).expect(409);
    const stopped = await post(`/api/campaigns/${id}/stop`).expect(200);
    expect(stopped.body.data).toMatchObject({ status: 'stopped', counts: { skipped: 2, pending: 0 } });
    const stats = await get(`/api/campaigns/${id}/stats`).expect(200);
    expect(stats.body.data).toMatchObject({
      total: 2,
      skipped: 2,
      byCode: [{ code: 'campaign_stopped', count: 2 }],
    });
    await api.request.delete(`/api/campaigns/${id}`).set('authorization', bearer).expect(200);
    await get(`/api/campaigns/${id}`).expect(404);
  });

  it('keeps the variables of inline contacts as they were sent', async () => {
    const id = await create();
    const [stored] = await world.db.database.manager.query<{ variables: object }[]>(
      'SELECT variables FROM deliveries WHERE campaign_id = $1 AND phone = $2',
      [id, phone(2)],
    );
    expect(stored?.variables).toEqual({ city: 'Recife', tags: ['a', { b: 1 }] });
  });

  it('takes null for a field that is not given', async () => {
    const nothing = { messages: null, minDelay: null, senderIds: null, listIds: null, options: null };
    const id = await create({ ...nothing, defaultCountry: null });
    const patch = (body: object) =>
      api.request.patch(`/api/campaigns/${id}`).set('authorization', bearer).send(body);
    const { body } = await patch({ name: null, template: null, maxDelay: null }).expect(200);
    expect(body.data).toMatchObject({ name: 'Spring', messages: [{ type: 'text', content: 'Hi' }] });
    const refused = await post('/api/campaigns', { name: 'x', template: null, contacts: [phone(1)] });
    expect(refused.status).toBe(400);
    const nested = await post('/api/campaigns', { name: 'x', messages: [[]], contacts: [phone(1)] });
    expect(nested.body.errors).toEqual([{ path: 'messages[0]', message: 'must be an object' }]);
  });

  it('warns about recipients that lack a variable', async () => {
    const body = {
      name: 'x',
      template: 'Hi {{ name }}',
      contacts: [phone(50), { phoneNumber: phone(51), name: 'Ana' }],
    };
    const { body: reply } = await post('/api/campaigns', body).expect(201);
    expect(reply.data.warnings).toMatchObject([{ variable: 'name', count: 1 }]);
  });

  it.each([
    ['an unknown field', { filters: {} }, 400, 'filters'],
    [
      'a choice for unknown outcomes that does not exist',
      { options: { onUnknown: 'maybe' } },
      400,
      'options.onUnknown',
    ],
    [
      'a part of no known type',
      { template: undefined, messages: [{ type: 'sticker', content: 'x' }] },
      400,
      'messages[0].type',
    ],
    [
      'a field that the type does not have',
      { template: undefined, messages: [{ type: 'image', content: 'x' }] },
      400,
      'messages[0].content',
    ],
    ['a negative delay', { minDelay: -1 }, 400, 'minDelay'],
    ['min above max', { minDelay: 5, maxDelay: 1 }, 400, 'minDelay'],
    ['a bad number', { contacts: [phone(1), 'nonsense'] }, 400, 'contacts[1].phoneNumber'],
    ['too many contacts', { contacts: Array.from({ length: 10_001 }, () => '1') }, 400, 'contacts'],
    ['a bad list id', { listIds: ['x'] }, 400, 'listIds'],
    ['an unknown variable', { template: '{{ nobody }}' }, 422, 'template'],
    ['an empty audience', { contacts: [] }, 422, 'contacts'],
    ['a pool without senders', { senderTags: ['vip'] }, 422, 'senderTags'],
  ])('refuses %s and names the field', async (_, change, status, path) => {
    const body = { name: 'x', template: 'Hi', contacts: [phone(1)], ...change };
    const { body: reply } = await post('/api/campaigns', body).expect(status);
    expect(reply).toMatchObject({ success: false, message: expect.any(String) });
    expect(reply.errors[0].path).toBe(path);
  });

  it('lists campaigns and recipients in pages and by state', async () => {
    const id = await create();
    const campaigns = await get('/api/campaigns?limit=1&status=draft').expect(200);
    expect(campaigns.body).toMatchObject({ data: [{ id }], nextCursor: expect.any(String) });
    const contacts = await get(`/api/campaigns/${id}/contacts?limit=1`).expect(200);
    expect(contacts.body).toMatchObject({ data: [{ phoneNumber: phone(1), state: 'pending' }], total: 2 });
    const next = await get(`/api/campaigns/${id}/contacts?cursor=${contacts.body.nextCursor}`).expect(200);
    expect(next.body).toMatchObject({ data: [{ phoneNumber: phone(2), name: 'Ana' }], nextCursor: null });
    expect((await get(`/api/campaigns/${id}/contacts?state=sent`).expect(200)).body.data).toEqual([]);
    await get(`/api/campaigns/${id}/contacts?state=lost`).expect(400);
    await get(`/api/campaigns/${id}/contacts?cursor=x`).expect(400);
  });

  it('sends the report as a csv file', async () => {
    const id = await create();
    const reply = await get(`/api/campaigns/${id}/export?format=csv`).expect(200);
    expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(reply.headers['content-disposition']).toBe(`attachment; filename=campaign-${id}.csv`);
    expect(reply.text).toContain(`${phone(2)},Ana,pending,`);
    await get(`/api/campaigns/${id}/export?format=pdf`).expect(400);
  });
});
