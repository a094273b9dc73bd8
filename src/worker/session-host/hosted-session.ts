import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { lineOf } from '../../lib/phone-line.js';
import type { Random } from '../../lib/random.js';
import { jitteredRest, retry } from '../../lib/retry.js';
import type { ThrottledLogger } from '../../lib/throttled-logger.js';
import { within } from '../../lib/time-out.js';
import {
  failuresAfter,
  type ClaimedSession,
  type SessionChange,
  type SessionStore,
} from '../../modules/sessions/index.js';
import { isInbound, type InboundEvent } from '../../transports/inbound.js';
import type { LossCode, Transport, TransportEvent, TransportSession } from '../../transports/transport.js';
import type { EventForwarder } from './event-forwarder.js';
import { FINAL_REASONS, sessionConfig, WRONG_PHONE } from './pairing.js';
import type { SessionTiming } from './timing.js';

export interface HostedSessionDeps {
  store: SessionStore;
  forwarder: EventForwarder;
  timing: SessionTiming;
  random: Random;
  logger: Logger;
  /** Shared by all sessions, because thousands may fail in the same second. */
  throttledLog: ThrottledLogger;
  /** The session has ended for good, or its lease is gone: the host forgets it. */
  onEnd(): void;
}

type StateEvent = Exclude<TransportEvent, InboundEvent | { type: 'receipt' }>;

const WRITE_BACKOFF = { baseMs: 200, maxMs: 5_000 };

/**
 * One sender's connection while this worker holds its lease: opens it, keeps it alive, reconnects it, and writes what
 * happens to it. State events are handled one after the other; every write is fenced by the lease's epoch.
 */
export class HostedSession {
  private session: TransportSession | undefined;
  /** Rises with every attempt, so that late events of an abandoned attempt are told apart. */
  private attemptNumber = 0;
  private connected = false;
  private connectedSince: number | undefined;
  private failures = 0;
  private ended = false;
  private timer: NodeJS.Timeout | undefined;
  private events: Promise<void> = Promise.resolve();
  private settled: (() => void) | undefined;
  /** Newer than the claim's once the transport has handed over some. */
  private credentials: { text: string | undefined } | undefined;

  constructor(
    readonly claim: ClaimedSession,
    readonly transport: Transport,
    private readonly deps: HostedSessionDeps,
  ) {}

  /** The session while it can send. */
  get live(): TransportSession | undefined {
    return this.connected && !this.ended ? this.session : undefined;
  }

  /** Connects now, also when it rests before the next attempt. */
  connect(): void {
    if (this.ended || this.session) return;
    clearTimeout(this.timer);
    this.inOrder(() => this.attempt());
  }

  /** The lease is gone or the row was deleted: ends at once and writes nothing. */
  async abandon(reason: string): Promise<void> {
    if (this.ended) return;
    this.deps.throttledLog.report('warn', reason, 'Dropping sessions whose lease is lost.', { reason });
    await this.end();
  }

  /** Ends the connection, keeps the pairing, and gives the lease back. */
  async disconnect(reason: string | null): Promise<void> {
    await this.end();
    await this.eventsSettled();
    await this.deps.store.record(this.claim.lease, {
      qr: null,
      connection: { status: 'disconnected', reason },
      release: true,
    });
  }

  /** Unlinks the device (connecting first where needed), forgets the credentials, and gives the lease back. */
  async logout(reason: string | null): Promise<void> {
    if (!this.live && this.isPaired()) await this.connectToUnlink();
    await this.endWith((session) => session.logout());
    await this.eventsSettled();
    await this.deps.store.record(this.claim.lease, {
      qr: null,
      credentials: null,
      desiredState: 'logged_out',
      connection: { status: 'logged_out', reason },
      release: true,
    });
  }

  private isPaired(): boolean {
    return this.credentials ? this.credentials.text !== undefined : this.claim.credentials !== null;
  }

  /** Writes events reported before the end, above all a fresh pairing, before the lease is given back. */
  private async eventsSettled(): Promise<void> {
    await within(this.deps.timing.closeTimeoutMs, 'handling the last events', this.events).catch(
      (error: unknown) => {
        this.deps.logger.warn({ reason: errorMessage(error) }, 'Ending a session without its last events.');
      },
    );
  }

  private async connectToUnlink(): Promise<void> {
    const settled = new Promise<void>((resolve) => {
      this.settled = resolve;
    });
    this.connect();
    await within(this.deps.timing.closeTimeoutMs, 'connecting to log out', settled).catch(
      (error: unknown) => {
        this.deps.logger.warn({ reason: errorMessage(error) }, 'Logging out without a connection.');
      },
    );
  }

  private inOrder(work: () => Promise<void>): void {
    this.events = this.events.then(work).catch((error: unknown) => {
      this.deps.logger.error({ reason: errorMessage(error) }, 'Handling a session event failed.');
    });
  }

  private async attempt(): Promise<void> {
    if (this.ended || this.session) return;
    const attempt = ++this.attemptNumber;
    const ours = await this.write({ connection: { status: 'connecting' } });
    if (!ours || this.isEnded()) return;
    try {
      const session = this.transport.openSession({
        senderId: this.claim.lease.senderId,
        config: sessionConfig(this.transport, this.claim),
        credentials: this.knownCredentials(),
        onEvent: (event) => this.onEvent(attempt, event),
      });
      this.session = session;
      const { connectTimeoutMs } = this.deps.timing;
      await within(connectTimeoutMs, 'connecting', session.connect());
      this.watch(attempt, connectTimeoutMs);
    } catch (error) {
      await this.drop(attempt, `It could not connect: ${errorMessage(error)}.`);
    }
  }

  /** A method, because `ended` changes during an `await` and the compiler would keep its earlier value. */
  private isEnded(): boolean {
    return this.ended;
  }

  private knownCredentials(): string | undefined {
    this.credentials ??= { text: this.deps.store.openCredentials(this.claim) };
    return this.credentials.text;
  }

  private onEvent(attempt: number, event: TransportEvent): void | Promise<void> {
    if (event.type === 'receipt' || isInbound(event)) {
      return this.deps.forwarder.forward(this.claim.tenantId, this.claim.lease.senderId, event);
    }
    if (event.type === 'disconnected' && attempt === this.attemptNumber) this.connected = false;
    this.inOrder(() => this.handle(attempt, event));
  }

  private async handle(attempt: number, event: StateEvent): Promise<void> {
    // Credentials are stored whatever the state of the attempt: without them the phone must be paired again.
    if (event.type === 'credentials') return this.onCredentials(event.credentials);
    if (this.ended || attempt !== this.attemptNumber) return;
    switch (event.type) {
      case 'qr':
        return this.onQr(attempt, event.payload, event.expiresAt);
      case 'connected':
        return this.onConnected(attempt, event.phoneNumber);
      case 'disconnected':
        return this.onDisconnected(attempt, event.reason);
    }
  }

  private async onCredentials(text: string): Promise<void> {
    this.credentials = { text };
    if (this.ended) await this.deps.store.record(this.claim.lease, { credentials: text });
    else await this.write({ credentials: text });
  }

  private async onQr(attempt: number, payload: string, expiresAt: Date): Promise<void> {
    await this.write({ qr: { payload, expiresAt }, connection: { status: 'qr' } });
    this.watch(attempt, Math.max(0, expiresAt.getTime() - Date.now()) + this.deps.timing.connectTimeoutMs);
  }

  private async onConnected(attempt: number, reported: string): Promise<void> {
    const phoneNumber = `+${reported.replaceAll(/\D/gu, '')}`;
    const { phoneNumber: expected } = this.claim;
    // WhatsApp may report another form of the line than the one that was given.
    if (expected !== null && lineOf(expected) !== lineOf(phoneNumber)) return this.refusePhone();
    // Before the write: a reader of "connected" may send at once.
    this.connected = true;
    this.connectedSince = performance.now();
    this.claim.phoneNumber = phoneNumber;
    await this.write({ qr: null, connection: { status: 'connected', phoneNumber } });
    this.deps.logger.info('A sender is connected.');
    this.settled?.();
    this.probeLater(attempt);
  }

  private async refusePhone(): Promise<void> {
    this.deps.logger.warn('The phone that was paired is not the one of this sender; logging it out.');
    await this.endWith((session) => session.logout());
    await this.deps.store.record(this.claim.lease, {
      qr: null,
      credentials: null,
      desiredState: 'logged_out',
      connection: { status: 'logged_out', reason: WRONG_PHONE },
      release: true,
    });
  }

  private async onDisconnected(attempt: number, reason: LossCode): Promise<void> {
    this.settled?.();
    if (reason === 'disconnected') {
      await this.drop(attempt, 'The connection was lost.');
      return;
    }
    this.deps.logger.warn({ alert: `sender.${reason}`, reason }, 'A sender is gone until an operator acts.');
    await this.end();
    const loggedOut = reason === 'logged_out';
    await this.deps.store.record(this.claim.lease, {
      qr: null,
      ...(loggedOut ? { credentials: null } : {}),
      desiredState: loggedOut ? 'logged_out' : 'disconnected',
      connection: { status: reason, reason: FINAL_REASONS[reason] },
      release: true,
    });
  }

  /** Gives this attempt up and makes the next one after a while. */
  private async drop(attempt: number, reason: string): Promise<void> {
    if (this.ended || attempt !== this.attemptNumber) return;
    this.attemptNumber += 1;
    this.connected = false;
    clearTimeout(this.timer);
    const { timing, random, logger } = this.deps;
    const lasted = this.connectedSince === undefined ? undefined : performance.now() - this.connectedSince;
    this.failures = failuresAfter(this.failures, lasted, timing.stableMs);
    this.connectedSince = undefined;
    await this.closeSession((session) => session.disconnect());
    await this.write({ qr: null, connection: { status: 'disconnected', reason } });
    const delayMs = jitteredRest(this.failures, timing.backoff, random);
    logger.warn({ reason, failures: this.failures, delayMs }, 'A session is down; reconnecting.');
    if (!this.ended) this.timer = setTimeout(() => this.connect(), delayMs);
  }

  /** A transport that stays silent while connecting, or lets a QR code expire, starts anew. */
  private watch(attempt: number, ms: number): void {
    if (this.connected || this.ended || attempt !== this.attemptNumber) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.inOrder(() => this.drop(attempt, 'It did not connect in time.')), ms);
  }

  private probeLater(attempt: number): void {
    clearTimeout(this.timer);
    const { probeEveryMs } = this.deps.timing;
    this.timer = setTimeout(() => void this.probe(attempt), probeEveryMs * (0.9 + this.deps.random() / 5));
  }

  /** "Connected" is believed only with proof of life. Outside the order of events, which a hanging probe would stop. */
  private async probe(attempt: number): Promise<void> {
    const session = this.live;
    if (!session || attempt !== this.attemptNumber) return;
    const alive = await within(this.deps.timing.probeTimeoutMs, 'a probe', session.probe()).catch(
      () => false,
    );
    if (attempt !== this.attemptNumber || this.ended) return;
    if (alive) {
      this.probeLater(attempt);
      return;
    }
    this.connected = false;
    this.inOrder(() => this.drop(attempt, 'It showed no sign of life.'));
  }

  private end(): Promise<void> {
    return this.endWith((session) => session.disconnect());
  }

  private async endWith(close: (session: TransportSession) => Promise<void>): Promise<void> {
    this.ended = true;
    this.connected = false;
    this.attemptNumber += 1;
    clearTimeout(this.timer);
    this.settled?.();
    await this.closeSession(close);
    this.deps.onEnd();
  }

  private async closeSession(close: (session: TransportSession) => Promise<void>): Promise<void> {
    const { session } = this;
    this.session = undefined;
    if (!session) return;
    await within(this.deps.timing.closeTimeoutMs, 'closing a session', close(session)).catch(
      (error: unknown) => {
        this.deps.logger.warn({ reason: errorMessage(error) }, 'Closing a session failed.');
      },
    );
  }

  /** Retries until it is written, while the lease is this worker's. False when it no longer is. */
  private write(change: SessionChange): Promise<boolean> {
    const attempt = async (): Promise<boolean> => {
      if (this.ended) return false;
      const ours = await this.deps.store.record(this.claim.lease, change);
      if (!ours) await this.abandon('another worker has its lease, or it was deleted');
      return ours;
    };
    return retry(attempt, {
      backoff: WRITE_BACKOFF,
      onRetry: (error) => {
        const report = { reason: errorMessage(error) };
        this.deps.throttledLog.report('warn', 'write', 'Writing sessions failed; trying again.', report);
      },
    });
  }
}
