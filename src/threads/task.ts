/**
 * What a module says about work that runs in a thread of its own, in its `*.tasks.ts`: parsing and computing that would
 * otherwise keep everyone else of the process waiting. Input and items are copied between the threads (structured clone):
 * plain data, no functions, no instances of classes.
 */

/** Exists for the compiler only: it ties a task to what it takes and gives. */
declare const carried: unique symbol;

export interface ThreadTask<Input = unknown, Item = unknown> {
  readonly name: string;
  readonly [carried]?: { input: Input; item: Item };
}

/** `Item` is one piece of the result, such as a batch of rows; a task with a single result gives one item. */
export function defineTask<Input, Item>(name: string): ThreadTask<Input, Item> {
  return { name };
}

/** Does the work of a task, inside the thread. */
export type TaskHandler<Input, Item> = (input: Input) => AsyncIterable<Item>;

/** Runs tasks; what modules see of the pool. */
export interface Threads {
  /**
   * The items of a task, as they come. The thread computes at most two items ahead of what was taken. Leaving the loop
   * early, or `signal`, ends the work; after the signal the next item rejects with its reason. What the handler throws is
   * thrown here, a `DomainError` as one. Throws `ThreadDied` when the thread ended before the task did.
   */
  stream<Input, Item>(
    task: ThreadTask<Input, Item>,
    input: Input,
    options?: { signal?: AbortSignal },
  ): AsyncGenerator<Item, void, undefined>;
}
