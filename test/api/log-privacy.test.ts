import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '../support/wait-for.js';
import { becomes, dataOf, fillTenant, traces, type FilledTenant } from './filled-tenant.js';
import { PASSWORD, startSurface, type Call, type Surface } from './surface.js';

const INBOUND_TEXT = 'Where is my platypus?';
const FAILING_NUMBER = '+5511961000099';
let surface: Surface;
let call: Call;
let token: string;
let owned: FilledTenant;
/** What was answered once and must be nowhere else. */
const secrets: Record<string, string> = {};

beforeAll(async () => {
  surface = await startSurface();
  ({ call, token } = await surface.as('owner'));
  owned = await fillTenant(call);
  await logInAndOut();
  await pairByHand();
  await receive();
  await failToSend();
  await call('POST', '/api/contacts', {
    body: { phoneNumber: traces.contactPhone, name: traces.contactName },
  });
  await call('GET', `/api/contacts?phoneNumber=${encodeURIComponent(traces.contactPhone)}`);
});
afterAll(() => surface.close());

async function logInAndOut(): Promise<void> {
  const body = { email: 'first@example.com', password: PASSWORD };
  const login = dataOf(await surface.anonymous('POST', '/api/auth/login', { body }));
  secrets['refreshToken'] = login['refreshToken'] ?? '';
  const again = { body: { refreshToken: login['refreshToken'] } };
  for (let use = 0; use < 2; use += 1) await surface.anonymous('POST', '/api/auth/refresh', again);
  const created = await call('POST', '/api/api-keys', { body: { name: 'k', scopes: ['contacts:read'] } });
  secrets['apiKey'] = dataOf(created)['key'] ?? '';
  await surface.withKey(secrets['apiKey'])('GET', '/api/contacts');
}

async function pairByHand(): Promise<void> {
  const body = { name: 'Unpaired', transport: 'simulator', transportConfig: { autoPair: false } };
  const sender = dataOf(await call('POST', '/api/senders', { body }));
  await call('POST', `/api/senders/${sender['id']}/connect`);
  await becomes(call, `/api/senders/${sender['id']}`, 'qr');
  const qr = dataOf(await call('GET', `/api/senders/${sender['id']}/qr`));
  secrets['qr'] = qr['payload'] ?? '';
  surface.network.scan(sender['id'] ?? '');
  await becomes(call, `/api/senders/${sender['id']}`, 'connected');
}

async function receive(): Promise<void> {
  surface.network.write({ to: owned.senders, from: traces.contactPhone, text: INBOUND_TEXT });
  await waitFor(async () => (await call('GET', '/api/messages?direction=in')).text.includes(INBOUND_TEXT));
}

/** One message that the network refuses, one whose template cannot be rendered. */
async function failToSend(): Promise<void> {
  await call('PATCH', `/api/senders/${owned.senders}`, {
    body: { transportConfig: { faults: [{ fault: 'fail', afterMessages: 0 }] } },
  });
  for (const template of [traces.messageText, '{% for i in (1..100000000) %}x{% endfor %}']) {
    const draft = { name: 'x', template, contacts: [FAILING_NUMBER], minDelay: 0, maxDelay: 0 };
    const { id } = dataOf(await call('POST', '/api/campaigns', { body: draft }));
    await call('POST', `/api/campaigns/${id}/start`);
    await becomes(call, `/api/campaigns/${id}`, 'completed');
  }
}

it('the log of a whole campaign at its finest level holds no text, number, name or secret', () => {
  const log = surface.log();
  expect(log).toContain('campaign');
  expect(log.split('\n').length).toBeGreaterThan(50);
  const database = new URL(surface.db.url);
  const forbidden = {
    ...traces,
    ...secrets,
    token,
    inbound: INBOUND_TEXT,
    failing: FAILING_NUMBER.slice(1),
    contactDigits: traces.contactPhone.slice(1),
    password: PASSWORD,
    signing: 'the secret that signs',
    encrypting: 'the secret that encrypts',
    ...(database.password === '' ? {} : { databasePassword: database.password }),
  };
  for (const value of Object.values(forbidden)) expect(value.length).toBeGreaterThan(8);
  const found = Object.entries(forbidden).filter(([, value]) => log.includes(value));
  expect(found.map(([name]) => name)).toEqual([]);
});
