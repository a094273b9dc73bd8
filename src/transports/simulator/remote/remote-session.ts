import type { Peer } from '../../peer.js';
import type {
  LossCode,
  OutboundMessage,
  SendOutcome,
  SessionOptions,
  TransportEvent,
  TransportSession,
} from '../../transport.js';
import { newMessageId } from '../core/identity.js';
import { eventFromWire, messageToWire, type ServerFrame } from './frames.js';
import type { LinkedSession, SimulatorLink } from './link.js';

/** A sender's session in the simulator's process, reached over the link. */
export class RemoteSession implements TransportSession, LinkedSession {
  private number: number | undefined;
  private connected = false;
  private credentials: string | undefined;
  private lastLoss: LossCode = 'disconnected';

  constructor(
    private readonly link: SimulatorLink,
    private readonly options: SessionOptions,
  ) {
    this.credentials = options.credentials;
  }

  async connect(): Promise<void> {
    await this.link.ready();
    if (this.number === undefined) {
      this.number = this.link.register(this);
      this.announce(this.number);
    } else if (this.connected) {
      // Asked again although it came back by itself: the network answers with a new `connected`.
      this.announce(this.number);
    }
  }

  /** Resolves when the events that were under way have been told. */
  async disconnect(): Promise<void> {
    const { number } = this;
    if (number === undefined) return;
    this.connected = false;
    await this.link.ask((request) => ({ type: 'disconnect', session: number, request }));
    this.leave();
  }

  async logout(): Promise<void> {
    await this.disconnect();
    const { credentials } = this;
    this.credentials = undefined;
    this.lastLoss = 'logged_out';
    if (credentials === undefined) return;
    await this.link.ready();
    await this.link.ask((request) => ({ type: 'unlink', credentials, request }));
  }

  allocateMessageId(): string | undefined {
    return this.link.idempotentIds ? newMessageId() : undefined;
  }

  async showTyping(to: Peer, durationMs: number): Promise<void> {
    if (this.connected && this.number !== undefined) {
      this.link.tell({ type: 'typing', session: this.number, to, durationMs });
    }
  }

  async send(message: OutboundMessage): Promise<SendOutcome> {
    const { number } = this;
    if (!this.connected || number === undefined) return { kind: 'senderLost', code: this.lastLoss };
    const answer = await this.link.ask((request) => ({
      type: 'send',
      session: number,
      request,
      message: messageToWire(message),
    }));
    return answer.kind === 'sent' ? answer.outcome : { kind: 'unknown', code: 'connection_lost' };
  }

  async checkNumber(phone: string): Promise<boolean> {
    const { number } = this;
    if (!this.connected || number === undefined) throw new Error('the sender is not connected');
    const answer = await this.link.ask((request) => ({ type: 'check', session: number, request, phone }));
    if (answer.kind !== 'checked' || answer.registered === null) throw new Error('the connection was lost');
    return answer.registered;
  }

  async probe(): Promise<boolean> {
    const { number } = this;
    if (!this.connected || number === undefined) return false;
    const answer = await this.link.ask((request) => ({ type: 'probe', session: number, request }));
    return answer.kind === 'done' && answer.alive;
  }

  receive(wire: Extract<ServerFrame, { type: 'event' }>['event']): void | Promise<void> {
    const event = eventFromWire(wire);
    if (event.type === 'connected') this.connected = true;
    if (event.type === 'credentials') this.credentials = event.credentials;
    if (event.type === 'disconnected') {
      // The network's own decision: it is for the session's owner to connect again.
      this.leave();
      this.lastLoss = event.reason;
      if (event.reason === 'logged_out') this.credentials = undefined;
    }
    return this.options.onEvent(event);
  }

  /** The link is back: the session takes up where it was. */
  linkUp(): void {
    if (this.number !== undefined) this.announce(this.number);
  }

  linkDown(): void {
    const wasConnected = this.connected;
    this.connected = false;
    this.lastLoss = 'disconnected';
    const lost: TransportEvent = { type: 'disconnected', reason: 'disconnected' };
    if (wasConnected) void this.options.onEvent(lost);
  }

  private announce(session: number): void {
    const { senderId, config } = this.options;
    this.link.tell({ type: 'connect', session, senderId, config, credentials: this.credentials });
  }

  private leave(): void {
    if (this.number !== undefined) this.link.forget(this.number);
    this.number = undefined;
    this.connected = false;
    this.lastLoss = 'disconnected';
  }
}
