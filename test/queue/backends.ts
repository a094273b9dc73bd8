import { randomBytes } from 'node:crypto';
import { createLogger } from '../../src/lib/logger.js';
import {
  jobCatalog,
  type JobCatalog,
  type JobDefinition,
  type JobHandlers,
  type JobName,
} from '../../src/queue/catalog.js';
import { createQueue, type Queue } from '../../src/queue/index.js';
import { createTestDatabase } from '../support/database.js';

/** A place for jobs that several queue objects ("processes") can share. */
export interface QueueServer {
  open(overrides?: {
    catalog?: JobCatalog;
    workerTiming?: { lockDuration: number; stalledInterval: number };
  }): Queue;
  settings: Parameters<typeof createQueue>[0];
  namespace: string;
  close(): Promise<void>;
}

export const logger = createLogger('silent');

async function redisServer(): Promise<QueueServer> {
  const redisUrl = process.env['STARLING_TEST_REDIS_URL'];
  if (!redisUrl) throw new Error('Tests need the Redis that test/support/global-setup.ts starts.');
  return serverOf({ backend: 'redis', redisUrl }, () => Promise.resolve());
}

async function postgresServer(): Promise<QueueServer> {
  const database = await createTestDatabase();
  return serverOf({ backend: 'postgres', databaseUrl: database.url }, () => database.close());
}

function serverOf(settings: QueueServer['settings'], close: () => Promise<void>): QueueServer {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const opened: Queue[] = [];
  return {
    settings,
    namespace,
    open(overrides = {}) {
      const queue = createQueue(settings, logger, { namespace, ...overrides });
      opened.push(queue);
      return queue;
    },
    async close() {
      await Promise.all(opened.map((queue) => queue.close()));
      await close();
    },
  };
}

export const servers = [
  { name: 'Redis', start: redisServer },
  { name: 'PostgreSQL', start: postgresServer },
];

/** Each test leaves its queues empty, so that the tests of a server can share them. */
export async function usingQueue(
  server: QueueServer,
  work: (queue: Queue) => Promise<void>,
  catalog = catalogWith({}),
): Promise<void> {
  const queue = server.open({ catalog });
  try {
    await work(queue);
  } finally {
    await Promise.all(
      queue.boardQueues().map((bull) => bull.obliterate({ force: true }).catch(() => undefined)),
    );
    await queue.close();
  }
}

const nothing = () => Promise.resolve({ kind: 'done' as const });

/** Handlers that do nothing, except the given ones. */
export function handlersWith(handlers: Partial<JobHandlers>): JobHandlers {
  const all = Object.fromEntries(Object.keys(jobCatalog).map((name) => [name, nothing]));
  return { ...all, ...handlers } as JobHandlers;
}

/** The real catalogue without recurring jobs, and with the given definitions. */
export function catalogWith(changes: Partial<Record<JobName, Partial<JobDefinition>>>): JobCatalog {
  const entries = Object.entries(jobCatalog).map(([name, { everyMs: _everyMs, ...definition }]) => [
    name,
    { ...definition, ...changes[name as JobName] },
  ]);
  return Object.fromEntries(entries) as JobCatalog;
}

export function sendPayload(recipientId: string) {
  return { tenantId: 'tenant', campaignId: 'campaign', recipientId };
}
