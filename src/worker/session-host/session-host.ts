import { hostname } from 'node:os';
import type { Database } from '../../db/index.js';
import { systemClock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { Logger } from '../../lib/logger.js';
import type { Random } from '../../lib/random.js';
import { ThrottledLogger } from '../../lib/throttled-logger.js';
import { reconcile } from '../../modules/delivery/index.js';
import type { syncSession } from '../../modules/senders/index.js';
import { SessionStore, type ClaimedSession } from '../../modules/sessions/index.js';
import { beat, removeSilentWorkers, removeWorkers, workersOn } from '../../modules/workers/index.js';
import type { JobHandler, JobOutcome } from '../../queue/job.js';
import type { JobQueue } from '../../queue/job-queue.js';
import { enqueueBestEffort } from '../../queue/enqueue-best-effort.js';
import type {
  Capabilities,
  TransportName,
  TransportRegistry,
  TransportSession,
} from '../../transports/transport.js';
import type { TextEncryption } from '../../lib/encryption.js';
import { EventForwarder, type EventInbox } from './event-forwarder.js';
import { HostedSession } from './hosted-session.js';
import { defaultTiming, type SessionTiming } from './timing.js';

export interface SessionHostDeps {
  database: Database;
  queue: JobQueue;
  inbox: EventInbox;
  transports: TransportRegistry;
  encryption: TextEncryption;
  random: Random;
  logger: Logger;
  timing?: Partial<SessionTiming>;
  /** This machine's name unless given. */
  hostname?: string;
}

/** Sessions won per statement; a worker that starts takes as many rounds as it needs. */
const CLAIM_BATCH = 50;
/** Rows of workers that were silent for a day are deleted. */
const FORGET_WORKERS_MS = 86_400_000;
const DONE: JobOutcome = { kind: 'done' };

/** Workers of this very process: one process may run several, as tests do. */
const ownWorkerIds = new Set<string>();

/**
 * Hosts live sessions: claims their leases, renews them, opens the connections, and drops sessions whose lease is not
 * (or no longer) its own.
 */
export class SessionHost {
  readonly workerId = newId();
  private readonly hostname: string;
  private readonly timing: SessionTiming;
  private readonly store: SessionStore;
  private readonly forwarder: EventForwarder;
  private readonly throttledLog: ThrottledLogger;
  private readonly hosted = new Map<string, HostedSession>();
  /** The last sync of each sender that is under way: syncs of one sender run one after the other. */
  private readonly syncs = new Map<string, Promise<void>>();
  private timers: NodeJS.Timeout[] = [];
  private ticking: Promise<void> | undefined;
  /** Of this process's own clock: leases count from before the statement that renewed them. */
  private renewedAt = 0;
  private stopping = false;

  constructor(private readonly deps: SessionHostDeps) {
    this.hostname = deps.hostname ?? hostname();
    this.timing = { ...defaultTiming, ...deps.timing };
    this.store = new SessionStore(deps);
    this.forwarder = new EventForwarder(deps);
    this.throttledLog = new ThrottledLogger(deps.logger, systemClock);
  }

  /** Registers the worker, frees what dead workers of this machine held, and wins the sessions that wait for a host. */
  async start(): Promise<void> {
    ownWorkerIds.add(this.workerId);
    await this.register();
    await this.claimFree();
    this.timers = [
      setInterval(() => this.tick(), this.timing.heartbeatMs),
      setInterval(() => this.dropExpired(), Math.min(1_000, this.timing.heartbeatMs)),
    ];
  }

  /** Brings one sender's session to its desired state, as far as this worker may. */
  readonly handleSync: JobHandler<typeof syncSession> = async ({ senderId }) => {
    await this.sync(senderId);
    return DONE;
  };

  /** The sender's session while it is connected here and the lease is surely ours. */
  sessionOf(
    senderId: string,
  ): { session: TransportSession; epoch: number; capabilities: Capabilities } | undefined {
    const hosted = this.hosted.get(senderId);
    const session = hosted?.live;
    if (!hosted || !session || this.leasesExpired()) return undefined;
    return { session, epoch: hosted.claim.lease.epoch, capabilities: hosted.transport.capabilities };
  }

  /** All sessions of a tenant that are connected here. */
  sessionsOf(
    tenantId: string,
  ): { senderId: string; session: TransportSession; capabilities: Capabilities }[] {
    return [...this.hosted].flatMap(([senderId, { claim }]) => {
      const live = claim.tenantId === tenantId ? this.sessionOf(senderId) : undefined;
      return live ? [{ senderId, session: live.session, capabilities: live.capabilities }] : [];
    });
  }

  /** Ends all sessions, keeping their pairing, gives the leases back and signs the worker off. */
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    for (const timer of this.timers) clearInterval(timer);
    await this.ticking;
    await Promise.allSettled(this.syncs.values());
    const ends = await Promise.allSettled(
      [...this.hosted.values()].map((session) => session.disconnect('The server is restarting.')),
    );
    this.hosted.clear();
    for (const end of ends) {
      if (end.status === 'rejected') {
        this.deps.logger.warn({ reason: errorMessage(end.reason) }, 'A session could not be given back.');
      }
    }
    await this.forwarder.drain(this.timing.closeTimeoutMs);
    ownWorkerIds.delete(this.workerId);
    await removeWorkers(this.deps.database.manager, [this.workerId]).catch((error: unknown) => {
      this.deps.logger.warn({ reason: errorMessage(error) }, 'The worker could not sign off.');
    });
  }

  private async register(): Promise<void> {
    this.renewedAt = performance.now();
    await this.deps.database.transaction(async (tx) => {
      const neighbours = await workersOn(tx, this.hostname);
      const dead = neighbours.filter((worker) => !isAlive(worker.id, worker.pid)).map((worker) => worker.id);
      await this.store.freeLeasesOf(tx, dead);
      await removeWorkers(tx, dead);
      await removeSilentWorkers(tx, FORGET_WORKERS_MS);
      await beat(tx, { id: this.workerId, hostname: this.hostname, pid: process.pid });
    });
  }

  private tick(): void {
    this.ticking ??= this.beatAndClaim()
      .catch((error: unknown) => {
        const report = { reason: errorMessage(error) };
        this.throttledLog.report('warn', 'heartbeat', 'A heartbeat failed; trying again.', report);
      })
      .finally(() => {
        this.ticking = undefined;
      });
  }

  private async beatAndClaim(): Promise<void> {
    const startedAt = performance.now();
    const held = [...this.hosted.values()];
    await beat(this.deps.database.manager, { id: this.workerId, hostname: this.hostname, pid: process.pid });
    const desired = await this.store.renew(
      held.map((session) => session.claim.lease),
      this.timing.leaseMs,
    );
    this.renewedAt = startedAt;
    for (const session of held) {
      const { senderId } = session.claim.lease;
      const state = desired.get(senderId);
      if (state === undefined) void this.letGo(session, 'another worker has its lease, or it was deleted');
      else if (state !== 'connected') this.syncSoon(senderId);
    }
    await this.claimFree();
  }

  /** Without the database no lease can be renewed: when they have run out, others may host these sessions. */
  private dropExpired(): void {
    if (!this.leasesExpired()) return;
    for (const session of this.hosted.values()) void this.letGo(session, 'its lease could not be renewed');
  }

  private leasesExpired(): boolean {
    return performance.now() - this.renewedAt >= this.timing.leaseMs;
  }

  private async letGo(session: HostedSession, reason: string): Promise<void> {
    const { senderId } = session.claim.lease;
    if (this.hosted.get(senderId) === session) this.hosted.delete(senderId);
    await session.abandon(reason);
  }

  private async claimFree(): Promise<void> {
    let taken = 0;
    for (let won = CLAIM_BATCH; won === CLAIM_BATCH && !this.stopping;) {
      const claims = await this.claim('connected', CLAIM_BATCH);
      for (const claim of claims) this.host(claim)?.connect();
      won = claims.length;
      taken += won;
    }
    if (taken > 0) this.resolveWhatTheyLeft();
  }

  /**
   * A session without a host had one that died, perhaps during a send: reconciles now instead of at the next interval.
   */
  private resolveWhatTheyLeft(): void {
    const { queue, logger } = this.deps;
    void enqueueBestEffort(queue.wake(reconcile, {}, 'reconcile-after-takeover'), logger);
  }

  private claim(
    desired: 'connected' | 'logged_out',
    limit: number,
    senderId?: string,
  ): Promise<ClaimedSession[]> {
    return this.store.claim({
      workerId: this.workerId,
      leaseMs: this.timing.leaseMs,
      transports: Object.keys(this.deps.transports) as TransportName[],
      desired,
      limit,
      ...(senderId === undefined ? {} : { senderId }),
    });
  }

  private host(claim: ClaimedSession): HostedSession | undefined {
    const transport = this.deps.transports[claim.transport];
    if (!transport) return undefined;
    const { senderId, epoch } = claim.lease;
    const session: HostedSession = new HostedSession(claim, transport, {
      store: this.store,
      forwarder: this.forwarder,
      timing: this.timing,
      random: this.deps.random,
      logger: this.deps.logger.child({ senderId, tenantId: claim.tenantId, epoch }),
      throttledLog: this.throttledLog,
      onEnd: () => {
        if (this.hosted.get(senderId) === session) this.hosted.delete(senderId);
      },
    });
    this.hosted.set(senderId, session);
    return session;
  }

  private syncSoon(senderId: string): void {
    this.sync(senderId).catch((error: unknown) => {
      this.deps.logger.warn(
        { senderId, reason: errorMessage(error) },
        'A session could not be synchronised.',
      );
    });
  }

  private sync(senderId: string): Promise<void> {
    const before = this.syncs.get(senderId) ?? Promise.resolve();
    const run = before.catch(() => undefined).then(() => this.syncNow(senderId));
    this.syncs.set(senderId, run);
    const forget = (): void => {
      if (this.syncs.get(senderId) === run) this.syncs.delete(senderId);
    };
    run.then(forget, forget);
    return run;
  }

  private async syncNow(senderId: string): Promise<void> {
    if (this.stopping) return;
    const desired = await this.store.desiredState(senderId);
    const hosted = this.hosted.get(senderId);
    switch (desired) {
      case undefined:
        if (hosted) await this.letGo(hosted, 'it was deleted');
        return;
      case 'connected':
        (hosted ?? (await this.won('connected', senderId)))?.connect();
        return;
      case 'disconnected':
        if (hosted) await hosted.disconnect(null);
        else await this.store.settleUnhosted(senderId, this.workerId);
        return;
      case 'logged_out':
        await (hosted ?? (await this.won('logged_out', senderId)))?.logout(null);
        return;
    }
  }

  /** Undefined when another worker hosts it: that worker reads the desired state with its next heartbeat. */
  private async won(
    desired: 'connected' | 'logged_out',
    senderId: string,
  ): Promise<HostedSession | undefined> {
    const [claim] = await this.claim(desired, 1, senderId);
    return claim ? this.host(claim) : undefined;
  }
}

/** Whether the process behind a worker's row on this machine still runs. */
function isAlive(workerId: string, pid: number): boolean {
  // This process's pid in another worker's row is from before a restart (every container's first process has pid 1).
  if (pid === process.pid) return ownWorkerIds.has(workerId);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
