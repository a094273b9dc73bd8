import type { Database } from '../../src/db/index.js';
import { addMs, type Clock } from '../../src/lib/clock.js';
import { createLogger } from '../../src/lib/logger.js';
import { seededRandom } from '../../src/lib/random.js';
import {
  SenderManager,
  SenderService,
  type ReservationRequest,
  type SenderInput,
} from '../../src/modules/senders/index.js';
import type { Sender } from '../../src/modules/senders/sender.entity.js';
import type { JobDefinition } from '../../src/queue/job.js';
import type { JobQueue } from '../../src/queue/job-queue.js';
import { createSimulatorNetwork, createSimulatorTransport } from '../../src/transports/simulator/index.js';
import type { TransportRegistry } from '../../src/transports/transport.js';
import { START } from './slots.js';

export class TestClock implements Clock {
  constructor(private current = START) {}

  now(): Date {
    return this.current;
  }

  forward(ms: number): void {
    this.current = addMs(this.current, ms);
  }
}

/** Keeps what was put on it; `refuse` makes it a queue that is away. */
export class RecordingQueue implements JobQueue {
  readonly jobs: { name: string; payload: object }[] = [];
  refuse = false;

  async enqueue({ name }: JobDefinition, payload: object): Promise<void> {
    if (this.refuse) throw new Error('The queue is away.');
    this.jobs.push({ name, payload });
  }

  async enqueueMany(job: JobDefinition, jobs: { payload: object }[]): Promise<void> {
    for (const { payload } of jobs) await this.enqueue(job, payload);
  }

  wake(job: JobDefinition, payload: object): Promise<void> {
    return this.enqueue(job, payload);
  }
}

export const silentLogger = createLogger('silent');
export const simulated: TransportRegistry = {
  simulator: createSimulatorTransport({ network: createSimulatorNetwork({ seed: 1 }), logger: silentLogger }),
};

export function managerOn(
  database: Database,
  clock: Clock,
  logger = silentLogger,
  seed = 1,
  workerId?: string,
): SenderManager {
  const random = seededRandom(seed);
  return new SenderManager({ database, clock, random, logger, transports: simulated, workerId });
}

export function serviceOn(
  database: Database,
  clock: Clock,
  queue: JobQueue = new RecordingQueue(),
): SenderService {
  return new SenderService({
    database,
    queue,
    clock,
    transports: simulated,
    defaultCountry: 'BR',
    logger: silentLogger,
  });
}

/** Creates a sender as if it had connected. */
export async function connectedSender(
  database: Database,
  service: SenderService,
  tenantId: string,
  input: Partial<SenderInput> & { name: string },
): Promise<Sender> {
  const sender = await service.create(tenantId, { transport: 'simulator', ...input });
  await changeRow(database, sender.id, "status = 'connected'");
  return sender;
}

/** `assignments` is SQL of the test's own, of the sender or of its slot. */
export async function changeRow(database: Database, senderId: string, assignments: string): Promise<void> {
  await database.manager.query(`UPDATE senders SET ${assignments} WHERE id = $1`, [senderId]);
}

export async function changeSlot(database: Database, senderId: string, assignments: string): Promise<void> {
  await database.manager.query(`UPDATE sender_slots SET ${assignments} WHERE sender_id = $1`, [senderId]);
}

export function request(tenantId: string, changes: Partial<ReservationRequest> = {}): ReservationRequest {
  return {
    tenantId,
    pool: { senderIds: [], senderTags: [] },
    messages: 1,
    messageTypes: ['text'],
    newConversation: true,
    occupyMs: 500,
    minDelay: 2_000,
    maxDelay: 5_000,
    ...changes,
  };
}

export const noPace = { occupyMs: 0, minDelay: 0, maxDelay: 0 };
