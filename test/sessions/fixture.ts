import type { Database } from '../../src/db/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { TextEncryption } from '../../src/lib/encryption.js';
import { seededRandom } from '../../src/lib/random.js';
import type { HeardEvent } from '../../src/modules/inbound/index.js';
import { SenderService, syncSession, type SenderInput } from '../../src/modules/senders/index.js';
import type { Sender } from '../../src/modules/senders/sender.entity.js';
import { SessionService } from '../../src/modules/sessions/index.js';
import { Session } from '../../src/modules/sessions/session.entity.js';
import type { JobDefinition, PayloadOf } from '../../src/queue/job.js';
import {
  createSimulatorNetwork,
  createSimulatorTransport,
  type SimulatorNetwork,
} from '../../src/transports/simulator/index.js';
import type { SessionOptions, Transport, TransportSession } from '../../src/transports/transport.js';
import { SessionHost } from '../../src/worker/session-host/session-host.js';
import type { SessionTiming } from '../../src/worker/session-host/timing.js';
import { RecordingQueue, silentLogger } from '../senders/fixture.js';
import { waitFor } from '../support/wait-for.js';

export const fastTiming: SessionTiming = {
  heartbeatMs: 50,
  leaseMs: 5_000,
  probeEveryMs: 10_000,
  probeTimeoutMs: 100,
  connectTimeoutMs: 2_000,
  stableMs: 60_000,
  closeTimeoutMs: 1_000,
  backoff: { baseMs: 20, maxMs: 100 },
};

/** Passes syncs on to the hosts, as the real queue does to one of them, and keeps everything else. */
class HostQueue extends RecordingQueue {
  readonly hosts: SessionHost[] = [];

  override async enqueue(job: JobDefinition, payload: object): Promise<void> {
    await super.enqueue(job, payload);
    if (job.name !== syncSession.name) return;
    const [host] = this.hosts;
    const sync = payload as PayloadOf<typeof syncSession>;
    if (host) void host.handleSync(sync, { signal: new AbortController().signal });
  }
}

/** The simulator's transport, watched, and deaf to probes when asked to be. */
export class WatchedTransport implements Transport {
  readonly name = 'simulator';
  qrShown = 0;
  opened = 0;
  deaf = false;

  constructor(private readonly inner: Transport) {}

  get capabilities(): Transport['capabilities'] {
    return this.inner.capabilities;
  }

  validateConfig(config: Record<string, unknown>): { path: string; message: string }[] {
    return this.inner.validateConfig(config);
  }

  openSession(options: SessionOptions): TransportSession {
    this.opened += 1;
    const session = this.inner.openSession({
      ...options,
      onEvent: (event) => {
        if (event.type === 'qr') this.qrShown += 1;
        return options.onEvent(event);
      },
    });
    const probe = session.probe.bind(session);
    session.probe = async () => !this.deaf && (await probe());
    return session;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

/** One installation: a database, a pretend network that outlives workers, and workers to start and stop. */
export class Installation {
  readonly network: SimulatorNetwork = createSimulatorNetwork({
    seed: 7,
    behaviour: { pairing: { qrLifetimeMs: 20_000, scanDelayMs: 1, connectDelayMs: 1 } },
  });
  readonly transport = new WatchedTransport(
    createSimulatorTransport({ network: this.network, logger: silentLogger }),
  );
  readonly queue = new HostQueue();
  readonly senders: SenderService;
  readonly sessions: SessionService;
  private readonly started: SessionHost[] = [];

  /** What its sessions heard, in order. */
  readonly heard: HeardEvent[] = [];

  constructor(private readonly database: Database) {
    const deps = {
      database,
      queue: this.queue,
      clock: systemClock,
      transports: { simulator: this.transport },
      logger: silentLogger,
    };
    this.senders = new SenderService(deps);
    this.sessions = new SessionService({ ...deps, senders: this.senders });
  }

  async host(options: { hostname?: string; timing?: Partial<SessionTiming> } = {}): Promise<SessionHost> {
    const host = new SessionHost({
      database: this.database,
      queue: this.queue,
      inbox: { store: async (heard) => void this.heard.push(...heard) },
      transports: { simulator: this.transport },
      encryption: new TextEncryption('a secret of this installation'),
      random: seededRandom(3),
      logger: silentLogger,
      hostname: options.hostname ?? 'machine-a',
      timing: { ...fastTiming, ...options.timing },
    });
    this.started.push(host);
    this.queue.hosts.unshift(host);
    await host.start();
    return host;
  }

  async stop(host: SessionHost): Promise<void> {
    this.queue.hosts.splice(this.queue.hosts.indexOf(host), 1);
    await host.stop();
  }

  async close(): Promise<void> {
    for (const host of this.started) await host.stop();
    this.network.close();
  }

  sender(tenantId: string, input: Partial<SenderInput> = {}): Promise<Sender> {
    return this.senders.create(tenantId, { name: 'Sender', transport: 'simulator', ...input });
  }

  /** A sender that was paired by itself and is connected on `host`. */
  async pairedSender(tenantId: string, host: SessionHost): Promise<Sender> {
    const { id } = await this.sender(tenantId);
    await this.sessions.connect(tenantId, id);
    return this.connected(tenantId, id, host);
  }

  async connected(tenantId: string, id: string, host: SessionHost): Promise<Sender> {
    await waitFor(() => host.sessionOf(id) !== undefined, { what: 'the session' });
    return this.inStatus(tenantId, id, 'connected');
  }

  inStatus(tenantId: string, id: string, status: Sender['status']): Promise<Sender> {
    return waitFor(
      async () => {
        const sender = await this.senders.get(tenantId, id);
        return sender.status === status ? sender : undefined;
      },
      { what: `the status ${status}` },
    );
  }

  async row(senderId: string): Promise<Session> {
    return this.database.manager.findOneByOrFail(Session, { senderId });
  }
}
