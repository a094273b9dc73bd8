import { systemClock, type Clock } from '../../../src/lib/clock.js';
import { createLogger } from '../../../src/lib/logger.js';
import {
  MessageService,
  presentMessage,
  type MessageResponse,
  DirectMessages,
  SendBulkDto,
  SendMessageDto,
} from '../../../src/modules/messages/index.js';
import { SenderService } from '../../../src/modules/senders/index.js';
import type { sendMessage } from '../../../src/modules/delivery/index.js';
import type { PayloadOf } from '../../../src/queue/job.js';
import { RecordingQueue } from '../../campaigns/recording-queue.js';
import { World } from '../../delivery/world.js';
import type { TestDatabase } from '../../support/database.js';
import type { CampaignMedia } from '../../../src/modules/content/index.js';

const logger = createLogger('silent');

/** A tenant whose direct messages wait in a queue that only writes down, until the test lets them be sent. */
export class DirectWorld {
  readonly queue = new RecordingQueue();
  readonly messages: MessageService;
  readonly direct: DirectMessages;
  private phones = 0;

  constructor(
    readonly world: World,
    options: { clock?: Clock; media?: CampaignMedia; defaultCountry?: string } = {},
  ) {
    const { database } = world;
    const { clock = systemClock, media = noMedia, defaultCountry } = options;
    const common = { database, queue: this.queue, clock, logger };
    this.messages = new MessageService({ database });
    this.direct = new DirectMessages({
      ...common,
      contacts: world.contacts,
      senders: new SenderService({ ...common, transports: world.transports }),
      media,
      defaultCountry,
      delays: { minDelay: 0, maxDelay: 0 },
    });
  }

  static async create(db: TestDatabase, options?: ConstructorParameters<typeof DirectWorld>[1]) {
    return new DirectWorld(new World(db.database, await db.createTenant()), options);
  }

  get tenantId(): string {
    return this.world.tenantId;
  }

  phone(): string {
    this.phones += 1;
    return `+5511${970_000_000 + this.phones}`;
  }

  send(input: Partial<SendMessageDto>) {
    const message = { to: this.phone(), type: 'text', content: 'Hello', ...input };
    return this.direct.send(this.tenantId, Object.assign(new SendMessageDto(), message));
  }

  sendBulk(input: Partial<SendBulkDto>) {
    return this.direct.sendBulk(this.tenantId, Object.assign(new SendBulkDto(), input));
  }

  /** As a client sees it. */
  async shown(id: string): Promise<MessageResponse> {
    return presentMessage(await this.messages.get(this.tenantId, id));
  }

  /** Runs every job that waits, in the order in which they were queued. */
  async work(): Promise<void> {
    const jobs = this.queue.jobs.splice(0);
    const worker = this.world.worker();
    for (const { payload } of jobs) await this.world.drive(worker, payload as PayloadOf<typeof sendMessage>);
  }

  /** The jobs this tenant got from the reconciler. */
  get offered() {
    return this.world.enqueued.filter(({ payload }) => payload.tenantId === this.tenantId);
  }

  sql<Row = Record<string, unknown>>(statement: string, values: unknown[] = []): Promise<Row[]> {
    return this.world.sql<Row>(statement, values);
  }
}

const noMedia: CampaignMedia = {
  requestBytes: 0,
  find: async () => undefined,
  fetch: () => Promise.reject(new Error('These tests fetch nothing.')),
  lockFiles: async (_tx, _tenantId, ids) => new Set(ids),
};
