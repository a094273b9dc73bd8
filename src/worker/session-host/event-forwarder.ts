import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { retry } from '../../lib/retry.js';
import { storableText } from '../../lib/storable.js';
import { ThrottledLogger } from '../../lib/throttled-logger.js';
import { recordReceipts, type ReceiptEntry } from '../../modules/delivery/index.js';
import type { HeardEvent } from '../../modules/inbound/index.js';
import type { JobQueue } from '../../queue/job-queue.js';
import type { InboundEvent } from '../../transports/inbound.js';
import type { TransportEvent } from '../../transports/transport.js';

const BUFFER_MS = 10;
const MAX_PER_BATCH = 500;
/** Receipts of a sender, or what came in for all of them: hours of traffic, a few dozen megabytes at most. */
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
          `There has been no place for ${this.options.name} for so long that more is dropped.`,
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
    const batch = this.items.slice(0, MAX_PER_BATCH);
    await this.options.send(batch.map(({ item }) => item));
    for (const { safe } of this.items.splice(0, batch.length)) safe();
  }

  private reportFailure(failures: number, error: unknown): void {
    const { name, throttledLog } = this.options;
    const report = { waiting: this.items.length, failures, reason: errorMessage(error) };
    throttledLog.report('warn', name, `Bringing ${name} to safety failed; trying again.`, report);
  }

  private reportDropped(): void {
    if (this.dropped === 0) return;
    this.options.logger.error(
      { dropped: this.dropped },
      `Lost ${this.options.name} while there was no place for it.`,
    );
    this.dropped = 0;
  }
}

/** Where what people wrote is kept: resolves when it is committed. */
export interface EventInbox {
  store(heard: readonly HeardEvent[]): Promise<void>;
}

export type ForwardedEvent = InboundEvent | Extract<TransportEvent, { type: 'receipt' }>;

/**
 * Brings to safety what the network reports, in order per sender, tried until it succeeds: receipts to the queue, all else to
 * the inbox. What several senders bring within a few milliseconds is one batch of the inbox.
 */
export class EventForwarder {
  private readonly receipts = new Map<string, OrderedBuffer<ReceiptEntry>>();
  private readonly heard: OrderedBuffer<HeardEvent>;
  private readonly throttledLog: ThrottledLogger;

  constructor(private readonly deps: { queue: JobQueue; inbox: EventInbox; logger: Logger }) {
    const { inbox, logger } = deps;
    this.throttledLog = new ThrottledLogger(logger, systemClock);
    this.heard = new OrderedBuffer({
      name: 'what came in',
      send: (events) => inbox.store(events),
      onEmpty: () => undefined,
      logger,
      throttledLog: this.throttledLog,
    });
  }

  /** Resolves when the event is safe: a receipt on the queue, anything else committed. */
  forward(tenantId: string, senderId: string, event: ForwardedEvent): Promise<void> {
    if (event.type !== 'receipt') return this.heard.add({ tenantId, senderId, event });
    const { status, code } = event;
    // A queue on PostgreSQL refuses what cannot be stored, and all that waits behind it.
    const waMessageId = storableText(event.waMessageId);
    const coded = code === undefined ? {} : { code: storableText(code) };
    return this.receiptsOf(tenantId, senderId).add({
      waMessageId,
      status,
      at: event.at.toISOString(),
      ...coded,
    });
  }

  /** Waits until everything is safe, at most `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.left() > 0 && performance.now() < deadline) await setTimeout(BUFFER_MS);
    const left = this.left();
    if (left > 0) this.deps.logger.error({ left }, 'Stopping with receipts or messages that are not safe.');
  }

  private left(): number {
    return [...this.receipts.values()].reduce((sum, { size }) => sum + size, this.heard.size);
  }

  private receiptsOf(tenantId: string, senderId: string): OrderedBuffer<ReceiptEntry> {
    const known = this.receipts.get(senderId);
    if (known) return known;
    const { queue, logger } = this.deps;
    const buffer: OrderedBuffer<ReceiptEntry> = new OrderedBuffer({
      name: 'receipts',
      send: (receipts) => queue.enqueue(recordReceipts, { tenantId, senderId, receipts }),
      onEmpty: () => {
        if (buffer.size === 0) this.receipts.delete(senderId);
      },
      logger: logger.child({ senderId }),
      throttledLog: this.throttledLog,
    });
    this.receipts.set(senderId, buffer);
    return buffer;
  }
}
