import { WebSocket, type RawData } from 'ws';
import { errorMessage } from '../../../lib/errors.js';
import type { Logger } from '../../../lib/logger.js';
import { systemRandom } from '../../../lib/random.js';
import { jitteredRest } from '../../../lib/retry.js';
import type { SendOutcome } from '../../transport.js';
import { outcomeFromWire, parseFrames, type ClientFrame, type ServerFrame } from './frames.js';
import { MAX_FRAME_BYTES } from './link-server.js';
import { Outbox } from './outbox.js';

const BACKOFF = { baseMs: 100, maxMs: 5_000 };
const CONNECT_TIMEOUT_MS = 5_000;

type EventFrame = Extract<ServerFrame, { type: 'event' }>;

/** What the link tells its sessions. */
export interface LinkedSession {
  /** Resolves when a receipt or a message is safe. */
  receive(event: EventFrame['event']): void | Promise<void>;
  linkUp(): void;
  linkDown(): void;
}

/** What became of a request; `lost` means the link dropped before the answer. */
type Answer =
  | { kind: 'lost' }
  | { kind: 'sent'; outcome: SendOutcome }
  | { kind: 'done'; alive: boolean }
  | { kind: 'checked'; registered: boolean | null };

/** The one WebSocket of this process to the simulator. It comes back by itself for as long as sessions want it. */
export class SimulatorLink {
  idempotentIds = true;
  private socket: WebSocket | undefined;
  private outbox: Outbox<ClientFrame> | undefined;
  private readonly sessions = new Map<number, LinkedSession>();
  private readonly answers = new Map<number, (answer: Answer) => void>();
  private nextNumber = 1;
  private opening: Promise<void> | undefined;
  private failures = 0;
  private retryTimer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {}

  /** Resolves when the link is up; rejects when the simulator cannot be reached now. */
  ready(): Promise<void> {
    if (this.closed) return Promise.reject(new Error('The simulator transport is closed.'));
    if (this.outbox) return Promise.resolve();
    this.opening ??= this.open().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  register(session: LinkedSession): number {
    const number = this.nextNumber;
    this.nextNumber += 1;
    this.sessions.set(number, session);
    return number;
  }

  forget(number: number): void {
    this.sessions.delete(number);
  }

  /** Tells without waiting for an answer; lost when the link is down. */
  tell(frame: ClientFrame): void {
    this.outbox?.push(frame);
  }

  ask(frame: (request: number) => ClientFrame): Promise<Answer> {
    const { outbox } = this;
    if (!outbox) return Promise.resolve({ kind: 'lost' });
    const request = this.nextNumber;
    this.nextNumber += 1;
    return new Promise((resolve) => {
      this.answers.set(request, resolve);
      outbox.push(frame(request));
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retryTimer);
    this.sessions.clear();
    const { socket } = this;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.close(1000);
    });
  }

  private open(): Promise<void> {
    const socket = new WebSocket(this.url, { perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES });
    this.socket = socket;
    let reason = 'it closed the connection';
    const giveUp = setTimeout(() => {
      reason = 'it did not answer in time';
      socket.terminate();
    }, CONNECT_TIMEOUT_MS);
    return new Promise((resolve, reject) => {
      socket.on('error', (error) => {
        reason = errorMessage(error) || String(error);
      });
      socket.on('message', (data) => {
        try {
          if (!this.receive(socket, data)) return;
          clearTimeout(giveUp);
          resolve();
        } catch (error) {
          reason = `what answers there is not a simulator (${errorMessage(error)})`;
          socket.terminate();
        }
      });
      socket.on('close', (_code, text) => {
        clearTimeout(giveUp);
        reason = String(text) || reason;
        this.down(socket, reason);
        reject(new Error(`The simulator at ${this.url} cannot be reached: ${reason}`));
      });
    });
  }

  /** Returns true for the greeting, with which the link is up. */
  private receive(socket: WebSocket, data: RawData): boolean {
    let greeted = false;
    for (const frame of parseFrames<ServerFrame>(data)) {
      if (frame.type === 'hello') {
        this.up(socket, frame.idempotentIds);
        greeted = true;
      } else if (frame.type === 'event') this.pass(frame);
      else this.resolve(frame);
    }
    return greeted;
  }

  /** An event whose session is gone is not called safe: it is for the next session of that sender. */
  private pass({ session, event, number }: EventFrame): void {
    const receiver = this.sessions.get(session);
    if (!receiver) return;
    const { outbox } = this;
    const safe = receiver.receive(event) ?? Promise.resolve();
    // Over the link it came from: another one counts its events anew.
    if (number !== undefined) void safe.then(() => outbox?.push({ type: 'safe', event: number }));
  }

  private resolve(frame: Extract<ServerFrame, { type: 'sent' | 'done' | 'checked' }>): void {
    const answer = this.answers.get(frame.request);
    this.answers.delete(frame.request);
    if (frame.type === 'done') answer?.({ kind: 'done', alive: frame.alive });
    else if (frame.type === 'checked') answer?.({ kind: 'checked', registered: frame.registered });
    else answer?.({ kind: 'sent', outcome: outcomeFromWire(frame.outcome) });
  }

  private up(socket: WebSocket, idempotentIds: boolean): void {
    this.logger.info({ url: this.url }, 'connected to the simulator');
    this.idempotentIds = idempotentIds;
    this.failures = 0;
    this.outbox = new Outbox(socket);
    for (const session of this.sessions.values()) session.linkUp();
  }

  private down(socket: WebSocket, reason: string): void {
    if (this.socket !== socket) return;
    const wasUp = this.outbox !== undefined;
    this.outbox = undefined;
    const answers = [...this.answers.values()];
    this.answers.clear();
    for (const answer of answers) answer({ kind: 'lost' });
    if (wasUp) {
      if (!this.closed) this.logger.warn({ url: this.url, reason }, 'the link to the simulator dropped');
      for (const session of this.sessions.values()) session.linkDown();
    }
    this.retry();
  }

  private retry(): void {
    if (this.closed || this.sessions.size === 0) return;
    const restMs = jitteredRest(this.failures, BACKOFF, systemRandom);
    this.failures += 1;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => {
      // A failure has scheduled the next attempt before it rejects.
      this.ready().catch((error: unknown) => this.logger.debug(errorMessage(error)));
    }, restMs);
    this.retryTimer.unref();
  }
}
