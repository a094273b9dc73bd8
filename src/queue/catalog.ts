import type { ReceiptStatus } from '../transports/transport.js';

/** Every job of the engine and what it carries. Payloads hold ids, not rows: PostgreSQL is the truth. */
export interface JobPayloads {
  /** Sends all remaining parts of one campaign recipient. */
  'message.send': { tenantId: string; campaignId: string; recipientId: string };
  /** Tops up a running campaign's window of queued messages; lives as long as the campaign runs. */
  'campaign.feed': { tenantId: string; campaignId: string };
  'contacts.import': { tenantId: string; importId: string };
  /** Changes many contacts, batch by batch. */
  'contacts.bulk': { tenantId: string; bulkEditId: string };
  /** Asks WhatsApp which numbers it knows, at the pace senders may ask. */
  'numbers.check': { tenantId: string; runId: string };
  /** Brings a sender's live session to its desired state (connected, disconnected, logged out). */
  'session.sync': { tenantId: string; senderId: string };
  'transport.receipts': { tenantId: string; senderId: string; receipts: ReceiptPayload[] };
  'transport.inbound': { tenantId: string; senderId: string; messages: InboundPayload[] };
  'maintenance.recover-senders': Record<string, never>;
  'maintenance.reconcile': Record<string, never>;
  /** Starts campaigns whose time has come. */
  'maintenance.schedule': Record<string, never>;
}

/** Times are ISO 8601. */
export interface ReceiptPayload {
  waMessageId: string;
  status: ReceiptStatus;
  at: string;
  code?: string;
}

export interface InboundPayload {
  waMessageId: string;
  from: string;
  text: string;
  at: string;
}

export type JobName = keyof JobPayloads;
export type QueueName =
  | 'messages'
  | 'bundles'
  | 'campaigns'
  | 'imports'
  | 'checks'
  | 'sessions'
  | 'receipts'
  | 'inbound'
  | 'maintenance';

export interface JobDefinition {
  queue: QueueName;
  /** How often a job whose handler threw is tried, with exponential back-off from `backoffMs`. */
  attempts: number;
  backoffMs: number;
  /** Runs by itself every so many milliseconds, once in the whole fleet. */
  everyMs?: number;
}

export type JobCatalog = { readonly [Name in JobName]: JobDefinition };

export const jobCatalog: JobCatalog = {
  'message.send': { queue: 'messages', attempts: 20, backoffMs: 1_000 },
  'campaign.feed': { queue: 'campaigns', attempts: 20, backoffMs: 1_000 },
  'contacts.import': { queue: 'imports', attempts: 5, backoffMs: 2_000 },
  'contacts.bulk': { queue: 'imports', attempts: 5, backoffMs: 2_000 },
  'numbers.check': { queue: 'checks', attempts: 20, backoffMs: 2_000 },
  'session.sync': { queue: 'sessions', attempts: 10, backoffMs: 1_000 },
  'transport.receipts': { queue: 'receipts', attempts: 20, backoffMs: 500 },
  'transport.inbound': { queue: 'inbound', attempts: 20, backoffMs: 500 },
  'maintenance.recover-senders': { queue: 'maintenance', attempts: 1, backoffMs: 1_000, everyMs: 60_000 },
  'maintenance.reconcile': { queue: 'maintenance', attempts: 1, backoffMs: 1_000, everyMs: 30_000 },
  'maintenance.schedule': { queue: 'campaigns', attempts: 1, backoffMs: 1_000, everyMs: 1_000 },
};

/** Jobs one worker process runs at the same time, per queue. Those of messages are set by configuration. */
export const queueConcurrency: { readonly [Name in Exclude<QueueName, 'messages' | 'bundles'>]: number } = {
  campaigns: 10,
  imports: 2,
  // One at a time: a sender is asked by nobody else, so what it may still do can be counted.
  checks: 1,
  sessions: 10,
  // What runs at the same time is written at the same time, in one transaction.
  receipts: 25,
  // One at a time keeps a chat's messages in order.
  inbound: 1,
  maintenance: 1,
};

/** `runAgain` keeps the same job and lets it rest until `at`; it is not a failure and costs no attempt. */
export type JobOutcome = { kind: 'done' } | { kind: 'runAgain'; at: Date };

export interface JobContext {
  /** Aborted when the process drains: finish or hand back soon. */
  signal: AbortSignal;
}

export type JobHandler<Name extends JobName> = (
  payload: JobPayloads[Name],
  context: JobContext,
) => Promise<JobOutcome>;

export type JobHandlers = { [Name in JobName]: JobHandler<Name> };

export interface EnqueueOptions {
  /** A job with an id that is already waiting, delayed or running is not added twice. No ':', not only digits. */
  id?: string;
  delayMs?: number;
  /** 1 is the most urgent; absent is before all of them. */
  priority?: number;
}

/** What modules may ask of the queue. A queue that cannot be reached is a DomainError of kind `unavailable`. */
export interface JobQueue {
  enqueue<Name extends JobName>(
    name: Name,
    payload: JobPayloads[Name],
    options?: EnqueueOptions,
  ): Promise<void>;
  /**
   * With `bundled`, those that start within the same tenth of a second share a place in the queue and start together:
   * much cheaper where there are thousands. Such a job is not compared by its id with those that are in the queue, so
   * its handler must bear to run twice.
   */
  enqueueMany<Name extends JobName>(
    name: Name,
    jobs: { payload: JobPayloads[Name]; options?: EnqueueOptions }[],
    how?: { bundled?: boolean },
  ): Promise<void>;
  /**
   * Makes sure that the job starts after this call: a resting one runs now, an absent one is added, a waiting one is
   * left alone. A running one is not disturbed; it runs once more as soon as it has ended, because it may have read
   * the database before the caller's change.
   */
  wake<Name extends JobName>(name: Name, payload: JobPayloads[Name], id: string): Promise<void>;
}
