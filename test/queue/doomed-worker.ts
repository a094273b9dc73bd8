import { createQueue } from '../../src/queue/index.js';
import { atMost, catalogWith, handlersWith, logger } from './backends.js';

/** A worker process for tests: takes messages, says so on stdout and never finishes them. */
const [settings, namespace] = process.argv.slice(2);
const queue = createQueue(
  JSON.parse(settings ?? '') as Parameters<typeof createQueue>[0],
  catalogWith({}),
  logger,
  {
    namespace: namespace ?? '',
    workerTiming: { lockDuration: 1_000, stalledInterval: 500 },
  },
);
await queue.startWorkers(
  handlersWith({
    sendMessage: ({ deliveryId }) => {
      process.stdout.write(`${deliveryId}\n`);
      return new Promise(() => {});
    },
  }),
  atMost(1),
);
