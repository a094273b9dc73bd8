import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { packError, unpackError, type PackedError } from './packed-error.js';

/** What a thread is sent to do: a task by its name, and the port its items go through. */
export interface ThreadOrder {
  task: string;
  input: unknown;
  port: MessagePort;
}

/** Items a thread may be ahead: it computes the next one while the last is being used, and memory holds two. */
const AHEAD = 2;

type Message<Item> =
  { kind: 'begun' } | { kind: 'item'; item: Item } | { kind: 'end' } | { kind: 'failed'; error: PackedError };

/** The thread's end of a port: sends no more than the other end has room for. */
export class ItemSender {
  private room = AHEAD;
  private closed = false;
  private wake: (() => void) | undefined;

  constructor(private readonly port: MessagePort) {
    port.on('message', () => this.on(() => (this.room += 1)));
    port.on('close', () => this.on(() => (this.closed = true)));
    this.post({ kind: 'begun' });
  }

  /** Sends an item as soon as there is room for it. False once nobody reads any more. */
  async send(item: unknown): Promise<boolean> {
    while (this.room === 0 && !this.closed) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.closed) return false;
    this.room -= 1;
    this.post({ kind: 'item', item });
    return true;
  }

  end(): void {
    this.post({ kind: 'end' });
    this.port.close();
  }

  fail(error: unknown): void {
    this.post({ kind: 'failed', error: packError(error) });
    this.port.close();
  }

  private post(message: Message<unknown>): void {
    this.port.postMessage(message);
  }

  private on(change: () => void): void {
    change();
    this.wake?.();
    this.wake = undefined;
  }
}

/** The reader's end of a port. */
export class ItemReader<Item> {
  private readonly arrived: Message<Item>[] = [];
  private failure: { error: unknown } | undefined;
  private wake: (() => void) | undefined;

  private begun = false;

  constructor(
    private readonly port: MessagePort,
    private readonly options: {
      /** Called once a thread has taken the order. */
      onBegin: () => void;
      /** So long a thread may compute one item, in ms, before `onStalled` is called. */
      stallMs: number;
      onStalled: () => void;
    },
  ) {
    port.on('message', (message: Message<Item>) => this.take(message));
  }

  /** Whether a thread has taken the order; also where what it sent as its last word is still on its way. */
  hasBegun(): boolean {
    for (let next = receiveMessageOnPort(this.port); next; next = receiveMessageOnPort(this.port)) {
      this.take(next.message as Message<Item>);
    }
    return this.begun;
  }

  /** Makes `items` throw, before what has arrived: nothing else will come. */
  fail(error: unknown): void {
    this.failure ??= { error };
    this.wakeUp();
  }

  async *items(): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      if (this.failure) throw this.failure.error;
      const message = this.arrived.shift();
      if (!message) {
        await this.somethingNew();
        continue;
      }
      if (message.kind === 'end') return;
      if (message.kind === 'failed') throw unpackError(message.error);
      if (message.kind !== 'item') continue;
      yield message.item;
      this.port.postMessage('room for one more');
    }
  }

  close(): void {
    this.port.close();
  }

  private take(message: Message<Item>): void {
    if (message.kind === 'begun') {
      this.begun = true;
      this.options.onBegin();
    } else this.arrived.push(message);
    this.wakeUp();
  }

  private async somethingNew(): Promise<void> {
    // The time in which all threads have other work is none of this one.
    const timer = this.begun ? setTimeout(this.options.onStalled, this.options.stallMs) : undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    clearTimeout(timer);
  }

  private wakeUp(): void {
    this.wake?.();
    this.wake = undefined;
  }
}
