import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { becomes, dataOf } from '../api/filled-tenant.js';
import { startSurface, type Call, type Data, type Surface } from '../api/surface.js';
import { waitFor } from '../support/wait-for.js';

/** The whole product against the simulator: what people write comes from another form of their line than ours. */
let surface: Surface;
let call: Call;
let senders: { id: string; number: string }[];

beforeAll(async () => {
  surface = await startSurface();
  ({ call } = await surface.as('owner'));
  senders = [await connected('First'), await connected('Second')];
});
afterAll(() => surface.close());

async function connected(name: string): Promise<{ id: string; number: string }> {
  const { id = '' } = await post('/api/senders', { name, transport: 'simulator' });
  await post(`/api/senders/${id}/connect`, {});
  const { phoneNumber = '' } = await becomes(call, `/api/senders/${id}`, 'connected');
  return { id, number: phoneNumber };
}

const post = async (path: string, body: object): Promise<Data> => dataOf(await call('POST', path, { body }));
const get = async (path: string): Promise<Data> => dataOf(await call('GET', path));
const list = async (path: string): Promise<Data[]> => (await get(path)) as unknown as Data[];
const numbered = (phone: string) => list(`/api/contacts?phoneNumber=${encodeURIComponent(phone)}`);
const arrivals = (phone: string) =>
  (surface.network.ledger.page({ limit: 500 })?.items ?? []).filter(({ to }) => to === phone).length;

async function campaign(body: object): Promise<string> {
  const timing = { minDelay: 0, maxDelay: 0 };
  const { id = '' } = await post('/api/campaigns', { name: 'News', template: 'Hello', ...timing, ...body });
  await post(`/api/campaigns/${id}/start`, {});
  await becomes(call, `/api/campaigns/${id}`, 'completed');
  return id;
}

function write(from: string, text: string, to = senders[0]?.number ?? ''): void {
  surface.network.write({ to, from, text });
}

const recipientOf = async (campaignId: string): Promise<Data> =>
  (await list(`/api/campaigns/${campaignId}/contacts`))[0] ?? {};

const forms: [country: string, given: string, network: string][] = [
  ['Brazil, given with the 9', '+5531981230001', '+553181230001'],
  ['Brazil, given without the 9', '+553181230002', '+5531981230002'],
  ['Mexico, given without the 1', '+525512340001', '+5215512340001'],
  ['Mexico, given with the 1', '+5215512340002', '+525512340002'],
  ['Argentina, given with the 9', '+5491123450001', '+541123450001'],
  ['Argentina, given without the 9', '+541123450002', '+5491123450002'],
  ['Benin, given in the new form', '+2290197120001', '+22997120001'],
  ['Ivory Coast, given in the new form', '+2250707120001', '+22507120001'],
];

describe.each(forms)('%s', (_, given, network) => {
  it('a STOP from the other form opts out the contact that was written to', async () => {
    const contact = await post('/api/contacts', { phoneNumber: given, name: 'Ana' });
    const first = await campaign({ contacts: [given], senderIds: [senders[0]?.id] });
    write(network, 'STOP');
    await waitFor(async () => String((await get(`/api/contacts/${contact['id']}`))['optedOut']) === 'true');
    expect(await numbered(network)).toMatchObject([{ id: contact['id'], phoneNumber: given, name: 'Ana' }]);
    expect(await recipientOf(first)).toMatchObject({ phoneNumber: given, optedOutAt: expect.any(String) });
    expect(await get(`/api/campaigns/${first}/stats`)).toMatchObject({ optedOut: 1 });

    const second = await campaign({ contacts: [network], senderIds: [senders[0]?.id] });
    expect(await recipientOf(second)).toMatchObject({ state: 'skipped', code: 'opted_out' });
    const direct = { to: network, type: 'text', content: 'Hello' };
    expect(await call('POST', '/api/message/send', { body: direct })).toMatchObject({ status: 422 });
    expect(arrivals(given)).toBe(1);
    expect(arrivals(network)).toBe(0);
  });
});

it('a reply from the other form is the reply to the campaign, and binds the sender it went to', async () => {
  const [given, network] = ['+5531981230011', '+553181230011'];
  const first = await campaign({ contacts: [given], senderIds: [senders[0]?.id] });
  write(network, 'How much is it?', senders[1]?.number);
  await waitFor(async () => (await recipientOf(first))['repliedAt'] !== null);
  expect(await numbered(network)).toHaveLength(1);
  const second = await campaign({ contacts: [network] });
  expect(await recipientOf(second)).toMatchObject({ phoneNumber: given, senderId: senders[1]?.id });
});

it('START from the other form lifts the opt-out', async () => {
  const [given, network] = ['+5531981230012', '+553181230012'];
  const { id = '' } = await post('/api/contacts', { phoneNumber: given, optedOut: true });
  write(network, 'START');
  await waitFor(async () => String((await get(`/api/contacts/${id}`))['optedOut']) === 'false');
});

it('a suppression of one form holds back the other, and the list finds it by both', async () => {
  const [given, network] = ['+5531981230013', '+553181230013'];
  await post('/api/suppressions', { phoneNumbers: [network, given], reason: 'complained' });
  for (const phone of [given, network]) {
    expect(await list(`/api/suppressions?phoneNumber=${encodeURIComponent(phone)}`)).toMatchObject([
      { phoneNumber: network, reason: 'complained' },
    ]);
  }
  const id = await campaign({ contacts: [given] });
  expect(await recipientOf(id)).toMatchObject({ state: 'skipped', code: 'suppressed' });
  const direct = { to: given, type: 'text', content: 'Hello' };
  expect(await call('POST', '/api/message/send', { body: direct })).toMatchObject({ status: 422 });
});

it('a message to the other form goes to the form the contact has, and the answer says so', async () => {
  const [given, network] = ['+5531981230014', '+553181230014'];
  const { id = '' } = await post('/api/contacts', { phoneNumber: given });
  const message = await post('/api/message/send', { to: network, type: 'text', content: 'Hello' });
  expect(message).toMatchObject({ to: given });
  await waitFor(() => arrivals(given) === 1);
  expect(await get(`/api/messages/${message['id']}`)).toMatchObject({ to: given, contactId: id });
  expect(arrivals(network)).toBe(0);
});

it('two forms of a line in one request are one recipient, and two texts to it both arrive', async () => {
  const [given, network] = ['+5531981230015', '+553181230015'];
  const both = { recipients: [given, network], type: 'text', content: 'Hello' };
  const answer = await call('POST', '/api/message/send-bulk', { body: both });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'recipients[1]' }] } });
  const texts = [given, network].map((to) => ({ to, type: 'text', content: `To ${to}` }));
  await post('/api/message/send-bulk', { messages: texts });
  await waitFor(() => arrivals(given) === 2);
  const id = await campaign({ contacts: [network, given] });
  expect(await get(`/api/campaigns/${id}/stats`)).toMatchObject({ total: 1 });
  const { body } = await call('POST', `/api/campaigns/${id}/test`, {
    body: { phoneNumbers: [network, given] },
  });
  expect(body?.data).toMatchObject({ phoneNumbers: [given] });
});

it('a number is excluded from an audience in whatever form', async () => {
  const [given, network] = ['+5531981230016', '+553181230016'];
  const other = '+5531981230017';
  const id = await campaign({ contacts: [given, other], exclude: { phoneNumbers: [network] } });
  const recipients = await list(`/api/campaigns/${id}/contacts`);
  expect(recipients.map(({ phoneNumber, state }) => [phoneNumber, state])).toEqual([
    [given, 'excluded'],
    [other, expect.stringMatching(/sent|delivered|read/)],
  ]);
});

it('a phone that stops with nothing but a LID, shows its number and changes it is one contact that nothing reaches', async () => {
  const [first, next, lid] = ['+5531981230021', '+5531981230022', '190000000000021'];
  const to = senders[0]?.number ?? '';
  const people = async () =>
    (await list(`/api/contacts?limit=500`)).filter((contact) => JSON.stringify(contact).includes(lid));
  surface.network.write({ to, lid, text: 'STOP' });
  await waitFor(async () => String((await people())[0]?.['optedOut']) === 'true');
  const [{ id } = {}] = await people();
  expect(await people()).toMatchObject([{ phoneNumber: null, identities: [{ kind: 'lid', value: lid }] }]);
  surface.network.show({ to, phone: first, lid });
  await waitFor(async () => (await people())[0]?.['phoneNumber'] === first);
  const told = await campaign({ contacts: [first] });
  expect(await recipientOf(told)).toMatchObject({ contactId: id, state: 'skipped', code: 'opted_out' });
  surface.network.changeIdentity({ to, from: first, lid, newPhone: next });
  await waitFor(async () => (await people())[0]?.['phoneNumber'] === next);
  const again = await campaign({ contacts: [next] });
  expect(await recipientOf(again)).toMatchObject({ contactId: id, state: 'skipped', code: 'opted_out' });
  expect(await people()).toMatchObject([{ id, optedOut: true }]);
  expect(await list(`/api/contacts/${id}/history`)).toMatchObject([
    { kind: 'identity_changed', source: 'whatsapp' },
    { kind: 'identity_added' },
    { kind: 'identity_added' },
  ]);
  expect(arrivals(first) + arrivals(next) + arrivals(`lid:${lid}`)).toBe(0);
  // Whoever has the old number now is somebody else.
  const free = await campaign({ contacts: [first] });
  expect(await recipientOf(free)).toMatchObject({ phoneNumber: first, code: null });
  expect((await recipientOf(free))['contactId']).not.toBe(id);
});
