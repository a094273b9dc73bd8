import type { Peer } from '../peer.js';
import { addressed } from './core/addressed.js';
import type {
  LossCode,
  OutboundMessage,
  SendOutcome,
  SessionOptions,
  TransportEvent,
  TransportSession,
} from '../transport.js';
import { newMessageId } from './core/identity.js';
import type { NetworkPort } from './network-port.js';
import type { Line, Phone } from './phone.js';

type State = 'idle' | 'pairing' | 'connecting' | 'connected';

/** A sender's session inside the network's own process. */
export class NetworkSession implements TransportSession, Line {
  private state: State = 'idle';
  /** Rises whenever the state starts over: a task scheduled before belongs to the past. */
  private attempt = 0;
  private credentials: string | undefined;
  private lastLoss: LossCode = 'disconnected';
  private readonly waiting = new Set<(outcome: SendOutcome) => void>();
  readonly phone: Phone;

  constructor(
    private readonly network: NetworkPort,
    private readonly options: SessionOptions,
  ) {
    this.credentials = options.credentials;
    this.phone = network.phoneOf(options.senderId, options.config);
  }

  async connect(): Promise<void> {
    if (this.state === 'connected') {
      this.emit({ type: 'connected', phoneNumber: this.phone.number });
      return;
    }
    if (this.state !== 'idle') return;
    this.attempt += 1;
    if (this.credentials === undefined) this.startPairing();
    else this.restore(this.credentials);
  }

  /** Resolves when the events that were under way have been told. */
  async disconnect(): Promise<void> {
    this.stop();
    await this.network.schedule.settled();
  }

  async logout(): Promise<void> {
    this.stop();
    if (this.credentials !== undefined) this.network.revoke(this.credentials);
    this.credentials = undefined;
    this.lastLoss = 'logged_out';
    await this.network.schedule.settled();
  }

  allocateMessageId(): string | undefined {
    return this.network.idempotentIds ? newMessageId() : undefined;
  }

  async showTyping(peer: Peer, durationMs: number): Promise<void> {
    const to = addressed(peer);
    if (this.state === 'connected' && to !== undefined) this.network.typing(this.phone, to, durationMs);
  }

  async send(message: OutboundMessage): Promise<SendOutcome> {
    if (this.state !== 'connected') return { kind: 'senderLost', code: this.lastLoss };
    const to = addressed(message.to);
    if (to === undefined) return { kind: 'rejected', code: 'invalid_number', permanent: true };
    const { outcome, afterMs } = this.network.accept(this.phone, { ...message, to });
    if (afterMs <= 0) return outcome;
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      this.network.schedule.after(afterMs, () => {
        if (this.waiting.delete(resolve)) resolve(outcome);
      });
    });
  }

  async checkNumber(phone: string): Promise<boolean> {
    if (this.state !== 'connected') throw new Error('the sender is not connected');
    return this.network.isRegistered(phone);
  }

  async probe(): Promise<boolean> {
    return this.state === 'connected';
  }

  /** A phone scanned the pairing code. */
  scanned(): void {
    if (this.state !== 'pairing') return;
    this.network.pairingOver(this);
    if (this.phone.banned) {
      this.lose('banned');
      return;
    }
    this.credentials = this.network.pair(this.phone);
    this.emit({ type: 'credentials', credentials: this.credentials });
    this.goOnline();
  }

  deliver(event: TransportEvent, acknowledge: () => void): void {
    this.network.schedule.after(0, () => {
      const safe = this.options.onEvent(event);
      if (safe) void safe.then(acknowledge);
      else acknowledge();
    });
  }

  /** The network ended it. What waits for an answer was handed over, its delivery status is not known here. */
  lose(reason: LossCode): void {
    this.stop();
    this.lastLoss = reason;
    if (reason === 'logged_out') this.credentials = undefined;
    this.emit({ type: 'disconnected', reason });
  }

  private restore(credentials: string): void {
    const loss = this.network.recognise(this.phone, credentials);
    if (loss) {
      this.lose(loss);
      return;
    }
    this.state = 'connecting';
    this.later(this.network.behaviour.pairing.connectDelayMs, () => this.goOnline());
  }

  private startPairing(): void {
    this.state = 'pairing';
    this.showQr();
    const { autoPair, autoPairAfterMs } = this.phone.config;
    if (autoPair === false) return;
    this.later(autoPairAfterMs ?? this.network.behaviour.pairing.scanDelayMs, () => this.scanned());
  }

  /** Shows a pairing code, and a new one whenever it expires. */
  private showQr(): void {
    if (this.state !== 'pairing') return;
    const { payload, expiresAt, lifetimeMs } = this.network.offerPairing(this);
    this.emit({ type: 'qr', payload, expiresAt });
    this.later(lifetimeMs, () => this.showQr());
  }

  private goOnline(): void {
    if (this.phone.banned) {
      this.lose('banned');
      return;
    }
    this.state = 'connected';
    this.emit({ type: 'connected', phoneNumber: this.phone.number });
    this.phone.attach(this);
  }

  private stop(): void {
    this.state = 'idle';
    this.attempt += 1;
    this.lastLoss = 'disconnected';
    this.network.pairingOver(this);
    this.phone.detach(this);
    for (const resolve of this.waiting) resolve({ kind: 'unknown', code: 'connection_lost' });
    this.waiting.clear();
  }

  private later(ms: number, task: () => void): void {
    const { attempt } = this;
    this.network.schedule.after(ms, () => {
      if (this.attempt === attempt) task();
    });
  }

  /** Never within the caller's own call: events come in order, after what caused them. */
  private emit(event: TransportEvent): void {
    this.network.schedule.after(0, () => void this.options.onEvent(event));
  }
}
