import { DomainError } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { Capabilities, SessionOptions, Transport, TransportSession } from '../transport.js';
import { SimulatorNetwork } from './network.js';
import { SimulatorLink } from './remote/link.js';
import { RemoteSession } from './remote/remote-session.js';
import { senderConfigErrors } from './sender-config.js';

export interface SimulatorTransportOptions {
  /** A network in this process, or the address of a simulator process (http:// or ws://). */
  network: SimulatorNetwork | { url: string };
  logger: Logger;
}

/**
 * The transport `simulator`. With a url it keeps one link for all sessions; capabilities are those of the network it
 * reaches, so `idempotentIds` is certain once a session is connected. The caller closes a network of its own.
 */
export function createSimulatorTransport({ network, logger }: SimulatorTransportOptions): Transport {
  return network instanceof SimulatorNetwork
    ? new LocalTransport(network)
    : new RemoteTransport(new SimulatorLink(linkUrl(network.url), logger));
}

abstract class SimulatorTransport implements Transport {
  readonly name = 'simulator';
  protected abstract readonly idempotentIds: boolean;

  get capabilities(): Capabilities {
    return {
      idempotentIds: this.idempotentIds,
      messageTypes: ['text', 'image', 'video', 'audio', 'voice', 'document', 'location', 'contact', 'poll'],
      addresses: ['phone', 'lid'],
      typing: true,
      receipts: true,
      numberCheck: true,
      pairingCode: false,
      needsSession: true,
    };
  }

  validateConfig(config: Record<string, unknown>): { path: string; message: string }[] {
    return senderConfigErrors(config);
  }

  abstract openSession(options: SessionOptions): TransportSession;
  abstract close(): Promise<void>;
}

class LocalTransport extends SimulatorTransport {
  private readonly sessions = new Map<string, TransportSession>();

  constructor(private readonly network: SimulatorNetwork) {
    super();
  }

  protected get idempotentIds(): boolean {
    return this.network.idempotentIds;
  }

  openSession(options: SessionOptions): TransportSession {
    const session = this.network.openSession(options);
    this.sessions.set(options.senderId, session);
    return session;
  }

  async close(): Promise<void> {
    await Promise.all([...this.sessions.values()].map((session) => session.disconnect()));
    this.sessions.clear();
  }
}

class RemoteTransport extends SimulatorTransport {
  constructor(private readonly link: SimulatorLink) {
    super();
  }

  protected get idempotentIds(): boolean {
    return this.link.idempotentIds;
  }

  openSession(options: SessionOptions): TransportSession {
    return new RemoteSession(this.link, options);
  }

  close(): Promise<void> {
    return this.link.close();
  }
}

function linkUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^(http|ws)s?:$/.test(url.protocol)) {
    throw new DomainError(
      'invalid',
      'invalid_simulator_url',
      `The simulator's address must look like http://127.0.0.1:4010, not ${given}`,
    );
  }
  url.protocol = url.protocol.replace('http', 'ws');
  return url.href;
}
