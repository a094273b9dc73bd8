import type { RawData, WebSocket } from 'ws';
import { errorMessage } from '../../../lib/errors.js';
import type { Logger } from '../../../lib/logger.js';
import { isInbound } from '../../inbound.js';
import type { TransportEvent, TransportSession } from '../../transport.js';
import type { SimulatorNetwork } from '../network.js';
import { senderConfigErrors } from '../sender-config.js';
import { messageFromWire, parseFrames, toWire, type ClientFrame, type ServerFrame } from './frames.js';
import { Outbox } from './outbox.js';

/** Enough for a batch of many long messages. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** The network's end of one process's link: its sessions live exactly as long as the link. */
export class LinkServer {
  private readonly sessions = new Map<number, TransportSession>();
  private readonly unsafe = new Map<number, () => void>();
  private nextEvent = 1;
  private readonly outbox: Outbox<ServerFrame>;

  constructor(
    private readonly socket: WebSocket,
    private readonly network: SimulatorNetwork,
    private readonly logger: Logger,
  ) {
    this.outbox = new Outbox(socket);
  }

  start(): void {
    this.socket.on('message', (data) => this.receive(data));
    this.socket.on('close', () => void this.closeSessions());
    this.socket.on('error', (error) => this.logger.warn({ err: error }, 'a link to the simulator failed'));
    this.outbox.push({ type: 'hello', idempotentIds: this.network.idempotentIds });
  }

  private receive(data: RawData): void {
    let frames: ClientFrame[];
    try {
      frames = parseFrames<ClientFrame>(data);
    } catch (error) {
      this.refuse(error);
      return;
    }
    for (const frame of frames) {
      this.handle(frame).catch((error: unknown) => this.refuse(error));
    }
  }

  private async handle(frame: ClientFrame): Promise<void> {
    switch (frame.type) {
      case 'connect':
        return this.connect(frame);
      case 'typing':
        return this.sessions.get(frame.session)?.showTyping(frame.to, frame.durationMs);
      case 'send':
        return this.send(frame);
      case 'probe':
        return this.done(frame.request, (await this.sessions.get(frame.session)?.probe()) ?? false);
      case 'check':
        return this.check(frame);
      case 'safe':
        this.unsafe.get(frame.event)?.();
        this.unsafe.delete(frame.event);
        return;
      case 'disconnect':
        await this.sessions.get(frame.session)?.disconnect();
        this.sessions.delete(frame.session);
        return this.done(frame.request, false);
      case 'unlink':
        this.network.revoke(frame.credentials);
        return this.done(frame.request, false);
      default:
        throw new Error(`unknown frame ${JSON.stringify(frame).slice(0, 100)}`);
    }
  }

  private async connect(frame: Extract<ClientFrame, { type: 'connect' }>): Promise<void> {
    const { session: number, senderId, config, credentials } = frame;
    const known = this.sessions.get(number);
    if (known) return known.connect();
    if (typeof senderId !== 'string') throw new Error('connect needs a senderId');
    const [error] = senderConfigErrors(config);
    if (error) throw new Error(`${error.path} ${error.message}`);
    const session = this.network.openSession({
      senderId,
      config,
      credentials,
      onEvent: (event) => this.tell(number, event),
    });
    this.sessions.set(number, session);
    return session.connect();
  }

  /** Waiting events end with the link: the network sends them again over the next one. */
  private tell(session: number, event: TransportEvent): void | Promise<void> {
    const frame: ServerFrame = { type: 'event', session, event: toWire(event) };
    if (event.type === 'receipt' || isInbound(event)) {
      const number = this.nextEvent;
      this.nextEvent += 1;
      this.outbox.push({ ...frame, number });
      return new Promise((safe) => {
        this.unsafe.set(number, safe);
      });
    }
    this.outbox.push(frame);
    if (event.type === 'disconnected') this.sessions.delete(session);
  }

  /** A session that was lost while the frame was on its way answers like one that is not connected. */
  private async send({ session, request, message }: Extract<ClientFrame, { type: 'send' }>): Promise<void> {
    const outcome = (await this.sessions.get(session)?.send(messageFromWire(message))) ?? {
      kind: 'senderLost' as const,
      code: 'disconnected' as const,
    };
    this.outbox.push({ type: 'sent', request, outcome: toWire(outcome) });
  }

  private async check({ session, request, phone }: Extract<ClientFrame, { type: 'check' }>): Promise<void> {
    const answer = this.sessions.get(session)?.checkNumber?.(phone);
    const registered = await Promise.resolve(answer ?? null).catch(() => null);
    this.outbox.push({ type: 'checked', request, registered });
  }

  private done(request: number, alive: boolean): void {
    this.outbox.push({ type: 'done', request, alive });
  }

  private refuse(error: unknown): void {
    this.logger.warn(`a link sent something the simulator does not understand: ${errorMessage(error)}`);
    this.socket.close(1008, errorMessage(error).slice(0, 100));
  }

  private async closeSessions(): Promise<void> {
    const sessions = [...this.sessions.values()];
    this.sessions.clear();
    await Promise.all(sessions.map((session) => session.disconnect()));
  }
}
