import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { errorMessage } from '../lib/errors.js';
import type { Logger } from '../lib/logger.js';
import { endsWithin } from '../lib/time-out.js';
import { ItemReader, type ThreadOrder } from './link.js';
import type { ThreadTask, Threads } from './task.js';
import { Stalled, ThreadDied } from './thread-died.js';

export interface ThreadPoolOptions {
  /** The module every thread loads; its default export takes the orders (`serveTasks`). */
  entry: URL;
  /** Tasks that run at the same time; one thread each, so that one that dies takes no other with it. */
  maxThreads: number;
  /** JavaScript memory of a thread, in MB; one that needs more dies, and nothing else. */
  memoryMb: number;
  /** So long a task may compute one item, in ms; a thread that takes longer is ended. Ten minutes unless given. */
  stallMs?: number;
  /** Options of Node for the threads; those of the process unless given. */
  execArgv?: string[];
  logger: Logger;
}

/** A thread without work ends after this long: what it held is given back, and the next one starts within 0.2 s. */
const IDLE_MS = 5_000;
/** So long a thread whose items nobody reads any more may take to notice that between two items. */
const NOTICE_MS = 1_000;

/** Far more than any item takes that the limits of a task let pass. */
const STALL_MS = 10 * 60_000;

/** The threads of this process. None runs until there is work. */
export class ThreadPool implements Threads {
  private readonly pool: Piscina<ThreadOrder, void>;
  /** Whose thread has not begun. */
  private readonly waiting = new Set<ItemReader<unknown>>();
  private readonly stallMs: number;
  private closed = false;

  constructor({ entry, maxThreads, memoryMb, stallMs, execArgv, logger }: ThreadPoolOptions) {
    this.stallMs = stallMs ?? STALL_MS;
    this.pool = new Piscina({
      filename: entry.href,
      minThreads: 0,
      maxThreads,
      idleTimeout: IDLE_MS,
      // A thread waits for its orders without blocking: its port has messages, too.
      atomics: 'disabled',
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      execArgv,
    });
    // A thread that died before it could take an order. The library lets the order wait, for ever if none can start.
    this.pool.on('error', (error: unknown) => {
      logger.error({ error: errorMessage(error) }, 'a thread died before it had work');
      for (const reader of this.waiting) reader.fail(notStarted(error));
    });
  }

  async *stream<Input, Item>(
    task: ThreadTask<Input, Item>,
    input: Input,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<Item, void, undefined> {
    signal?.throwIfAborted();
    if (this.closed) throw closedError();
    const { port1, port2 } = new MessageChannel();
    const { stallMs } = this;
    const reader: ItemReader<Item> = new ItemReader<Item>(port1, {
      onBegin: () => this.waiting.delete(reader),
      stallMs,
      onStalled: () => reader.fail(new ThreadDied(task.name, new Stalled(`no item within ${stallMs} ms`))),
    });
    this.waiting.add(reader);
    const terminate = new AbortController();
    const running = this.run({ task: task.name, input, port: port2 }, terminate.signal, reader);
    const onAbort = () => reader.fail(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    try {
      yield* reader.items();
    } finally {
      signal?.removeEventListener('abort', onAbort);
      reader.close();
      this.waiting.delete(reader);
      if (!(await endsWithin(NOTICE_MS, running))) terminate.abort();
    }
  }

  /** Ends all threads, those with work, too. */
  async close(): Promise<void> {
    this.closed = true;
    await this.pool.destroy();
  }

  private async run(order: ThreadOrder, signal: AbortSignal, reader: ItemReader<unknown>): Promise<void> {
    try {
      await this.pool.run(order, { transferList: [order.port], signal });
    } catch (error) {
      if (this.closed) reader.fail(closedError());
      else reader.fail(reader.hasBegun() ? new ThreadDied(order.task, error) : notStarted(error));
    }
  }
}

/** What threads load is broken or missing: no fault of the order, which the next version may carry out. */
function notStarted(cause: unknown): Error {
  return new Error(`A thread could not start: ${errorMessage(cause)}`, { cause });
}

function closedError(): Error {
  return new Error('The threads of this process are closed.');
}
