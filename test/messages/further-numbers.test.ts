import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { becomes, dataOf } from '../api/filled-tenant.js';
import { startSurface, type Call, type Data, type Surface } from '../api/surface.js';
import { waitFor } from '../support/wait-for.js';

/** The whole product against the simulator: a person who has several numbers at a time, and goes by the first of them. */
let surface: Surface;
let call: Call;
let sender: { id: string; number: string };
let counter = 0;
let own: string;
let further: string;
let contactId: string;

beforeAll(async () => {
  surface = await startSurface();
  ({ call } = await surface.as('owner'));
  const { id = '' } = await post('/api/senders', { name: 'First', transport: 'simulator' });
  await post(`/api/senders/${id}/connect`, {});
  const { phoneNumber = '' } = await becomes(call, `/api/senders/${id}`, 'connected');
  sender = { id, number: phoneNumber };
});
afterAll(() => surface.close());
beforeEach(async () => {
  counter += 1;
  own = `+551198123${1_000 + counter}`;
  further = `+553198123${1_000 + counter}`;
  const kept = await post('/api/contacts', { phoneNumber: own, name: 'Ana' });
  const twin = await post('/api/contacts', { phoneNumber: further });
  await post(`/api/contacts/${kept['id']}/merge`, { contactId: twin['id'] });
  contactId = kept['id'] ?? '';
});

const post = async (path: string, body: object): Promise<Data> => dataOf(await call('POST', path, { body }));
const get = async (path: string): Promise<Data> => dataOf(await call('GET', path));
const list = async (path: string): Promise<Data[]> => (await get(path)) as unknown as Data[];
const arrivals = (phone: string) =>
  (surface.network.ledger.page({ limit: 500 })?.items ?? []).filter(({ to }) => to === phone).length;

async function campaign(body: object): Promise<string> {
  const timing = { minDelay: 0, maxDelay: 0 };
  const { id = '' } = await post('/api/campaigns', { name: 'News', template: 'Hello', ...timing, ...body });
  await post(`/api/campaigns/${id}/start`, {});
  await becomes(call, `/api/campaigns/${id}`, 'completed');
  return id;
}

it('a LID names a person in a test, in an answer and in what a campaign excludes', async () => {
  const lid = `19000000000${1_000 + counter}`;
  surface.network.write({ to: sender.number, lid, text: 'Are you open?' });
  const written = async () =>
    (await list('/api/messages?direction=in')).filter((message) => message['lid'] === lid);
  await waitFor(async () => (await written()).length === 1);
  const [{ id: replyTo, contactId: who } = {}] = await written();
  await post('/api/message/send', { to: `lid:${lid}`, replyTo, type: 'text', content: 'Until nine' });
  await waitFor(() => arrivals(`lid:${lid}`) === 1);
  const listed = await post('/api/lists', { name: lid });
  await post(`/api/lists/${listed['id']}/members`, { contactIds: [who] });
  const id = await campaign({
    contacts: [own],
    listIds: [listed['id']],
    exclude: { phoneNumbers: [`lid:${lid}`] },
  });
  expect(await get(`/api/campaigns/${id}`)).toMatchObject({ audience: { excluded: { phoneNumbers: 1 } } });
  const { body } = await call('POST', `/api/campaigns/${id}/test`, {
    body: { phoneNumbers: [`lid:${lid}`] },
  });
  expect(body?.data).toMatchObject({ phoneNumbers: [], others: [{ phoneNumber: null, lid }] });
  await waitFor(() => arrivals(`lid:${lid}`) === 2);
});

describe('a further number of a contact', () => {
  it('is dialled by a direct message that names it, whose text and answer say so', async () => {
    const message = await post('/api/message/send', {
      to: further,
      type: 'text',
      content: 'Hello {{ name }}',
      template: true,
    });
    expect(message).toMatchObject({ to: further });
    await waitFor(() => arrivals(further) === 1);
    expect(await get(`/api/messages/${message['id']}`)).toMatchObject({
      to: further,
      contactId,
      content: 'Hello Ana',
    });
    expect(arrivals(own)).toBe(0);
  });

  it('stands in a bulk beside the first, each with its message', async () => {
    const both = { recipients: [own, further], type: 'text', content: 'Hello' };
    const { messages } = (await post('/api/message/send-bulk', both)) as unknown as { messages: Data[] };
    expect(messages).toMatchObject([{ to: own }, { to: further }]);
    await waitFor(() => arrivals(own) === 1 && arrivals(further) === 1);
    expect(await list(`/api/contacts?phoneNumber=${encodeURIComponent(further)}`)).toMatchObject([
      { id: contactId },
    ]);
  });

  it('is answered where the person wrote from it, and from another of theirs', async () => {
    surface.network.write({ to: sender.number, from: further, text: 'Are you open?' });
    const inbound = () => list(`/api/messages?direction=in&contactId=${contactId}`);
    await waitFor(async () => (await inbound()).length === 1);
    const [{ id: replyTo } = {}] = await inbound();
    for (const to of [further, own]) {
      await post('/api/message/send', { to, replyTo, type: 'text', content: 'Until nine' });
    }
    await waitFor(() => arrivals(further) === 1 && arrivals(own) === 1);
  });

  it('gets the test of a campaign that names it', async () => {
    const id = await campaign({ contacts: ['+5511981231999'] });
    const { body } = await call('POST', `/api/campaigns/${id}/test`, {
      body: { phoneNumbers: [further, own] },
    });
    expect(body?.data).toMatchObject({ phoneNumbers: [further, own] });
    await waitFor(() => arrivals(further) === 1 && arrivals(own) === 1);
  });

  it('names its contact in the audience of a campaign, who is one recipient and goes by the first', async () => {
    const id = await campaign({ contacts: [further, own] });
    expect(await get(`/api/campaigns/${id}`)).toMatchObject({
      audience: { sources: [{ source: 'contacts', matched: 2, added: 1 }], duplicates: 1 },
    });
    expect(await list(`/api/campaigns/${id}/contacts`)).toMatchObject([{ contactId, phoneNumber: own }]);
    expect([arrivals(own), arrivals(further)]).toEqual([1, 0]);
  });

  it('is not written to when the person opted out or is suppressed by the first', async () => {
    await post('/api/suppressions', { phoneNumbers: [own] });
    const direct = { to: further, type: 'text', content: 'Hello' };
    expect(await call('POST', '/api/message/send', { body: direct })).toMatchObject({ status: 422 });
  });
});
