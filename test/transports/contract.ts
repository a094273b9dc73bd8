import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import type {
  LossCode,
  MediaFile,
  MessageType,
  OutboundContent,
  OutboundMessage,
  Transport,
  TransportEvent,
  TransportSession,
} from '../../src/transports/transport.js';
import { textOf } from '../support/inbound.js';
import { waitFor } from '../support/wait-for.js';

/** What a transport's test brings along: the transport, and a hand on the other side of its network. */
export interface ContractHarness {
  transport: Transport;
  /** A transportConfig that pairs by itself, and one that waits to be scanned. */
  config: {
    autoPair: Record<string, unknown>;
    manualPair: Record<string, unknown>;
    wrong: Record<string, unknown>;
  };
  unregisteredNumber: string;
  /** A number to which hand-overs stay unanswered for longer than a test takes to drop the connection. */
  slow(senderId: string): void;
  scan(qrPayload: string): void;
  write(senderId: string, from: string, text: string): void;
  drop(senderId: string, reason: LossCode): void;
  /** What the one message that reached this phone showed. */
  seenAt(phone: string): Promise<{ type: MessageType; body: string; sha256: string | undefined } | undefined>;
  /** Message ids that reached this phone. */
  arrivedAt(phone: string): Promise<string[]>;
  close(): Promise<void>;
}

export class TestSender {
  readonly events: TransportEvent[] = [];
  readonly session: TransportSession;
  /** False: what is reported is heard and, as by a process that is killed then, never made safe. */
  keepsSafe = true;

  constructor(
    transport: Transport,
    config: Record<string, unknown>,
    readonly senderId = newId(),
    credentials?: string,
  ) {
    this.session = transport.openSession({
      senderId,
      config,
      credentials,
      onEvent: (event) => {
        this.events.push(event);
        return this.keepsSafe ? undefined : new Promise<void>(() => undefined);
      },
    });
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  all<Type extends TransportEvent['type']>(type: Type): Extract<TransportEvent, { type: Type }>[] {
    return this.events.filter(
      (event): event is Extract<TransportEvent, { type: Type }> => event.type === type,
    );
  }

  /** The n-th event of this type, waited for. */
  event<Type extends TransportEvent['type']>(
    type: Type,
    nth = 1,
  ): Promise<Extract<TransportEvent, { type: Type }>> {
    return waitFor(async () => this.all(type)[nth - 1], { timeoutMs: 5_000 });
  }

  async online(): Promise<this> {
    await this.session.connect();
    await this.event('connected');
    return this;
  }

  text(to: string, text = 'Hello', waMessageId = this.session.allocateMessageId()): OutboundMessage {
    return { waMessageId, to: { phone: to }, content: { type: 'text', text } };
  }
}

const file: MediaFile = {
  fileName: 'file.bin',
  mimeType: 'application/octet-stream',
  sizeBytes: 3,
  sha256: 'ab'.repeat(32),
  read: async () => Buffer.from('abc'),
};

/** One content of every type, and what its recipient can read. */
const contents: { [Type in MessageType]: { content: OutboundContent & { type: Type }; body: string } } = {
  text: { content: { type: 'text', text: 'Olá 👋' }, body: 'Olá 👋' },
  image: { content: { type: 'image', media: file, caption: 'Look' }, body: 'Look' },
  video: { content: { type: 'video', media: file }, body: '' },
  audio: { content: { type: 'audio', media: file }, body: '' },
  voice: { content: { type: 'voice', media: file }, body: '' },
  document: { content: { type: 'document', media: file, caption: 'Prices' }, body: 'Prices' },
  location: {
    content: { type: 'location', latitude: -8.05, longitude: -34.9, name: 'Platform 9' },
    body: 'Platform 9',
  },
  contact: {
    content: { type: 'contact', displayName: 'Support', phoneNumber: '+5511987654321' },
    body: 'Support',
  },
  poll: {
    content: { type: 'poll', question: 'When?', choices: ['Now', 'Later'], selectable: 1 },
    body: 'When?',
  },
};

let lastNumber = 0;
export function freshNumber(): string {
  lastNumber += 1;
  return `+55119${70_000_000 + lastNumber}`;
}

/** What every transport with a live session must do, whatever is behind it. */
export function transportContract(name: string, setup: () => Promise<ContractHarness>): void {
  describe(`the transport contract: ${name}`, () => {
    let harness: ContractHarness;
    beforeAll(async () => {
      harness = await setup();
    });
    afterAll(async () => {
      await harness.close();
    });

    const sender = (): TestSender => new TestSender(harness.transport, harness.config.autoPair);

    it('names what is wrong with a sender’s settings, and nothing when they are fine', () => {
      expect(harness.transport.validateConfig(harness.config.autoPair)).toEqual([]);
      const [error] = harness.transport.validateConfig(harness.config.wrong);
      expect(error).toEqual({ path: expect.any(String), message: expect.any(String) });
    });

    it('shows a pairing code until it is scanned, then hands over credentials before it is connected', async () => {
      const manual = new TestSender(harness.transport, harness.config.manualPair);
      await manual.session.connect();
      const qr = await manual.event('qr');
      expect(qr.expiresAt.getTime()).toBeGreaterThan(Date.now());
      expect(manual.all('connected')).toEqual([]);
      harness.scan(qr.payload);
      const connected = await manual.event('connected');
      expect(connected.phoneNumber).toMatch(/^\+\d{7,15}$/);
      expect(manual.types().filter((type) => type !== 'qr')).toEqual(['credentials', 'connected']);
    });

    it('restores a session from its credentials without a pairing code', async () => {
      const first = await sender().online();
      const { credentials } = await first.event('credentials');
      await first.session.disconnect();
      const second = new TestSender(
        harness.transport,
        harness.config.manualPair,
        first.senderId,
        credentials,
      );
      await second.online();
      expect(second.types()).toEqual(['connected']);
      expect((await second.event('connected')).phoneNumber).toBe(
        (await first.event('connected')).phoneNumber,
      );
    });

    it('refuses credentials after a log-out', async () => {
      const first = await sender().online();
      const { credentials } = await first.event('credentials');
      await first.session.logout();
      expect(await first.session.send(first.text(freshNumber()))).toMatchObject({ kind: 'senderLost' });
      const second = new TestSender(
        harness.transport,
        harness.config.manualPair,
        first.senderId,
        credentials,
      );
      await second.session.connect();
      expect(await second.event('disconnected')).toEqual({ type: 'disconnected', reason: 'logged_out' });
    });

    it('refuses forged credentials as logged out', async () => {
      const forged = new TestSender(
        harness.transport,
        harness.config.manualPair,
        newId(),
        '{"senderId":"x"}',
      );
      await forged.session.connect();
      expect((await forged.event('disconnected')).reason).toBe('logged_out');
    });

    it('sends under the id it was given and reports receipts in rising order', async () => {
      const online = await sender().online();
      const message = online.text(freshNumber());
      const outcome = await online.session.send(message);
      expect(outcome).toEqual({ kind: 'sent', waMessageId: message.waMessageId, at: expect.any(Date) });
      await waitFor(async () => online.all('receipt').find(({ status }) => status === 'read'), {
        timeoutMs: 5_000,
      });
      const receipts = online.all('receipt').filter(({ waMessageId }) => waMessageId === message.waMessageId);
      expect(receipts.map(({ status }) => status)).toEqual(['server', 'delivered', 'read']);
      expect(receipts.every(({ at }) => at instanceof Date)).toBe(true);
    });

    it.each(Object.keys(contents) as MessageType[])('sends a %s if it says it can', async (type) => {
      if (!harness.transport.capabilities.messageTypes.includes(type)) return;
      const online = await sender().online();
      const { content, body } = contents[type];
      const message = {
        waMessageId: online.session.allocateMessageId(),
        to: { phone: freshNumber() },
        content,
      };
      expect(await online.session.send(message)).toMatchObject({ kind: 'sent' });
      const sha256 = 'media' in content ? content.media.sha256 : undefined;
      expect(await harness.seenAt(message.to.phone)).toEqual({ type, body, sha256 });
    });

    it('delivers a resend with the same id once and reports it as sent', async () => {
      if (!harness.transport.capabilities.idempotentIds) return;
      const online = await sender().online();
      const message = online.text(freshNumber());
      await online.session.send(message);
      expect(await online.session.send(message)).toMatchObject({
        kind: 'sent',
        waMessageId: message.waMessageId,
      });
      expect(await harness.arrivedAt(message.to.phone ?? '')).toEqual([message.waMessageId]);
    });

    it('rejects a number that is not on WhatsApp, and one that is none', async () => {
      const online = await sender().online();
      expect(await online.session.send(online.text(harness.unregisteredNumber))).toEqual({
        kind: 'rejected',
        code: 'not_on_whatsapp',
        permanent: true,
      });
      expect(await online.session.send(online.text('12'))).toMatchObject({
        kind: 'rejected',
        code: 'invalid_number',
      });
    });

    it('tells whether a number is on WhatsApp, where it says that it can', async () => {
      if (!harness.transport.capabilities.numberCheck) return;
      const online = await sender().online();
      expect(await online.session.checkNumber?.(harness.unregisteredNumber)).toBe(false);
      expect(await online.session.checkNumber?.(freshNumber())).toBe(true);
      expect(await online.session.checkNumber?.('12')).toBe(false);
      await online.session.disconnect();
      await expect(online.session.checkNumber?.(freshNumber())).rejects.toThrow();
    });

    it('returns senderLost when it is not connected', async () => {
      const offline = sender();
      const lost = { kind: 'senderLost', code: 'disconnected' };
      expect(await offline.session.send(offline.text(freshNumber()))).toEqual(lost);
      await offline.online();
      await offline.session.disconnect();
      expect(await offline.session.send(offline.text(freshNumber()))).toEqual(lost);
      expect(offline.all('disconnected')).toEqual([]);
    });

    it('proves life only while it is connected', async () => {
      const online = sender();
      expect(await online.session.probe()).toBe(false);
      await online.online();
      expect(await online.session.probe()).toBe(true);
      await online.session.disconnect();
      expect(await online.session.probe()).toBe(false);
    });

    it('passes on what a phone writes, also what was written while it was away', async () => {
      const online = await sender().online();
      const from = freshNumber();
      harness.write(online.senderId, from, 'Hi');
      expect(await online.event('message')).toMatchObject({
        from: { phone: from },
        content: { type: 'text', text: 'Hi' },
        at: expect.any(Date),
      });
      await online.session.disconnect();
      harness.write(online.senderId, from, 'Are you there?');
      await online.session.connect();
      expect(await online.event('message', 2)).toMatchObject({
        from: { phone: from },
        content: { text: 'Are you there?' },
      });
      expect(online.types().slice(-2)).toEqual(['connected', 'message']);
    });

    it('tells again, in order, what was not safe when the connection ended, and only that', async () => {
      const online = await sender().online();
      const from = freshNumber();
      harness.write(online.senderId, from, 'safe');
      await online.event('message');
      online.keepsSafe = false;
      harness.write(online.senderId, from, 'STOP');
      harness.write(online.senderId, from, 'START');
      await online.event('message', 3);
      harness.drop(online.senderId, 'disconnected');
      await online.event('disconnected');
      online.keepsSafe = true;
      harness.write(online.senderId, from, 'later');
      await online.session.connect();
      await online.event('message', 6);
      const texts = online.all('message').map(textOf);
      expect(texts).toEqual(['safe', 'STOP', 'START', 'STOP', 'START', 'later']);
      await online.session.disconnect();
      await online.online();
      await online.event('connected', 3);
      harness.write(online.senderId, from, 'last');
      expect(await online.event('message', 7)).toMatchObject({ content: { text: 'last' } });
    });

    it('may be told to connect again while it is connected', async () => {
      const online = await sender().online();
      await online.session.connect();
      await online.event('connected', 2);
      expect(online.all('disconnected')).toEqual([]);
      expect(await online.session.probe()).toBe(true);
    });

    it('shows typing without waiting for its end', async () => {
      const online = await sender().online();
      await online.session.showTyping({ phone: freshNumber() }, 60_000);
    });

    it('reports a dropped connection, returns unknown for what was under way, and connects again', async () => {
      const online = await sender().online();
      harness.slow(online.senderId);
      const to = freshNumber();
      const underWay = online.session.send(online.text(to));
      await waitFor(async () => (await harness.arrivedAt(to))[0], { timeoutMs: 5_000 });
      harness.drop(online.senderId, 'disconnected');
      expect(await underWay).toEqual({ kind: 'unknown', code: 'connection_lost' });
      expect((await online.event('disconnected')).reason).toBe('disconnected');
      await online.session.connect();
      await online.event('connected', 2);
      expect(online.all('qr').length).toBe(1);
    });

    it('reports a log-out by the phone and pairs anew', async () => {
      const online = await sender().online();
      harness.drop(online.senderId, 'logged_out');
      expect((await online.event('disconnected')).reason).toBe('logged_out');
      expect(await online.session.send(online.text(freshNumber()))).toEqual({
        kind: 'senderLost',
        code: 'logged_out',
      });
      await online.session.connect();
      await online.event('connected', 2);
      expect(online.all('credentials')).toHaveLength(2);
    });

    it('stays banned', async () => {
      const online = await sender().online();
      harness.drop(online.senderId, 'banned');
      expect((await online.event('disconnected')).reason).toBe('banned');
      await online.session.connect();
      expect((await online.event('disconnected', 2)).reason).toBe('banned');
    });

    it('gives way to a newer session of the same sender', async () => {
      const older = await sender().online();
      const { credentials } = await older.event('credentials');
      const newer = new TestSender(harness.transport, harness.config.manualPair, older.senderId, credentials);
      await newer.online();
      await older.event('disconnected');
      expect(await newer.session.probe()).toBe(true);
      expect(await older.session.probe()).toBe(false);
    });
  });
}
