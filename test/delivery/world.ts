import { expect } from '@jest/globals';
import type { Database } from '../../src/db/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { seededRandom } from '../../src/lib/random.js';
import { CampaignWaitTracker } from '../../src/modules/campaigns/index.js';
import { BY_SENDER } from '../../src/modules/campaigns/reports/stats.repository.js';
import { ContactService, IdentityService } from '../../src/modules/contacts/index.js';
import { SenderManager, type SenderStatus } from '../../src/modules/senders/index.js';
import type { JobOutcome, PayloadOf } from '../../src/queue/job.js';
import type { EnqueueOptions, JobQueue } from '../../src/queue/job-queue.js';
import type { Capabilities, MediaFile, Transport } from '../../src/transports/transport.js';
import { deliverySources } from '../../src/runtime/sources.js';
import { MessageWorker } from '../../src/worker/message-worker/message-worker.js';
import type { MessageWorkerDeps } from '../../src/worker/message-worker/ports.js';
import { ScriptedSession, transportNamed } from './scripted-session.js';
import {
  DeliveryService,
  insertSend,
  ReceiptService,
  ReconcileService,
  writtenDelivery,
  type sendMessage,
  type SourceKind,
  DeliveryPersonRecords,
  MessagePersonRecords,
} from '../../src/modules/delivery/index.js';
import { ConversationPersonRecords, InboundService } from '../../src/modules/inbound/index.js';
import { renderRemaining, type CampaignPart, type RenderedContent } from '../../src/modules/content/index.js';
import type { Purpose } from '../../src/modules/tenants/index.js';
import { insertCampaign, insertRecipient, insertSender } from '../support/rows.js';

type SendPayload = PayloadOf<typeof sendMessage>;
/** A job, and whose delivery it sends. */
type Sent = SendPayload & { campaignId: string };
type RecipientRow = Record<string, unknown> & { id: string; state: string; code: string | null };

const logger = createLogger('silent');

/** A text, or a part of another type. */
type PartOf = string | CampaignPart;

function partOf(part: PartOf): CampaignPart {
  return typeof part === 'string' ? { type: 'text', content: part } : part;
}

/** Parts as they come to whoever is made here. */
function written(parts: readonly PartOf[]): RenderedContent[] {
  const person = { contactId: newId(), phone: '', name: 'Ana', variables: {}, nextPart: 0 };
  const rendered = renderRemaining({ ...person, parts: parts.map(partOf) });
  if (!rendered.ok) throw new Error(`A part cannot be written: ${rendered.code}`);
  return rendered.contents;
}

/** What the job of a delivery carries. */
export function jobOf({ tenantId, deliveryId }: SendPayload): SendPayload {
  return { tenantId, deliveryId };
}

/** One tenant with the real services around a scripted network. */
export class World {
  readonly sessions = new Map<string, ScriptedSession>();
  /** What the tenant has uploaded, by id. */
  readonly files = new Map<string, MediaFile>();
  readonly enqueued: { job: string; payload: SendPayload; id: string | undefined }[] = [];
  readonly transports: Record<'simulator' | 'waha', Transport>;
  readonly senderManager: SenderManager;
  readonly delivery: DeliveryService;
  readonly contacts: ContactService;
  readonly receipts: ReceiptService;
  readonly inbound: InboundService;
  readonly waiting: CampaignWaitTracker;
  /** The worker that claims; dead until it is seen. */
  readonly workerId = newId();
  private phones = 0;

  constructor(
    readonly database: Database,
    readonly tenantId: string,
    abilities: Partial<Record<'simulator' | 'waha', Partial<Capabilities>>> = {},
  ) {
    this.transports = {
      simulator: transportNamed('simulator', abilities.simulator),
      waha: transportNamed('waha', { idempotentIds: false, ...abilities.waha }),
    };
    const common = { database, sources: deliverySources, clock: systemClock, logger };
    this.senderManager = new SenderManager({
      ...common,
      random: seededRandom(1),
      transports: this.transports,
    });
    this.delivery = new DeliveryService({
      ...common,
      transports: this.transports,
      workerId: this.workerId,
    });
    this.contacts = new ContactService(common);
    this.receipts = new ReceiptService(common);
    const records = [
      new DeliveryPersonRecords(),
      new MessagePersonRecords(),
      new ConversationPersonRecords(),
    ];
    const people = new IdentityService({ ...common, records });
    this.inbound = new InboundService({ ...common, people, restMs: 0 });
    this.waiting = this.newWaitTracker();
  }

  newWaitTracker(): CampaignWaitTracker {
    return new CampaignWaitTracker({ database: this.database, clock: systemClock });
  }

  /** Runs nothing: jobs that are added are in `enqueued`. */
  readonly queue: Pick<JobQueue, 'enqueueMany'> = {
    enqueueMany: async ({ name }, jobs) => {
      for (const { payload, options } of jobs as { payload: SendPayload; options?: EnqueueOptions }[]) {
        this.enqueued.push({ job: name, payload, id: options?.id });
      }
    },
  };

  worker(changes: Partial<MessageWorkerDeps> = {}): MessageWorker {
    return new MessageWorker({
      delivery: this.delivery,
      senders: this.senderManager,
      sessions: {
        sessionOf: (senderId) => {
          const session = this.sessions.get(senderId);
          return (
            session && { session, epoch: 1, capabilities: this.transports[session.transport].capabilities }
          );
        },
      },
      queue: this.queue,
      media: { find: async (tenantId, id) => (tenantId === this.tenantId ? this.files.get(id) : undefined) },
      waiting: this.waiting,
      clock: systemClock,
      random: seededRandom(2),
      logger,
      typing: { perCharacterMs: 0, minMs: 0, maxMs: 0 },
      pause: { minMs: 0, maxMs: 0 },
      ...changes,
    });
  }

  reconcile(limits: { queuedMs?: number; sendingMs?: number } = {}): ReconcileService {
    return new ReconcileService({
      database: this.database,
      sources: deliverySources,
      queue: this.queue,
      clock: systemClock,
      logger,
      hasIdempotentIds: (name) => name === 'simulator',
      limits: { queuedMs: 60_000, sendingMs: 60_000, batch: 100, perRun: 1_000, ...limits },
    });
  }

  /** A sender that takes ids, and whose network delivers two messages of the same id. */
  senderWithoutIdempotentIds(): Promise<ScriptedSession> {
    return this.sender({ transport: 'waha', allocatesIds: true });
  }

  /** The worker was seen so long ago. */
  async workerSeen(msAgo = 0): Promise<void> {
    await this.sql(
      `INSERT INTO workers (id, hostname, pid, heartbeat_at)
       VALUES ($1, 'test', 1, now() - make_interval(secs => $2::float8 / 1000))
       ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`,
      [this.workerId, msAgo],
    );
  }

  /** A connected sender with room for everything. Its network takes a second message of the same id for the first. */
  async sender(
    changes: { transport?: 'simulator' | 'waha'; allocatesIds?: boolean; status?: SenderStatus } = {},
  ): Promise<ScriptedSession> {
    const { transport = 'simulator', allocatesIds = transport !== 'waha', status = 'connected' } = changes;
    const id = await insertSender(this.database.manager, this.tenantId, {
      transport,
      status,
      quotaPerMinute: 1_000,
      quotaPerHour: 1_000,
      quotaPerDay: 1_000,
    });
    const session = new ScriptedSession(id, { allocatesIds, transport });
    this.sessions.set(id, session);
    return session;
  }

  /** The same queued deliveries for each kind of source: a campaign's are templates, the others are written. */
  deliveries(
    source: SourceKind,
    options: { parts?: PartOf[]; recipients?: number; to?: string[]; senderIds?: string[] } = {},
  ): Promise<{ id: string; recipients: Sent[]; phones: string[] }> {
    if (source === 'campaign') return this.campaign(options);
    const { parts = ['Hello {{name}}'], ...more } = options;
    return this.send({ source, parts: written(parts), ...more });
  }

  /** A running campaign whose recipients are already queued, as the feeder leaves them. */
  async campaign(
    options: {
      parts?: PartOf[];
      recipients?: number;
      /** Whom, in place of numbers of nobody yet. */
      to?: string[];
      senderIds?: string[];
      sticky?: boolean;
      onUnknown?: 'leave' | 'resend';
    } = {},
  ): Promise<{ id: string; recipients: Sent[]; phones: string[] }> {
    const {
      parts = ['Hello {{name}}'],
      recipients = 1,
      senderIds = [],
      sticky = true,
      onUnknown = 'leave',
    } = options;
    const id = await insertCampaign(this.database.manager, this.tenantId, {
      status: 'running',
      parts: parts.map(partOf),
      pool: { senderIds, senderTags: [] },
      stickySender: sticky,
      totalRecipients: recipients,
      onUnknown,
    });
    const phones = options.to ?? this.newPhones(recipients);
    const people = phones.map((phone) => ({ phone, name: 'Ana' }));
    const contacts = await this.contacts.upsertMany(this.database.manager, this.tenantId, people);
    const payloads: Sent[] = [];
    for (const phone of phones) {
      const contactId = contacts.find((contact) => contact.phone === phone)?.id ?? '';
      const deliveryId = await insertRecipient(this.database.manager, this.tenantId, {
        campaignId: id,
        contactId,
        phone,
        name: 'Ana',
        state: 'queued',
        claimEpoch: 1,
      });
      payloads.push({ tenantId: this.tenantId, campaignId: id, deliveryId });
    }
    return { id, recipients: payloads, phones };
  }

  /** What no campaign sends: accepted and queued, each delivery with its parts as they will be handed over. */
  async send(
    options: {
      source?: 'direct' | 'test';
      purpose?: Purpose;
      parts?: (string | RenderedContent)[];
      recipients?: number;
      to?: string[];
      senderIds?: string[];
    } = {},
  ): Promise<{ id: string; recipients: Sent[]; phones: string[] }> {
    const {
      source = 'direct',
      purpose = 'service',
      parts = ['Hello Ana'],
      recipients = 1,
      senderIds = [],
    } = options;
    const { manager } = this.database;
    const id = newId();
    const phones = options.to ?? this.newPhones(recipients);
    const contents = parts.map((part) =>
      typeof part === 'string' ? { type: 'text' as const, text: part } : part,
    );
    const people = phones.map((phone) => ({ phone, name: 'Ana' }));
    const contacts = await this.contacts.upsertMany(manager, this.tenantId, people);
    const contactOf = new Map(contacts.map((contact) => [contact.phone, contact.id]));
    const deliveries = phones.map((phone) =>
      writtenDelivery({ contactId: contactOf.get(phone) ?? '', phone, name: 'Ana' }, contents, new Date()),
    );
    const terms = { pool: { senderIds, senderTags: [] }, stickySender: true, minDelay: 0, maxDelay: 0 };
    await insertSend(manager, this.tenantId, { id, source, purpose, ...terms }, deliveries);
    const sent = deliveries.map((delivery) => ({
      tenantId: this.tenantId,
      campaignId: id,
      deliveryId: delivery.id,
    }));
    return { id, recipients: sent, phones };
  }

  private newPhones(count: number): string[] {
    return Array.from({ length: count }, () => `+5511${900_000_000 + (this.phones += 1)}`);
  }

  /** Runs a job as the queue would, until it is done or wants to rest for longer than `patienceMs`. */
  async drive(worker: MessageWorker, payload: SendPayload, patienceMs = 2_000): Promise<JobOutcome> {
    const { signal } = new AbortController();
    for (let runs = 0; runs < 50; runs += 1) {
      const outcome = await worker.handleSend(payload, { signal });
      if (outcome.kind === 'done') return outcome;
      const rest = outcome.at.getTime() - Date.now();
      if (rest > patienceMs) return outcome;
      await new Promise((resolve) => setTimeout(resolve, Math.max(rest, 0)));
    }
    throw new Error('The job did not come to an end within 50 runs.');
  }

  async recipient(id: string): Promise<RecipientRow> {
    const [row] = await this.sql<RecipientRow>('SELECT * FROM deliveries WHERE id = $1', [id]);
    if (!row) throw new Error('no such recipient');
    return row;
  }

  /** Every end that sources are still to be told, of this delivery or of all of the tenant, as `before -> after`. */
  async ends(deliveryId?: string): Promise<string[]> {
    const rows = await this.sql<{ end: string }>(
      `SELECT coalesce(earlier, 'open') || ' -> ' || coalesce(state, 'open') AS end FROM delivery_ends
       WHERE tenant_id = $1 AND ($2::uuid IS NULL OR delivery_id = $2) ORDER BY id`,
      [this.tenantId, deliveryId ?? null],
    );
    return rows.map(({ end }) => end);
  }

  messages(deliveryId: string): Promise<Record<string, unknown>[]> {
    return this.sql('SELECT * FROM messages WHERE delivery_id = $1 ORDER BY part', [deliveryId]);
  }

  /** What the ledger says and what count(*) says, of every kind of entry; they must be the same. */
  async counts(campaignId: string): Promise<{ ledger: unknown; counted: unknown }> {
    const totals = await this.sql<{ counter: string; n: number }>(
      `SELECT counter, sum(delta)::int AS n FROM campaign_counts WHERE campaign_id = $1
       GROUP BY counter HAVING sum(delta) <> 0 ORDER BY counter`,
      [campaignId],
    );
    const ledger = await this.sql<{ counter: string; n: number }>(
      `SELECT counter, sender_id, variant, code, sum(delta)::int AS n FROM (${BY_SENDER}) AS entries
       GROUP BY counter, sender_id, variant, code HAVING sum(delta) <> 0 ORDER BY counter, sender_id, variant, code`,
      [campaignId],
    );
    const counted = await this.sql(
      `SELECT counter, sender_id, variant, code, count(*)::int AS n FROM (
         SELECT state AS counter, variant, code,
                CASE WHEN state NOT IN ('pending', 'queued', 'sending') THEN sender_id END AS sender_id
           FROM deliveries WHERE campaign_id = $1
         UNION ALL SELECT 'replied', variant, CASE WHEN reply_quotes THEN 'quoted' END, sender_id
           FROM deliveries WHERE campaign_id = $1 AND replied_at IS NOT NULL
         UNION ALL SELECT 'opted_out', variant, NULL, sender_id
           FROM deliveries WHERE campaign_id = $1 AND opted_out_at IS NOT NULL
       ) facts GROUP BY counter, sender_id, variant, code ORDER BY counter, sender_id, variant, code`,
      [campaignId],
    );
    const sums = new Map(totals.map(({ counter }) => [counter, 0]));
    for (const { counter, n } of ledger) sums.set(counter, (sums.get(counter) ?? 0) + n);
    // The sums of the entries and those of the senders they name are kept apart.
    expect(totals).toEqual([...sums].filter(([, n]) => n !== 0).map(([counter, n]) => ({ counter, n })));
    return { ledger, counted };
  }

  sql<Row = Record<string, unknown>>(statement: string, values: unknown[] = []): Promise<Row[]> {
    return this.database.manager.query<Row[]>(statement, values);
  }
}
