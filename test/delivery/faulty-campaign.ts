import { deliverySources } from '../../src/runtime/sources.js';
import { createLogger } from '../../src/lib/logger.js';
import { systemClock } from '../../src/lib/clock.js';
import { seededRandom } from '../../src/lib/random.js';
import { createDataSource, Database } from '../../src/db/index.js';
import { CampaignFeeder } from '../../src/modules/campaigns/index.js';
import { ReconcileService } from '../../src/modules/delivery/index.js';
import { SegmentService } from '../../src/modules/segments/index.js';
import { SenderService } from '../../src/modules/senders/index.js';
import { entities, migrations } from '../../src/schema.js';
import type { Queue } from '../../src/queue/index.js';
import {
  createSimulatorNetwork,
  createSimulatorTransport,
  instantBehaviour,
} from '../../src/transports/simulator/index.js';
import type { TransportSession } from '../../src/transports/transport.js';
import type { MessageWorkerDeps } from '../../src/worker/message-worker/ports.js';
import type { jobCatalog } from '../../src/jobs.js';
import type { Purpose } from '../../src/modules/tenants/index.js';
import { testMedia } from '../media/support.js';
import { atMost, catalogWith, handlersWith, type QueueServer } from '../queue/backends.js';
import { startProxy } from '../faults/proxy.js';
import type { TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';
import { waitFor } from '../support/wait-for.js';
import { World } from './world.js';

const SENDERS = 2;

export interface FaultyCampaignOptions {
  recipients?: number;
  attempts?: number;
  /** What the message worker gets in place of its own. */
  deps?: (world: World) => Partial<MessageWorkerDeps>;
  session?: (session: TransportSession) => TransportSession;
}

/**
 * A running campaign with all that works on one, on a real queue and a real PostgreSQL, over the simulator: feeder,
 * message worker and reconciliation as the worker role puts them together, only more impatient.
 */
export class FaultyCampaign {
  readonly network = createSimulatorNetwork({ seed: 5, behaviour: instantBehaviour });
  private readonly transport = createSimulatorTransport({
    network: this.network,
    logger: createLogger('silent'),
  });
  private readonly sessions = new Map<string, TransportSession>();
  private readonly faults: (() => Promise<void>)[] = [];
  campaignId = '';
  phones: string[] = [];

  private constructor(
    private readonly db: TestDatabase,
    readonly world: World,
    private readonly queue: Queue<typeof jobCatalog>,
    readonly feeder: CampaignFeeder,
    private readonly reconcile: ReconcileService,
    private readonly proxy: Awaited<ReturnType<typeof startProxy>>,
    private readonly closeDatabase: () => Promise<void>,
  ) {}

  /** With its recipients waiting; nothing runs before `start`. */
  static async create(db: TestDatabase, server: QueueServer, options: FaultyCampaignOptions = {}) {
    const { recipients = 40, attempts = 3 } = options;
    const url = new URL(db.url);
    const proxy = await startProxy({ host: url.hostname, port: Number(url.port) });
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    const dataSource = createDataSource({ url: url.href, entities, migrations, connections: 10 });
    await dataSource.initialize();
    const database = new Database(dataSource);
    const world = new World(database, await db.createTenant());
    const queue = server.open({
      catalog: catalogWith({
        sendMessage: { attempts, backoffMs: 1 },
        feedCampaign: { attempts, backoffMs: 1 },
      }),
    });
    const common = { database, queue, clock: systemClock, logger: createLogger('silent') };
    const feeder = new CampaignFeeder({
      ...common,
      contacts: world.contacts,
      segments: new SegmentService({ ...common, contacts: world.contacts }),
      media: await testMedia(database, systemClock),
      workers: { isAnyAlive: async () => true },
      senders: new SenderService({ ...common, transports: world.transports }),
      random: seededRandom(1),
    });
    const reconcile = new ReconcileService({
      ...common,
      sources: deliverySources,
      hasIdempotentIds: (name) => name === 'simulator',
      limits: { sendingMs: 400 },
    });
    const close = () => dataSource.destroy();
    const campaign = new FaultyCampaign(db, world, queue, feeder, reconcile, proxy, close);
    await campaign.prepare(recipients);
    await campaign.startWorkers(options);
    return campaign;
  }

  private async prepare(recipients: number): Promise<void> {
    const { world, transport } = this;
    for (let count = 0; count < SENDERS; count += 1) {
      const { senderId } = await world.sender();
      const session = transport.openSession({
        senderId,
        config: {},
        credentials: undefined,
        onEvent: () => undefined,
      });
      await session.connect();
      this.sessions.set(senderId, session);
    }
    const { id, phones } = await world.campaign({ recipients });
    // As they stand before the feeder takes them.
    await world.sql(`UPDATE deliveries SET state = 'pending', claim_epoch = 0 WHERE campaign_id = $1`, [id]);
    this.campaignId = id;
    this.phones = phones;
  }

  private async startWorkers({ deps, session: wrap }: FaultyCampaignOptions): Promise<void> {
    const { world, transport, feeder, sessions } = this;
    const worker = world.worker({
      sessions: {
        sessionOf: (senderId) => {
          const session = sessions.get(senderId);
          const { capabilities } = transport;
          return session && { session: wrap?.(session) ?? session, epoch: 1, capabilities };
        },
      },
      ...deps?.(world),
    });
    await this.queue.startWorkers(
      handlersWith({ sendMessage: worker.handleSend, feedCampaign: feeder.handleFeed }),
      atMost(50),
      {
        sendMessage: ({ tenantId, deliveryId }) => world.delivery.giveUp(tenantId, deliveryId),
        feedCampaign: feeder.handleExhausted,
      },
    );
  }

  /** PostgreSQL refuses to move this recipient to that state, the first so many times. */
  async refuse(phone: string, state: string, times = 1_000_000): Promise<void> {
    await this.fault('deliveries', `NEW.phone = '${phone}' AND NEW.state = '${state}'`, times);
  }

  async refuseCompletion(times: number): Promise<void> {
    await this.fault('campaigns', `NEW.id = '${this.campaignId}' AND NEW.status = 'completed'`, times);
  }

  private async fault(table: string, when: string, times: number): Promise<void> {
    this.faults.push(await refuseRows(this.db.database.manager, table, 'UPDATE', when, times));
  }

  /** PostgreSQL takes no connection, and ends those it has. */
  databaseRefuses(refuses: boolean): Promise<void> {
    return this.proxy.become(refuses ? 'refuse' : 'pass');
  }

  /** What the maintenance job does every half minute. */
  async maintain(): Promise<void> {
    await this.world.workerSeen();
    await this.feeder.rewakeRunningCampaigns();
    await this.reconcile.run();
  }

  /** Direct messages, queued, whose jobs the queue has lost: nothing of them runs before `offer`. */
  async direct(recipients: number, purpose: Purpose = 'service'): Promise<{ id: string; phones: string[] }> {
    return this.world.send({ recipients, purpose });
  }

  offer(): Promise<number> {
    return this.reconcile.offerAllQueued();
  }

  async status(): Promise<{ status: string; reason: string | null }> {
    const [row] = await this.world.sql<{ status: string; reason: string | null }>(
      'SELECT status, waiting_reason AS reason FROM campaigns WHERE id = $1',
      [this.campaignId],
    );
    return row ?? { status: 'gone', reason: null };
  }

  async completed(timeoutMs = 30_000): Promise<void> {
    await waitFor(
      async () => {
        await this.maintain();
        return (await this.status()).status === 'completed';
      },
      { timeoutMs, everyMs: 100, what: 'the campaign to be completed' },
    );
  }

  /** The state, and the code where there is one, of every recipient that was not sent to. */
  async notSent(sourceId = this.campaignId): Promise<Record<string, string>> {
    const rows = await this.world.sql<{ phone: string; state: string; code: string | null }>(
      `SELECT phone, state, code FROM deliveries WHERE coalesce(source_id, campaign_id) = $1 AND state <> 'sent'`,
      [sourceId],
    );
    return Object.fromEntries(rows.map(({ phone, state, code }) => [phone, [state, code].join(' ').trim()]));
  }

  /** How often each number got the message. */
  arrivals({ id, phones } = { id: this.campaignId, phones: this.phones }): Map<string, number> {
    const { items = [] } = this.network.ledger.page({ limit: 10_000, campaignId: id }) ?? {};
    const counts = new Map(phones.map((phone) => [phone, 0]));
    for (const { to } of items) counts.set(to, (counts.get(to) ?? 0) + 1);
    return counts;
  }

  async close(): Promise<void> {
    await this.databaseRefuses(false);
    await this.queue.close();
    for (const end of this.faults) await end();
    await this.transport.close();
    this.network.close();
    await this.closeDatabase();
    await this.proxy.close();
  }
}
