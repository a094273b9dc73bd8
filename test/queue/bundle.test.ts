import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bundled, BUNDLE_SIZE, scheduleOf } from '../../src/queue/bundle.js';
import type { JobHandler } from '../../src/queue/job.js';
import type { EnqueueOptions } from '../../src/queue/job-queue.js';
import { jobCatalog } from '../../src/jobs.js';
import type { Queue } from '../../src/queue/index.js';
import { waitFor } from '../support/wait-for.js';
import {
  atMost,
  catalogWith,
  handlersWith,
  sendPayload,
  servers,
  usingQueue,
  type QueueServer,
} from './backends.js';

const { sendMessage } = jobCatalog;
type SendHandler = JobHandler<typeof sendMessage>;

const done = { kind: 'done' as const };
const AT_ONCE = atMost(50);
const idOf = (index: number) => `r-${index}`;

function jobsFor(count: number, options: EnqueueOptions = {}, first = 0) {
  return Array.from({ length: count }, (_, index) => ({
    payload: sendPayload(idOf(first + index)),
    options: { id: `send-${idOf(first + index)}`, ...options },
  }));
}

describe('making bundles', () => {
  const job = fc.record({
    payload: fc.nat(),
    options: fc.record({
      delayMs: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 400 })),
      priority: fc.constantFrom(undefined, 1, 5),
    }),
  });

  it('loses and doubles no job, mixes no priorities, lets no job start early or more than a tenth of a second late', () => {
    fc.assert(
      fc.property(fc.array(job, { maxLength: 60 }), fc.integer({ min: 2, max: 7 }), (jobs, size) => {
        const { bundles, singles } = bundled(jobs, size);
        expect(new Set([...bundles.flat(), ...singles])).toEqual(new Set(jobs));
        expect(bundles.flat().length + singles.length).toBe(jobs.length);
        for (const bundle of bundles) {
          expect(bundle.length).toBeGreaterThan(1);
          expect(bundle.length).toBeLessThanOrEqual(size);
          const { delayMs = 0, priority } = scheduleOf(bundle);
          for (const { options } of bundle) {
            expect(options.priority).toBe(priority);
            expect(delayMs).toBeGreaterThanOrEqual(options.delayMs ?? 0);
            expect(delayMs).toBeLessThan((options.delayMs ?? 0) + 100);
          }
        }
      }),
    );
  });

  it('lets those that may start at once not wait for other jobs', () => {
    const { bundles } = bundled([0, 1, 0, 1].map((delayMs) => ({ payload: 0, options: { delayMs } })));
    expect(bundles.map((bundle) => scheduleOf(bundle).delayMs)).toEqual([0, 1]);
  });
});

describe.each(servers)('bundled jobs on $name', ({ start }) => {
  let server: QueueServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  const withQueue = (work: (queue: Queue) => Promise<void>, catalog?: typeof jobCatalog) =>
    usingQueue(server, work, catalog);

  const boardQueue = (queue: Queue, name: string) =>
    queue.boardQueues().find((bull) => bull.name === name) as NonNullable<
      ReturnType<Queue['boardQueues']>[number]
    >;

  /** Notes who ran, and does what it is told. */
  function recorder(then: SendHandler = async () => done): { ran: string[]; handler: SendHandler } {
    const ran: string[] = [];
    return {
      ran,
      handler: (payload, context) => {
        ran.push(payload.deliveryId);
        return then(payload, context);
      },
    };
  }

  it('all run once, and take one place for many', () =>
    withQueue(async (queue) => {
      await queue.enqueueMany(sendMessage, jobsFor(2 * BUNDLE_SIZE + 2), { bundled: true });
      expect(await boardQueue(queue, 'bundles').getJobCountByTypes('waiting', 'delayed')).toBe(3);
      const { ran, handler } = recorder();
      await queue.startWorkers(handlersWith({ sendMessage: handler }), AT_ONCE);
      await waitFor(() => ran.length === 2 * BUNDLE_SIZE + 2);
      await queue.drain(1_000);
      expect(ran.toSorted()).toEqual(
        jobsFor(2 * BUNDLE_SIZE + 2)
          .map(({ payload }) => payload.deliveryId)
          .toSorted(),
      );
    }));

  it('with a delay share a place with those that start within the same tenth of a second', () =>
    withQueue(async (queue) => {
      const delays = [600_000, 599_950, 700_000];
      const jobs = delays.map((delayMs, index) => jobsFor(1, { delayMs }, index)[0]!);
      await queue.enqueueMany(sendMessage, jobs, { bundled: true });
      const [together] = await boardQueue(queue, 'bundles').getDelayed();
      expect(together?.data.bundle.jobs).toHaveLength(2);
      expect(together?.opts.delay).toBe(600_000);
      const [alone] = await boardQueue(queue, 'messages').getDelayed();
      expect(alone?.opts.delay).toBe(700_000);
    }));

  it('that have to run again come back alone, at their time and as urgent as before', () =>
    withQueue(async (queue) => {
      const { ran, handler } = recorder(async ({ deliveryId }) =>
        deliveryId === idOf(1) ? { kind: 'runAgain', at: new Date(Date.now() + 600_000) } : done,
      );
      await queue.enqueueMany(sendMessage, jobsFor(3, { priority: 7 }), { bundled: true });
      await queue.startWorkers(handlersWith({ sendMessage: handler }), AT_ONCE);
      const messages = boardQueue(queue, 'messages');
      const [resting] = await waitFor(async () => {
        const jobs = await messages.getDelayed();
        return jobs.length > 0 ? jobs : undefined;
      });
      expect(resting).toMatchObject({
        id: `send-${idOf(1)}`,
        name: 'message.send',
        data: { payload: sendPayload(idOf(1)) },
      });
      expect(resting?.opts.priority).toBe(7);
      expect(resting?.opts.delay).toBeGreaterThan(500_000);
      await waitFor(async () => (await boardQueue(queue, 'bundles').getActiveCount()) === 0);
      expect(ran.toSorted()).toEqual([idOf(0), idOf(1), idOf(2)]);
    }));

  it('that fail have all their attempts before them, and hold no other job up', () =>
    withQueue(
      async (queue) => {
        const { ran, handler } = recorder(async ({ deliveryId }) => {
          if (deliveryId === idOf(0)) throw new Error('a bad recipient');
          return done;
        });
        await queue.enqueueMany(sendMessage, jobsFor(3), { bundled: true });
        await queue.startWorkers(handlersWith({ sendMessage: handler }), AT_ONCE);
        const failures = queue.boardQueues().at(-1)!;
        const failed = await waitFor(async () => (await failures.getFailed())[0]);
        expect(failed).toMatchObject({ name: 'message.send', failedReason: 'a bad recipient' });
        expect(ran.filter((id) => id === idOf(0))).toHaveLength(3);
        expect(ran.filter((id) => id !== idOf(0)).toSorted()).toEqual([idOf(1), idOf(2)]);
      },
      catalogWith({ sendMessage: { attempts: 2, backoffMs: 1 } }),
    ));

  it('run no more at the same time than the process may', () =>
    withQueue(async (queue) => {
      let running = 0;
      let most = 0;
      const { ran, handler } = recorder(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return done;
      });
      await queue.enqueueMany(sendMessage, jobsFor(3 * BUNDLE_SIZE), { bundled: true });
      await queue.startWorkers(handlersWith({ sendMessage: handler }), atMost(4));
      await waitFor(() => ran.length === 3 * BUNDLE_SIZE);
      expect(most).toBe(4);
    }));

  it('use all places of the process, however small the bundles are', () =>
    withQueue(async (queue) => {
      const gate = new EventEmitter();
      const { ran, handler } = recorder(async () => {
        if (ran.length < BUNDLE_SIZE) await once(gate, 'all at once');
        else gate.emit('all at once');
        return done;
      });
      const pairs = Array.from({ length: BUNDLE_SIZE }, (_, index) => jobsFor(2, {}, 2 * index));
      for (const pair of pairs) await queue.enqueueMany(sendMessage, pair, { bundled: true });
      await queue.startWorkers(handlersWith({ sendMessage: handler }), atMost(BUNDLE_SIZE));
      await waitFor(() => ran.length === 2 * BUNDLE_SIZE);
    }));

  it('let the more urgent ones go first', () =>
    withQueue(async (queue) => {
      const { ran, handler } = recorder();
      await queue.enqueueMany(sendMessage, jobsFor(2, { priority: 10 }), { bundled: true });
      await queue.enqueueMany(sendMessage, jobsFor(2, { priority: 1 }, 2), { bundled: true });
      await queue.startWorkers(handlersWith({ sendMessage: handler }), atMost(1));
      await waitFor(() => ran.length === 4);
      expect(ran).toEqual([2, 3, 0, 1].map(idOf));
    }));

  it('go back into the queue together when a drain interrupts them, also those that had not begun', () =>
    withQueue(async (first) => {
      const begun = new EventEmitter();
      const { ran, handler } = recorder(async ({ deliveryId }, { signal }) => {
        if (deliveryId !== idOf(1)) return done;
        begun.emit('begun');
        await once(signal, 'abort');
        return { kind: 'runAgain', at: new Date(Date.now() + 600_000) };
      });
      const waiting = once(begun, 'begun');
      await first.startWorkers(handlersWith({ sendMessage: handler }), atMost(1));
      await first.enqueueMany(sendMessage, jobsFor(4), { bundled: true });
      await waiting;
      await first.drain(5_000);
      expect(ran).toEqual([idOf(0), idOf(1)]);
      const second = server.open({ catalog: catalogWith({}) });
      const again = recorder();
      await second.startWorkers(handlersWith({ sendMessage: again.handler }), AT_ONCE);
      await waitFor(() => again.ran.length === 4);
      await second.close();
      expect(again.ran).toEqual([0, 1, 2, 3].map(idOf));
    }));
});
