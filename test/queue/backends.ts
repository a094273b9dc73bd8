import { randomBytes } from 'node:crypto';
import { createLogger } from '../../src/lib/logger.js';
import { jobCatalog } from '../../src/jobs.js';
import type { JobDefinition } from '../../src/queue/job.js';
import { createQueue, type JobHandlers, type Queue, type StartOptions } from '../../src/queue/index.js';
import { createTestDatabase } from '../support/database.js';

/** A place for jobs that several queue objects ("processes") can share. */
export interface QueueServer {
  open(overrides?: {
    catalog?: typeof jobCatalog;
    workerTiming?: { lockDuration: number; stalledInterval: number };
  }): Queue<typeof jobCatalog>;
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
    open({ catalog = jobCatalog, ...overrides } = {}) {
      const queue = createQueue(settings, catalog, logger, { namespace, ...overrides });
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

/**
 * Each test leaves its queues empty, so that the tests of a server can share them. Workers stop first: a job that failed
 * for the last time after its queue was emptied would stay among the failures of the next test.
 */
export async function usingQueue(
  server: QueueServer,
  work: (queue: Queue<typeof jobCatalog>) => Promise<void>,
  catalog = catalogWith({}),
): Promise<void> {
  const queue = server.open({ catalog });
  try {
    await work(queue);
  } finally {
    await queue.drain(0);
    await Promise.all(queue.boardQueues().map((bull) => bull.obliterate({ force: true })));
    await queue.close();
  }
}

const nothing = () => Promise.resolve({ kind: 'done' as const });

/** Handlers that do nothing, except the given ones. */
export function handlersWith(
  handlers: Partial<JobHandlers<typeof jobCatalog>>,
): JobHandlers<typeof jobCatalog> {
  const all = Object.fromEntries(Object.keys(jobCatalog).map((key) => [key, nothing]));
  return { ...all, ...handlers } as JobHandlers<typeof jobCatalog>;
}

/** The real catalogue without recurring jobs, and with the given definitions. */
export function catalogWith(
  changes: Partial<Record<keyof typeof jobCatalog, Partial<JobDefinition>>>,
): typeof jobCatalog {
  const entries = Object.entries(jobCatalog).map(([key, { everyMs: _everyMs, ...definition }]) => [
    key,
    { ...definition, ...changes[key as keyof typeof jobCatalog] },
  ]);
  return Object.fromEntries(entries) as typeof jobCatalog;
}

/** So many messages at the same time; the other queues as they are unless set. */
export function atMost(messages: number): StartOptions {
  return {
    concurrency: { messages, answers: messages, campaigns: 10, imports: 2, sessions: 10, receipts: 25 },
    bundledConcurrency: messages,
  };
}

export function sendPayload(deliveryId: string) {
  return { tenantId: 'tenant', campaignId: 'campaign', deliveryId };
}
