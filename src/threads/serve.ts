import { ItemSender, type ThreadOrder } from './link.js';
import type { TaskHandler, ThreadTask } from './task.js';

/** A task, and how its handler is loaded once a thread is asked for it. */
export interface ServedTask {
  name: string;
  load(): Promise<(input: never) => AsyncIterable<unknown>>;
}

export function serve<Task extends ThreadTask>(
  { name }: Task,
  load: () => Promise<TaskHandler<Task>>,
): ServedTask {
  return { name, load: load as ServedTask['load'] };
}

/** What a thread does with an order. Errors of a handler go to whoever ordered; they do not end the thread. */
export function serveTasks(tasks: readonly ServedTask[]): (order: ThreadOrder) => Promise<void> {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  return async ({ task: name, input, port }) => {
    const sender = new ItemSender(port);
    try {
      const task = byName.get(name);
      if (!task) throw new Error(`No thread knows the task ${name}.`);
      const handler = await task.load();
      for await (const item of handler(input as never)) if (!(await sender.send(item))) return;
      sender.end();
    } catch (error) {
      sender.fail(error);
    }
  };
}
