import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { createLogger } from '../../src/lib/logger.js';
import {
  createSimulatorNetwork,
  createSimulatorServer,
  createSimulatorTransport,
  instantBehaviour,
  type SimulatorNetwork,
  type SimulatorServer,
} from '../../src/transports/simulator/index.js';
import type { Transport } from '../../src/transports/transport.js';
import { programArguments } from '../support/programs.js';
import { waitFor } from '../support/wait-for.js';
import { freshNumber, TestSender } from './contract.js';

const logger = createLogger('silent');

describe('the simulator’s endpoints', () => {
  let network: SimulatorNetwork;
  let server: SimulatorServer;
  let transport: Transport;
  let url: string;

  beforeAll(async () => {
    network = createSimulatorNetwork({ behaviour: instantBehaviour });
    server = createSimulatorServer({ network, logger });
    url = await server.listen(0);
    transport = createSimulatorTransport({ network: { url }, logger });
  });
  afterAll(async () => {
    await transport.close();
    await server.close();
    network.close();
  });

  it('listens on loopback only', () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('lists what arrived in pages, by campaign, and sums it up', async () => {
    const sender = await new TestSender(transport, {}).online();
    const [one, other] = [freshNumber(), freshNumber()];
    const first = { ...sender.text(one, 'Hello Ana'), reference: { campaignId: 'spring', part: 0 } };
    await sender.session.send(first);
    await sender.session.send({ ...sender.text(one), reference: { campaignId: 'spring', part: 0 } });
    await sender.session.send({ ...sender.text(other), reference: { campaignId: 'autumn', part: 0 } });
    const page = await request(url).get('/ledger?campaignId=spring&limit=1').expect(200);
    expect(page.body).toEqual({
      items: [
        {
          id: first.waMessageId,
          sender: expect.stringMatching(/^\+55/),
          senderId: sender.senderId,
          to: one,
          campaignId: 'spring',
          part: 0,
          type: 'text',
          body: 'Hello Ana',
          typingMs: 0,
          at: expect.stringMatching(/Z$/),
        },
      ],
      nextCursor: expect.any(String),
      total: 2,
    });
    const next = await request(url)
      .get('/ledger')
      .query({ campaignId: 'spring', cursor: page.body.nextCursor });
    expect(next.body.items).toHaveLength(1);
    expect(next.body.nextCursor).toBeNull();
    const summary = await request(url).get('/ledger/summary').expect(200);
    expect(summary.body).toMatchObject({ arrived: 3, unique: 2, duplicates: 1 });
  });

  it('changes the behaviour while it runs', async () => {
    const sender = await new TestSender(transport, {}).online();
    const to = freshNumber();
    await request(url)
      .post('/behaviour')
      .send({ unregisteredNumbers: [to] })
      .expect(200);
    expect(await sender.session.send(sender.text(to))).toMatchObject({ code: 'not_on_whatsapp' });
    const behaviour = await request(url).get('/behaviour').expect(200);
    expect(behaviour.body).toMatchObject({ unregisteredNumbers: [to], latency: { min: 0 } });
  });

  it('lets a phone write to a sender and scan a code', async () => {
    const sender = new TestSender(transport, { autoPair: false });
    await sender.session.connect();
    const { payload } = await sender.event('qr');
    const paired = await request(url).post('/pair').send({ sender: payload }).expect(200);
    expect(paired.body.senderId).toBe(sender.senderId);
    await sender.event('connected');
    const from = freshNumber();
    await request(url).post('/inbound').send({ to: paired.body.phoneNumber, from, text: 'Hi' }).expect(200);
    expect(await sender.event('message')).toMatchObject({ from: { phone: from }, content: { text: 'Hi' } });
  });

  it('lets phones hide, show and change their number, quote, edit, tap, and the owner of an account write', async () => {
    const sender = await new TestSender(transport, {}).online();
    const to = sender.senderId;
    const [from, newPhone] = [freshNumber(), freshNumber()];
    const post = async (path: string, body: object) =>
      (
        await request(url)
          .post(path)
          .send({ to, ...body })
          .expect(200)
      ).body;
    const { waMessageId } = await post('/inbound', { lid: '7001', text: 'Hi', pushName: 'Rui', quotes: 'Q' });
    await post('/inbound', { from, lid: '7001', type: 'image', text: 'Look', id: 'again' });
    await post('/inbound', { from, type: 'button', text: 'Stop' });
    await post('/inbound', { from, text: 'From my phone', fromMe: true });
    await post('/inbound/edit', { lid: '7001', id: waMessageId, text: 'STOP' });
    await post('/identity', { phone: from, lid: '7001' });
    expect(await post('/identity/change', { from, newPhone })).toEqual({
      phone: newPhone,
      lid: '7001',
      showsNumber: true,
      pushName: 'Rui',
      chats: 1,
    });
    const known = await request(url).get('/phones').query({ phone: newPhone }).expect(200);
    expect(known.body).toMatchObject({ lid: '7001' });
    await request(url).get('/phones').query({ phone: from }).expect(404);
    await request(url).post('/phones').send({ phone: from, lid: '7001' }).expect(409);
    expect(await post('/inbound', { from, text: 'Hi all', chat: 'group' })).toEqual({ dropped: 'group' });
    const changed = await sender.event('identity_changed');
    expect(changed).toMatchObject({ from: { phone: from }, to: { phone: newPhone }, at: expect.any(Date) });
    expect(sender.all('message')).toMatchObject([
      { from: { lid: '7001' }, content: { text: 'Hi' }, pushName: 'Rui', replyTo: { waMessageId: 'Q' } },
      {
        from: { phone: from, lid: '7001' },
        content: { type: 'image', caption: 'Look' },
        waMessageId: 'again',
      },
      { content: { type: 'button', text: 'Stop' }, fromMe: false, late: false },
      { content: { text: 'From my phone' }, fromMe: true },
    ]);
    expect(sender.all('edit')).toMatchObject([
      { from: { lid: '7001' }, target: { waMessageId, fromMe: false }, text: 'STOP', at: expect.any(Date) },
    ]);
    expect(sender.all('identity')).toEqual([
      { type: 'identity', peers: [{ lid: '7001' }, { phone: from, lid: '7001' }] },
    ]);
    const health = await request(url).get('/health').expect(200);
    expect(health.body.dropped).toEqual({ group: 1 });
  });

  it.each([
    ['/inbound', { to: 'x', text: 'Hi' }, 'from'],
    ['/inbound', { to: 'x', from: '+5511961230001' }, 'text'],
    ['/inbound', { to: 'x', lid: '12@lid', text: 'Hi' }, 'lid'],
    ['/inbound', { to: 'x', lid: '12', type: 'dance', text: 'Hi' }, 'type'],
    ['/inbound', { to: 'x', lid: '12', text: 'Hi', chat: 'disco' }, 'chat'],
    ['/inbound', { to: 'x', lid: '12', text: 'Hi', fromMe: 'yes' }, 'fromMe'],
    ['/inbound/edit', { to: 'x', lid: '12', text: 'Hi' }, 'id'],
    ['/identity', { to: 'x', lid: '12' }, 'phone'],
    ['/phones', { pushName: 'Rui' }, 'phone'],
    ['/phones', { lid: '12', showsNumber: 'no' }, 'showsNumber'],
    ['/phones', { lid: '12', showsNumber: true }, 'phone'],
    ['/phones', { phone: '+5511961230001', showsNumber: false }, 'lid'],
    ['/phones', { lid: '12', colour: 'red' }, 'colour'],
    ['/identity/change', { to: 'x', lid: '12' }, 'newPhone'],
  ])('%s refuses %j and names the field', async (path, body, field) => {
    const refused = await request(url).post(path).send(body).expect(400);
    expect(refused.body.errors.map((error: { path: string }) => error.path)).toEqual([field]);
  });

  it('says how it is', async () => {
    const health = await request(url).get('/health').expect(200);
    expect(health.body).toMatchObject({ status: 'ok', connected: expect.any(Number) });
  });

  it.each([
    ['get', '/ledger?limit=0', undefined, 400, 'limit'],
    ['get', '/ledger?cursor=x', undefined, 400, 'cursor'],
    ['get', '/ledger?campaign=x', undefined, 400, 'campaign'],
    ['post', '/behaviour', { outcomes: { banned: 7 } }, 400, 'outcomes.banned'],
    ['post', '/behaviour', 'nonsense', 400, 'body'],
    ['post', '/inbound', { to: 'x', text: 'Hi' }, 400, 'from'],
    ['post', '/inbound', { to: 'x', from: '+5511999990000', text: 'Hi' }, 404, undefined],
    ['post', '/pair', {}, 400, 'sender'],
    ['post', '/pair', { sender: '2@expired,a,b,c' }, 409, undefined],
    ['get', '/nothing', undefined, 404, undefined],
  ] as const)('answers %s %s with a clear error', async (method, path, body, status, field) => {
    const answer = await request(url)[method](path).set('content-type', 'application/json').send(body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ success: false, message: expect.any(String) });
    if (field) expect(answer.body.errors[0].path).toBe(field);
  });
});

describe('links', () => {
  let network: SimulatorNetwork;
  let server: SimulatorServer;
  let url: string;
  const transports: Transport[] = [];

  beforeEach(async () => {
    network = createSimulatorNetwork({ behaviour: instantBehaviour });
    server = createSimulatorServer({ network, logger });
    url = await server.listen(0);
  });
  afterEach(async () => {
    await Promise.all(transports.splice(0).map((transport) => transport.close()));
    await server.close();
    network.close();
  });

  function connect(): Transport {
    const transport = createSimulatorTransport({ network: { url }, logger });
    transports.push(transport);
    return transport;
  }

  it('moves a sender from one process to another without a new pairing', async () => {
    const [one, other] = [connect(), connect()];
    const first = await new TestSender(one, {}).online();
    const { credentials } = await first.event('credentials');
    const second = await new TestSender(other, { autoPair: false }, first.senderId, credentials).online();
    expect((await first.event('disconnected')).reason).toBe('disconnected');
    expect(await second.session.send(second.text(freshNumber()))).toMatchObject({ kind: 'sent' });
    expect(await first.session.send(first.text(freshNumber()))).toMatchObject({ kind: 'senderLost' });
  });

  it('ends only the sessions of the process that went away', async () => {
    const [one, other] = [connect(), connect()];
    await new TestSender(one, {}).online();
    const stays = await new TestSender(other, {}).online();
    await one.close();
    await waitFor(() => network.stats().connected === 1);
    expect(await stays.session.probe()).toBe(true);
  });

  it('returns unknown for what was under way when the link drops, and recovers when the simulator is back', async () => {
    const sender = await new TestSender(connect(), {}).online();
    network.change({ latency: 60_000 });
    const message = sender.text(freshNumber());
    const underWay = sender.session.send(message);
    await waitFor(() => network.ledger.summary().arrived === 1);
    const port = Number(new URL(url).port);
    await server.close();
    expect(await underWay).toEqual({ kind: 'unknown', code: 'connection_lost' });
    expect((await sender.event('disconnected')).reason).toBe('disconnected');
    expect(await sender.session.send(message)).toMatchObject({ kind: 'senderLost', code: 'disconnected' });
    server = createSimulatorServer({ network, logger });
    await server.listen(port);
    await sender.event('connected', 2);
    expect(sender.all('qr')).toHaveLength(1);
    expect(await sender.session.send(message)).toMatchObject({ kind: 'sent' });
    expect(network.ledger.summary()).toMatchObject({ arrived: 1, resent: 1 });
  });

  it('carries the sessions of many senders and all their events', async () => {
    const transport = connect();
    const senders = await Promise.all(
      Array.from({ length: 20 }, () => new TestSender(transport, {}).online()),
    );
    await Promise.all(
      senders.flatMap((sender) =>
        Array.from({ length: 50 }, () => sender.session.send(sender.text(freshNumber()))),
      ),
    );
    expect(network.ledger.summary()).toMatchObject({ arrived: 1_000, unique: 1_000 });
    await waitFor(() => senders.every((sender) => sender.all('receipt').length === 100));
  });

  it('knows from the greeting that the network takes no ids', async () => {
    await server.close();
    network.close();
    network = createSimulatorNetwork({ behaviour: instantBehaviour, idempotentIds: false });
    server = createSimulatorServer({ network, logger });
    url = await server.listen(0);
    const transport = connect();
    const sender = await new TestSender(transport, {}).online();
    expect(transport.capabilities.idempotentIds).toBe(false);
    expect(sender.session.allocateMessageId()).toBeUndefined();
  });

  it('says which address cannot be reached', async () => {
    await server.close();
    const sender = new TestSender(connect(), {});
    await expect(sender.session.connect()).rejects.toThrow(
      /simulator at ws:\/\/127\.0\.0\.1:\d+\/ cannot be reached/,
    );
    expect(() => createSimulatorTransport({ network: { url: 'localhost' }, logger })).toThrow(
      /must look like/,
    );
  });
});

describe('the simulator’s own process', () => {
  const children: ChildProcess[] = [];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  function start(...args: string[]): { child: ChildProcess; output: () => string } {
    const child = spawn(process.execPath, [...programArguments('simulator-main'), ...args], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    children.push(child);
    let text = '';
    child.stdout.on('data', (chunk) => (text += String(chunk)));
    child.stderr.on('data', (chunk) => (text += String(chunk)));
    return { child, output: () => text };
  }

  it('prints its address, behaves as the file says, and ends cleanly on SIGTERM', async () => {
    const file = join(folder, 'behaviour.json');
    await writeFile(file, JSON.stringify({ latency: 0, pairing: { scanDelayMs: 0, connectDelayMs: 0 } }));
    const { child, output } = start('--port', '0', '--seed', '3', '--behaviour', file);
    const url = await waitFor(() => /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0], { timeoutMs: 20_000 });
    const transport = createSimulatorTransport({ network: { url }, logger });
    const sender = await new TestSender(transport, {}).online();
    expect(await sender.session.send(sender.text(freshNumber()))).toMatchObject({ kind: 'sent' });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await sender.event('disconnected');
    await transport.close();
  });

  it.each([
    [['--port', '99999'], /--port must be a whole number from 0 to 65535/],
    [['--speed', '1'], /--speed/],
    [['--behaviour', 'missing.json'], /missing\.json cannot be read/],
    [['--behaviour', 'package.json'], /name: is not known here/],
  ])('refuses %j', async (args, message) => {
    const { child, output } = start(...args);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(output()).toMatch(message);
  });
});
