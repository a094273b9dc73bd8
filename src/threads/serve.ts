import { ItemSender, type ThreadOrder } from './link.js';
import type { TaskHandler, ThreadTask } from './task.js';

/** A task, and who does it. */
export interface ServedTask {
  name: string;
  handler(input: never): AsyncIterable<unknown>;
}

export function serve<Input, Item>(
  { name }: ThreadTask<Input, Item>,
  handler: TaskHandler<Input, Item>,
): ServedTask {
  return { name, handler };
}

/** What a thread does with an order. Errors of a handler go to whoever ordered; they do not end the thread. */
export function serveTasks(tasks: readonly ServedTask[]): (order: ThreadOrder) => Promise<void> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  return async ({ task: name, input, port }) => {
    const sender = new ItemSender(port);
    try {
      const task = byName.get(name);
      if (!task) throw new Error(`No thread knows the task ${name}.`);
      for await (const item of task.handler(input as never)) if (!(await sender.send(item))) return;
      sender.end();
    } catch (error) {
      sender.fail(error);
    }
  };
}
