import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../src/lib/logger.js';
import {
  createSimulatorNetwork,
  createSimulatorTransport,
  instantBehaviour,
  type BehaviourChange,
  type SimulatorNetwork,
  type SimulatorNetworkOptions,
} from '../../src/transports/simulator/index.js';
import type { SendOutcome, Transport } from '../../src/transports/transport.js';
import { textOf } from '../support/inbound.js';
import { waitFor } from '../support/wait-for.js';
import { freshNumber, TestSender } from './contract.js';

const open: SimulatorNetwork[] = [];
afterEach(() => {
  for (const network of open.splice(0)) network.close();
});

function networkWith(
  behaviour: BehaviourChange = {},
  options: SimulatorNetworkOptions = {},
): { network: SimulatorNetwork; transport: Transport } {
  const network = createSimulatorNetwork({ ...options, behaviour: instantBehaviour });
  network.change(behaviour);
  open.push(network);
  return { network, transport: createSimulatorTransport({ network, logger: createLogger('silent') }) };
}

/** A short code for an outcome, to compare whole runs. */
function code(outcome: SendOutcome): string {
  return outcome.kind === 'sent' ? 'sent' : outcome.code;
}

async function sendMany(sender: TestSender, numbers: string[]): Promise<string[]> {
  const codes: string[] = [];
  for (const number of numbers) codes.push(code(await sender.session.send(sender.text(number))));
  return codes;
}

const numbers = Array.from({ length: 60 }, (_, index) => `+55119${80_000_000 + index}`);
const chances: BehaviourChange = {
  outcomes: { unregistered: 0.2, blocked: 0.1, rateLimited: 0.2, timedOut: 0.1 },
  timeOut: { afterMs: 1, arrives: 0.5 },
};

describe('chance', () => {
  it('repeats a run with the same seed, in any order of recipients', async () => {
    const runs = await Promise.all(
      [numbers, numbers.toReversed()].map(async (order) => {
        const { transport } = networkWith(chances, { seed: 7 });
        const sender = await new TestSender(transport, {}).online();
        const codes = await sendMany(sender, order);
        return Object.fromEntries(order.map((number, index) => [number, codes[index]]));
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
    expect(new Set(Object.values(runs[0] ?? {}))).toEqual(
      new Set(['sent', 'not_on_whatsapp', 'blocked_by_recipient', 'rate_limited', 'timeout']),
    );
  });

  it('differs with another seed', async () => {
    const [one, other] = await Promise.all(
      [1, 2].map(async (seed) => {
        const sender = await new TestSender(networkWith(chances, { seed }).transport, {}).online();
        return sendMany(sender, numbers);
      }),
    );
    expect(one).not.toEqual(other);
  });

  it('gives a number the same answer every time it is asked whether it is on WhatsApp', async () => {
    const { transport } = networkWith({ outcomes: { unregistered: 0.4 } });
    const sender = await new TestSender(transport, {}).online();
    const first = await sendMany(sender, numbers);
    expect(await sendMany(sender, numbers)).toEqual(first);
    expect(new Set(first)).toEqual(new Set(['sent', 'not_on_whatsapp']));
  });
});

describe('the ledger', () => {
  it('counts another id for the same campaign, recipient and part as a duplicate', async () => {
    const { network, transport } = networkWith();
    const sender = await new TestSender(transport, {}).online();
    const to = freshNumber();
    const reference = { campaignId: 'campaign', part: 1 };
    const first = { ...sender.text(to), reference };
    await sender.session.send(first);
    await sender.session.send(first);
    await sender.session.send({ ...sender.text(to), reference });
    await sender.session.send({ ...sender.text(to), reference: { campaignId: 'campaign', part: 2 } });
    expect(network.ledger.summary('campaign')).toEqual({
      arrived: 3,
      unique: 2,
      duplicates: 1,
      resent: 1,
      forgotten: 0,
    });
    expect(network.ledger.summary('another')).toMatchObject({ arrived: 0 });
  });

  it('says who sent what to whom, and whether typing was shown', async () => {
    const { network, transport } = networkWith();
    const sender = await new TestSender(transport, { phoneNumber: '+5511999990000' }).online();
    const message = sender.text('+5511977776666', 'Olá, João 👋');
    await sender.session.showTyping(message.to, 1_500);
    await sender.session.send({ ...message, reference: { campaignId: 'c', part: 0 } });
    expect(network.ledger.page({ limit: 10 })?.items).toEqual([
      {
        id: message.waMessageId,
        senderId: sender.senderId,
        sender: '+5511999990000',
        to: '+5511977776666',
        campaignId: 'c',
        part: 0,
        type: 'text',
        sha256: undefined,
        body: 'Olá, João 👋',
        typingMs: 1_500,
        at: expect.any(Date),
      },
    ]);
  });

  it('forgets the oldest beyond its capacity and keeps counting', async () => {
    const { network, transport } = networkWith({}, { ledgerCapacity: 10 });
    const sender = await new TestSender(transport, {}).online();
    for (const number of numbers.slice(0, 25)) {
      await sender.session.send({ ...sender.text(number), reference: { campaignId: 'c', part: 0 } });
    }
    expect(network.ledger.summary()).toMatchObject({ arrived: 25, unique: 25, duplicates: 0, forgotten: 15 });
    const first = network.ledger.page({ limit: 6, campaignId: 'c' });
    const second = network.ledger.page({ limit: 6, campaignId: 'c', cursor: first?.nextCursor ?? '' });
    expect([...(first?.items ?? []), ...(second?.items ?? [])].map(({ to }) => to)).toEqual(
      numbers.slice(15, 25),
    );
    expect(second?.nextCursor).toBeNull();
  });

  it('takes no ids and sees every resend when the network is not idempotent', async () => {
    const { network, transport } = networkWith({}, { idempotentIds: false });
    expect(transport.capabilities.idempotentIds).toBe(false);
    const sender = await new TestSender(transport, {}).online();
    const message = { ...sender.text(freshNumber()), reference: { campaignId: 'c', part: 0 } };
    expect(message.waMessageId).toBeUndefined();
    const [first, second] = [await sender.session.send(message), await sender.session.send(message)];
    expect(first).not.toEqual(second);
    expect(network.ledger.summary('c')).toMatchObject({ arrived: 2, duplicates: 1 });
  });
});

describe('what follows an arrival', () => {
  it('tells receipts after the answer, the failed one instead of a delivery', async () => {
    const { transport } = networkWith({ receipts: { failed: 1 } });
    const sender = await new TestSender(transport, {}).online();
    await sender.session.send(sender.text(freshNumber()));
    expect(sender.all('receipt')).toEqual([]);
    await sender.event('receipt', 2);
    expect(sender.all('receipt').map(({ status, code: error }) => [status, error])).toEqual([
      ['server', undefined],
      ['failed', 'undeliverable'],
    ]);
  });

  it('keeps receipts for a sender that is away', async () => {
    const { transport } = networkWith({ receipts: { deliveredDelay: 20 } });
    const sender = await new TestSender(transport, {}).online();
    await sender.session.send(sender.text(freshNumber()));
    await sender.session.disconnect();
    expect(sender.all('receipt')).toEqual([]);
    await sender.session.connect();
    await sender.event('receipt', 2);
    expect(sender.all('receipt').map(({ status }) => status)).toEqual(['server', 'delivered']);
  });

  it('replies as scripted, otherwise by chance, and some say STOP', async () => {
    const { network, transport } = networkWith({
      replies: { probability: 1, stop: 1, script: [{ contains: 'price', reply: 'Too expensive' }] },
    });
    const sender = await new TestSender(transport, {}).online();
    const [one, other] = [freshNumber(), freshNumber()];
    await sender.session.send(sender.text(one, 'Our PRICE list'));
    await sender.session.send(sender.text(other, 'Hello'));
    await sender.event('message', 2);
    expect(sender.all('message').map((message) => [message.from.phone, textOf(message)])).toEqual([
      [one, 'Too expensive'],
      [other, 'STOP'],
    ]);
    network.change({ replies: { stop: 0, texts: ['Thanks'] } });
    await sender.session.send(sender.text(other, 'Hello'));
    expect(textOf(await sender.event('message', 3))).toBe('Thanks');
  });
});

describe('faults of a sender', () => {
  it('fails every send after so many messages, which counts against the sender and keeps the recipient', async () => {
    const { network, transport } = networkWith();
    const config = { faults: [{ fault: 'fail', afterMessages: 2 }] };
    const sender = await new TestSender(transport, config).online();
    expect(await sendMany(sender, numbers.slice(0, 5))).toEqual([
      'sent',
      'sent',
      'unavailable',
      'unavailable',
      'unavailable',
    ]);
    expect(await sender.session.send(sender.text(freshNumber()))).toMatchObject({
      kind: 'retryLater',
      scope: 'sender',
      at: expect.any(Date),
    });
    expect(network.ledger.summary().arrived).toBe(2);
    // Connecting anew with the same faults does not start the countdown again.
    const { credentials } = await sender.event('credentials');
    const known = { ...config, phoneNumber: (await sender.event('connected')).phoneNumber };
    const again = await new TestSender(transport, known, sender.senderId, credentials).online();
    expect(await sendMany(again, [freshNumber()])).toEqual(['unavailable']);
  });

  it('strikes a limited number of times', async () => {
    const { transport } = networkWith();
    const sender = await new TestSender(transport, { faults: [{ fault: 'rate_limit', count: 2 }] }).online();
    expect(await sendMany(sender, numbers.slice(0, 3))).toEqual(['rate_limited', 'rate_limited', 'sent']);
  });

  it.each([
    ['disconnect', 'disconnected'],
    ['log_out', 'logged_out'],
    ['ban', 'banned'],
  ])('%s loses the sender', async (fault, reason) => {
    const { transport } = networkWith({
      faults: [{ senderNumber: '+5511999990001', fault: fault as 'ban', afterMessages: 1 }],
    });
    const sender = await new TestSender(transport, { phoneNumber: '+5511999990001' }).online();
    const other = await new TestSender(transport, {}).online();
    expect(await sendMany(sender, numbers.slice(0, 3))).toEqual(['sent', reason, reason]);
    expect((await sender.event('disconnected')).reason).toBe(reason);
    expect(await sendMany(other, numbers.slice(0, 3))).toEqual(['sent', 'sent', 'sent']);
  });

  it('restricts new conversations until a time, and lets replies through', async () => {
    let now = new Date('2026-01-01T12:00:00Z');
    const { network, transport } = networkWith({ restrictionMs: 60_000 }, { clock: { now: () => now } });
    const sender = await new TestSender(transport, { faults: [{ fault: 'restrict' }] }).online();
    const [stranger, friend] = [freshNumber(), freshNumber()];
    network.write({ to: sender.senderId, from: friend, text: 'Hi' });
    expect(await sender.session.send(sender.text(stranger))).toEqual({
      kind: 'retryLater',
      code: 'restricted',
      scope: 'sender',
      at: new Date('2026-01-01T12:01:00Z'),
    });
    expect(await sendMany(sender, [friend, stranger])).toEqual(['sent', 'restricted']);
    now = new Date('2026-01-01T12:01:00Z');
    expect(await sendMany(sender, [stranger])).toEqual(['sent']);
  });

  it('limits a sender to so many messages per window and says when the next one starts', async () => {
    let now = new Date('2026-01-01T12:00:00Z');
    const { transport } = networkWith(
      { rateLimit: { messages: 2, windowMs: 1_000 } },
      { clock: { now: () => now } },
    );
    const sender = await new TestSender(transport, {}).online();
    expect(await sendMany(sender, numbers.slice(0, 2))).toEqual(['sent', 'sent']);
    expect(await sender.session.send(sender.text(freshNumber()))).toMatchObject({
      code: 'rate_limited',
      at: new Date('2026-01-01T12:00:01Z'),
    });
    now = new Date('2026-01-01T12:00:01Z');
    expect(await sendMany(sender, [freshNumber()])).toEqual(['sent']);
  });

  it('leaves a hand-over unanswered that may have arrived all the same', async () => {
    const { network, transport } = networkWith({ timeOut: { afterMs: 5, arrives: 1 } });
    const sender = await new TestSender(transport, { faults: [{ fault: 'time_out', count: 1 }] }).online();
    const message = sender.text(freshNumber());
    expect(await sender.session.send(message)).toEqual({ kind: 'unknown', code: 'timeout' });
    expect(network.ledger.summary().arrived).toBe(1);
    expect((await sender.event('receipt')).waMessageId).toBe(message.waMessageId);
    expect(await sender.session.send(message)).toMatchObject({ kind: 'sent' });
    expect(network.ledger.summary()).toMatchObject({ arrived: 1, resent: 1 });
  });
});

describe('pairing', () => {
  it('refreshes the code when it expires; the expired one pairs nothing', async () => {
    const { network, transport } = networkWith({
      pairing: { qrLifetimeMs: 30, scanDelayMs: 0, connectDelayMs: 0 },
    });
    const sender = new TestSender(transport, { autoPair: false });
    await sender.session.connect();
    const [first, second] = [await sender.event('qr'), await sender.event('qr', 2)];
    expect(first.payload).not.toBe(second.payload);
    expect(() => network.scan(first.payload)).toThrow(/code has expired/);
    expect(network.scan(sender.senderId, '+351912345678')).toEqual({
      senderId: sender.senderId,
      phoneNumber: '+351912345678',
    });
    expect((await sender.event('connected')).phoneNumber).toBe('+351912345678');
    expect(() => network.scan(sender.senderId)).toThrow(/paired already/);
    expect(() => network.scan('nobody')).toThrow(/never seen a sender nobody/);
  });

  it('survives a restart of the network with the same seed, and not with another', async () => {
    const first = await new TestSender(networkWith({}, { seed: 5 }).transport, {}).online();
    const { credentials } = await first.event('credentials');
    const phone = (await first.event('connected')).phoneNumber;
    const restarted = new TestSender(
      networkWith({}, { seed: 5 }).transport,
      { autoPair: false },
      first.senderId,
      credentials,
    );
    expect((await (await restarted.online()).event('connected')).phoneNumber).toBe(phone);
    const elsewhere = new TestSender(
      networkWith({}, { seed: 6 }).transport,
      { autoPair: false },
      first.senderId,
      credentials,
    );
    await elsewhere.session.connect();
    expect((await elsewhere.event('disconnected')).reason).toBe('logged_out');
  });

  it('stops showing codes when the sender gives up', async () => {
    const { network, transport } = networkWith();
    const sender = new TestSender(transport, { autoPair: false });
    await sender.session.connect();
    await sender.event('qr');
    await sender.session.disconnect();
    expect(network.stats()).toMatchObject({ waitingForScan: 0, connected: 0 });
    expect(() => network.scan(sender.senderId)).toThrow(/No sender waits/);
  });
});

describe('latency', () => {
  it('responds after the latency, and the message has arrived before', async () => {
    const { network, transport } = networkWith({ latency: { min: 20, median: 25, p95: 30 } });
    const sender = await new TestSender(transport, {}).online();
    const startedAt = performance.now();
    const answers = Promise.all(numbers.map((number) => sender.session.send(sender.text(number))));
    await waitFor(() => network.ledger.summary().arrived === numbers.length);
    expect((await answers).every(({ kind }) => kind === 'sent')).toBe(true);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(19);
  });
});
