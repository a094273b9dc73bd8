import type { LossCode, TransportEvent } from '../transport.js';
import { Fifo } from './core/fifo.js';
import { FaultPlan, type FaultKind, type SenderFault } from './core/faults.js';
import type { SimulatorSenderConfig } from './sender-config.js';

/** What an account needs of the session that is connected to it. */
export interface Line {
  deliver(event: TransportEvent, acknowledge: () => void): void;
  lose(reason: LossCode): void;
}

/** What waits for a connection, or for its acknowledgement; beyond this the oldest is dropped. */
const MAX_BACKLOG = 200_000;
/** Chats a phone remembers as typing or as having written to it. */
const MAX_CHATS = 100_000;

/** The network's side of one sender: what the account is and what waits for it, connected or not. */
export class Phone {
  banned = false;
  /** Epoch milliseconds; until then it may not start conversations. */
  restrictedUntil = 0;
  private line: Line | undefined;
  private readonly backlog = new Fifo<TransportEvent>();
  private readonly unacknowledged = new Set<TransportEvent>();
  private readonly typing = new Map<string, number>();
  private readonly writers = new Set<string>();
  private ownFaults: FaultPlan;
  private networkFaults = new FaultPlan([]);
  private configuredFaults: string | undefined;
  private rateWindow = { startedAt: 0, used: 0 };

  constructor(
    readonly senderId: string,
    public number: string,
    public config: SimulatorSenderConfig,
  ) {
    this.configuredFaults = JSON.stringify(config.faults);
    this.ownFaults = new FaultPlan(config.faults ?? []);
  }

  get connected(): boolean {
    return this.line !== undefined;
  }

  /** The same faults again keep their countdown where it is. */
  configure(config: SimulatorSenderConfig): void {
    this.config = config;
    const faults = JSON.stringify(config.faults);
    if (faults === this.configuredFaults) return;
    this.configuredFaults = faults;
    this.ownFaults = new FaultPlan(config.faults ?? []);
  }

  setNetworkFaults(faults: readonly SenderFault[]): void {
    this.networkFaults = new FaultPlan(
      faults.filter(({ senderId, senderNumber }) =>
        senderId ? senderId === this.senderId : senderNumber === this.number,
      ),
    );
  }

  strike(): FaultKind | undefined {
    return this.ownFaults.strike() ?? this.networkFaults.strike();
  }

  messageArrived(): void {
    this.ownFaults.messageArrived();
    this.networkFaults.messageArrived();
  }

  /**
   * A newer connection replaces the older one, as WhatsApp does. Unacknowledged events are handed over again, then
   * those that waited.
   */
  attach(line: Line): void {
    const replaced = this.line;
    this.line = line;
    if (replaced && replaced !== line) replaced.lose('disconnected');
    for (const event of this.unacknowledged) this.tell(line, event);
    for (let event = this.backlog.shift(); event; event = this.backlog.shift()) this.tell(line, event);
  }

  private tell(line: Line, event: TransportEvent): void {
    this.unacknowledged.add(event);
    if (this.unacknowledged.size > MAX_BACKLOG) {
      const [oldest] = this.unacknowledged;
      if (oldest) this.unacknowledged.delete(oldest);
    }
    line.deliver(event, () => this.unacknowledged.delete(event));
  }

  detach(line: Line): void {
    if (this.line === line) this.line = undefined;
  }

  /** The network ends the connection; nothing happens when there is none. */
  drop(reason: LossCode): void {
    const line = this.line;
    this.line = undefined;
    line?.lose(reason);
  }

  deliver(event: TransportEvent): void {
    if (this.line) {
      this.tell(this.line, event);
      return;
    }
    this.backlog.push(event);
    if (this.backlog.size > MAX_BACKLOG) this.backlog.shift();
  }

  showTyping(to: string, durationMs: number): void {
    if (this.typing.size < MAX_CHATS) this.typing.set(to, durationMs);
  }

  takeTyping(to: string): number {
    const shown = this.typing.get(to) ?? 0;
    if (shown > 0) this.typing.delete(to);
    return shown;
  }

  hasWritten(from: string): boolean {
    return this.writers.has(from);
  }

  rememberWriter(from: string): void {
    if (this.writers.size < MAX_CHATS) this.writers.add(from);
  }

  /** Counts one send into the current window; returns when the next window starts if this one is full. */
  takeRateSlot(now: number, limit: { messages: number; windowMs: number }): number | undefined {
    if (limit.messages === 0) return undefined;
    if (now >= this.rateWindow.startedAt + limit.windowMs) this.rateWindow = { startedAt: now, used: 0 };
    if (this.rateWindow.used >= limit.messages) return this.rateWindow.startedAt + limit.windowMs;
    this.rateWindow.used += 1;
    return undefined;
  }
}
