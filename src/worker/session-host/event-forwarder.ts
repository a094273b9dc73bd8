import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { retry } from '../../lib/retry.js';
import { storableText } from '../../lib/storable.js';
import { ThrottledLogger } from '../../lib/throttled-logger.js';
import { recordReceipts, type ReceiptEntry } from '../../modules/delivery/index.js';
import { receiveInbound, type InboundEntry } from '../../modules/inbound/index.js';
import type { JobQueue } from '../../queue/job-queue.js';
import type { TransportEvent } from '../../transports/transport.js';

const BUFFER_MS = 10;
const MAX_PER_JOB = 500;
/** Per sender and kind: hours of traffic, a few dozen megabytes at most. */
const MAX_BUFFERED = 100_000;
const BACKOFF = { baseMs: 400, maxMs: 5_000 };

interface OrderedBufferOptions<Item> {
  name: string;
  send(items: Item[]): Promise<void>;
  /** Called when everything was handed over. */
  onEmpty(): void;
  logger: Logger;
  /** Shared by all senders, because an unavailable queue is unavailable for all of them. */
  throttledLog: ThrottledLogger;
}

/** Gathers items for a few milliseconds and hands them over in order, one hand-over at a time, until it succeeds. */
class OrderedBuffer<Item> {
  private items: { item: Item; safe: () => void }[] = [];
  private flushing = false;
  private dropped = 0;

  constructor(private readonly options: OrderedBufferOptions<Item>) {}

  get size(): number {
    return this.items.length;
  }

  /** Resolves when it was handed over; never for one that had to be dropped. */
  add(item: Item): Promise<void> {
    return new Promise((safe) => {
      this.keep({ item, safe });
    });
  }

  private keep(item: { item: Item; safe: () => void }): void {
    if (this.items.length >= MAX_BUFFERED) {
      this.dropped += 1;
      if (this.dropped === 1) {
        this.options.logger.error(
          `The queue has refused ${this.options.name} for so long that new ones are dropped.`,
        );
      }
      return;
    }
    this.items.push(item);
    void this.flush();
  }

  private async flush(): Promise<void> {
    if (this.flushing) return;
    this.flushing = true;
    await setTimeout(BUFFER_MS);
    while (this.items.length > 0) {
      await retry(() => this.sendBatch(), {
        backoff: BACKOFF,
        onRetry: (error, failures) => this.reportFailure(failures, error),
      });
    }
    this.reportDropped();
    this.flushing = false;
    this.options.onEmpty();
  }

  private async sendBatch(): Promise<void> {
    const batch = this.items.slice(0, MAX_PER_JOB);
    await this.options.send(batch.map(({ item }) => item));
    for (const { safe } of this.items.splice(0, batch.length)) safe();
  }

  private reportFailure(failures: number, error: unknown): void {
    const { name, throttledLog } = this.options;
    const report = { waiting: this.items.length, failures, reason: errorMessage(error) };
    throttledLog.report('warn', name, `Putting ${name} on the queue failed; trying again.`, report);
  }

  private reportDropped(): void {
    if (this.dropped === 0) return;
    this.options.logger.error(
      { dropped: this.dropped },
      `Lost ${this.options.name} while the queue was away.`,
    );
    this.dropped = 0;
  }
}

interface SenderBuffers {
  receipts: OrderedBuffer<ReceiptEntry>;
  messages: OrderedBuffer<InboundEntry>;
}

export type ForwardedEvent = Extract<TransportEvent, { type: 'receipt' | 'message' }>;

/** Puts receipts and messages that the network reports on the queue: in order per sender, retried until queued. */
export class EventForwarder {
  private readonly senders = new Map<string, SenderBuffers>();

  private readonly throttledLog: ThrottledLogger;

  constructor(private readonly deps: { queue: JobQueue; logger: Logger }) {
    this.throttledLog = new ThrottledLogger(deps.logger, systemClock);
  }

  /** Resolves when the event is on the queue. */
  forward(tenantId: string, senderId: string, event: ForwardedEvent): Promise<void> {
    const buffers = this.buffersOf(tenantId, senderId);
    // A queue on PostgreSQL refuses what cannot be stored, and all that waits behind it.
    const waMessageId = storableText(event.waMessageId);
    const at = event.at.toISOString();
    if (event.type === 'message') {
      const { content } = event;
      const from = storableText(event.from.phone ?? '');
      const text = storableText(content.type === 'text' ? content.text : '');
      return buffers.messages.add({ waMessageId, from, text, at });
    }
    const { status, code } = event;
    const coded = code === undefined ? {} : { code: storableText(code) };
    return buffers.receipts.add({ waMessageId, status, at, ...coded });
  }

  /** Waits until everything is on the queue, at most `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.senders.size > 0 && performance.now() < deadline) await setTimeout(BUFFER_MS);
    const left = [...this.senders.values()].reduce(
      (sum, { receipts, messages }) => sum + receipts.size + messages.size,
      0,
    );
    if (left > 0) this.deps.logger.error({ left }, 'Stopping with receipts or messages not on the queue.');
  }

  private buffersOf(tenantId: string, senderId: string): SenderBuffers {
    const known = this.senders.get(senderId);
    if (known) return known;
    const { throttledLog } = this;
    const { queue } = this.deps;
    const logger = this.deps.logger.child({ senderId });
    const onEmpty = (): void => this.forget(senderId);
    const buffers: SenderBuffers = {
      receipts: new OrderedBuffer({
        name: 'receipts',
        send: (receipts) => queue.enqueue(recordReceipts, { tenantId, senderId, receipts }),
        onEmpty,
        logger,
        throttledLog,
      }),
      messages: new OrderedBuffer({
        name: 'inbound messages',
        send: (messages) => queue.enqueue(receiveInbound, { tenantId, senderId, messages }),
        onEmpty,
        logger,
        throttledLog,
      }),
    };
    this.senders.set(senderId, buffers);
    return buffers;
  }

  private forget(senderId: string): void {
    const buffers = this.senders.get(senderId);
    if (buffers && buffers.receipts.size === 0 && buffers.messages.size === 0) this.senders.delete(senderId);
  }
}
