import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob, type JobContext, type JobHandler } from '../../src/queue/job.js';
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

const { checkNumbers, feedCampaign, importContacts, sendMessage } = jobCatalog;
const CONCURRENCY = atMost(5);
const feed = { tenantId: 'tenant', campaignId: 'campaign' };
const done = { kind: 'done' as const };
const checkOf = (runId: string) => ({ tenantId: 'tenant', runId });

/** Counts runs per recipient or campaign, and does what it is told. */
function recorder<Payload>(
  then: (run: number, payload: Payload) => Awaited<ReturnType<JobHandler<typeof feedCampaign>>>,
) {
  const runs: Payload[] = [];
  return { runs, handler: async (payload: Payload) => then(runs.push(payload), payload) };
}

describe.each(servers)('the queue on $name', ({ start }) => {
  let server: QueueServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  const withQueue = (work: (queue: Queue) => Promise<void>, catalog?: typeof jobCatalog) =>
    usingQueue(server, work, catalog);

  it('responds to a ping', () => withQueue(async (queue) => expect(await queue.ping()).toBe(true)));

  it('hands a job with its payload to its handler, once', () =>
    withQueue(async (queue) => {
      const { runs, handler } = recorder(() => done);
      await queue.startWorkers(handlersWith({ sendMessage: handler }), CONCURRENCY);
      await queue.enqueue(sendMessage, sendPayload('a'), { id: 'send-a' });
      await waitFor(async () => runs[0]);
      expect(runs).toEqual([sendPayload('a')]);
    }));

  it('does not add a job twice while its id is waiting or resting, and takes the id again afterwards', () =>
    withQueue(async (queue) => {
      const { runs, handler } = recorder(() => done);
      await queue.enqueue(sendMessage, sendPayload('first'), { id: 'send-a' });
      await queue.enqueue(sendMessage, sendPayload('second'), { id: 'send-a' });
      await queue.enqueue(sendMessage, sendPayload('later'), { id: 'send-b', delayMs: 100 });
      await queue.enqueueMany(sendMessage, [
        { payload: sendPayload('second'), options: { id: 'send-b' } },
        { payload: sendPayload('third'), options: { id: 'send-c' } },
      ]);
      await queue.startWorkers(handlersWith({ sendMessage: handler }), CONCURRENCY);
      await waitFor(async () => (runs.length === 3 ? true : undefined));
      expect(runs.map((payload) => (payload as { deliveryId: string }).deliveryId).toSorted()).toEqual([
        'first',
        'later',
        'third',
      ]);
      await waitFor(async () => {
        await queue.enqueue(sendMessage, sendPayload('again'), { id: 'send-a' });
        // Each try may run before the next look, so there may be more by now.
        return runs.length >= 4 ? true : undefined;
      });
    }));

  it('adds many jobs in order and keeps the delays of resting ones', () =>
    withQueue(async (queue) => {
      const { runs, handler } = recorder(() => done);
      const jobs = Array.from({ length: 1_200 }, (_, index) => ({
        payload: checkOf(String(index)),
        options: { id: `in-${index}` },
      }));
      await queue.enqueueMany(checkNumbers, jobs);
      await queue.startWorkers(handlersWith({ checkNumbers: handler }), CONCURRENCY);
      await waitFor(async () => (runs.length === 1_200 ? true : undefined), { timeoutMs: 20_000 });
      expect(runs).toEqual(jobs.map(({ payload }) => payload));
    }));

  it('takes urgent jobs first', () =>
    withQueue(async (queue) => {
      const { runs, handler } = recorder<{ runId: string }>(() => done);
      await queue.enqueue(checkNumbers, checkOf('low'), { priority: 10 });
      await queue.enqueue(checkNumbers, checkOf('high'), { priority: 1 });
      await queue.enqueue(checkNumbers, checkOf('first'));
      await queue.startWorkers(handlersWith({ checkNumbers: handler }), CONCURRENCY);
      await waitFor(async () => (runs.length === 3 ? true : undefined));
      expect(runs.map(({ runId }) => runId)).toEqual(['first', 'high', 'low']);
    }));

  it('lets a job run again any number of times without using up its attempts', () =>
    withQueue(
      async (queue) => {
        // Fails every third time; in the whole far more often than the two attempts of the catalogue.
        const { runs, handler } = recorder((run) => {
          if (run % 3 === 0) throw new Error('a bad moment');
          return run < 60 ? { kind: 'runAgain', at: new Date() } : done;
        });
        await queue.startWorkers(handlersWith({ feedCampaign: handler }), CONCURRENCY);
        await queue.enqueue(feedCampaign, feed, { id: 'feed-1' });
        await waitFor(async () => (runs.length >= 61 ? true : undefined), { timeoutMs: 20_000 });
      },
      catalogWith({ feedCampaign: { attempts: 2, backoffMs: 1 } }),
    ));

  it('rests a job until the time its handler named', () =>
    withQueue(async (queue) => {
      const startedAt: number[] = [];
      const handler = async () => {
        startedAt.push(Date.now());
        return startedAt.length === 1 ? { kind: 'runAgain' as const, at: new Date(Date.now() + 400) } : done;
      };
      await queue.startWorkers(handlersWith({ feedCampaign: handler }), CONCURRENCY);
      await queue.enqueue(feedCampaign, feed, { id: 'feed-1' });
      const [first, second] = await waitFor(async () => (startedAt.length === 2 ? startedAt : undefined));
      expect(second! - first!).toBeGreaterThanOrEqual(395);
    }));

  it('tries a failing job as often as the catalogue says, shows it to the dashboard and frees its id', () =>
    withQueue(
      async (queue) => {
        const { runs, handler } = recorder(() => {
          throw new Error('broken for good');
        });
        await queue.startWorkers(handlersWith({ importContacts: handler }), CONCURRENCY);
        await queue.enqueue(importContacts, { tenantId: 'tenant', importId: 'i' }, { id: 'import-i' });
        const failures = queue.boardQueues().at(-1)!;
        const failed = await waitFor(async () => (await failures.getFailed())[0]);
        expect(failed).toMatchObject({ name: 'contacts.import', failedReason: 'broken for good' });
        expect(runs).toHaveLength(3);
        await waitFor(async () => {
          await queue.enqueue(importContacts, { tenantId: 'tenant', importId: 'i' }, { id: 'import-i' });
          return runs.length > 3 ? true : undefined;
        });
      },
      catalogWith({ importContacts: { attempts: 3, backoffMs: 5 } }),
    ));

  it('counts all failures of a job that adds them up, however often it rests in between', () =>
    withQueue(
      async (queue) => {
        const { runs, handler } = recorder((run) => {
          if (run % 2 === 0) throw new Error('never gets through');
          return { kind: 'runAgain', at: new Date() };
        });
        await queue.startWorkers(handlersWith({ sendMessage: handler }), CONCURRENCY);
        await queue.enqueue(sendMessage, sendPayload('a'), { id: 'send-a' });
        const failures = queue.boardQueues().at(-1)!;
        await waitFor(async () => (await failures.getFailed())[0]);
        expect(runs).toHaveLength(6);
      },
      catalogWith({ sendMessage: { attempts: 3, backoffMs: 1 } }),
    ));

  it('uses up no attempt while what a job needs is away', () =>
    withQueue(
      async (queue) => {
        const { runs, handler } = recorder((run) => {
          if (run <= 2) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
          if (run === 3) throw new Error('broken once');
          return done;
        });
        const exhausted: unknown[] = [];
        await queue.startWorkers(handlersWith({ sendMessage: handler }), CONCURRENCY, {
          sendMessage: async (payload) => void exhausted.push(payload),
        });
        await queue.enqueue(sendMessage, sendPayload('a'), { id: 'send-a' });
        await waitFor(async () => (runs.length === 4 ? true : undefined), { timeoutMs: 20_000 });
        await queue.drain(1_000);
        expect([runs.length, exhausted]).toEqual([4, []]);
      },
      catalogWith({ sendMessage: { attempts: 2, backoffMs: 1 } }),
    ));

  it('settles a job that has failed for the last time before it ends, with its own payload', () =>
    withQueue(
      async (queue) => {
        const settled: unknown[] = [];
        const handler = async ({ deliveryId }: { deliveryId: string }) => {
          if (deliveryId !== 'good') throw new Error('broken for good');
          return done;
        };
        await queue.startWorkers(handlersWith({ sendMessage: handler }), CONCURRENCY, {
          sendMessage: async (payload) => void settled.push(payload),
        });
        const jobs = ['good', 'a', 'b'].map((id) => ({
          payload: sendPayload(id),
          options: { id: `send-${id}` },
        }));
        await queue.enqueueMany(sendMessage, jobs);
        const failures = queue.boardQueues().at(-1)!;
        await waitFor(async () => ((await failures.getFailed()).length === 2 ? true : undefined));
        expect(settled).toHaveLength(2);
        expect(settled).toEqual(expect.arrayContaining([sendPayload('a'), sendPayload('b')]));
      },
      catalogWith({ sendMessage: { attempts: 2, backoffMs: 1 } }),
    ));

  it('keeps a job whose last failure cannot be settled because what that needs is away', () =>
    withQueue(
      async (queue) => {
        const { runs, handler } = recorder(() => {
          throw new Error('broken for good');
        });
        let tries = 0;
        await queue.startWorkers(handlersWith({ sendMessage: handler }), CONCURRENCY, {
          sendMessage: async () => {
            tries += 1;
            if (tries < 3) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
          },
        });
        await queue.enqueue(sendMessage, sendPayload('a'), { id: 'send-a' });
        const failures = queue.boardQueues().at(-1)!;
        await waitFor(async () => (await failures.getFailed())[0], { timeoutMs: 20_000 });
        expect([tries, runs.length]).toEqual([3, 3]);
      },
      catalogWith({ sendMessage: { attempts: 1, backoffMs: 1 } }),
    ));

  it('wakes a resting job, adds an absent one and leaves a waiting one alone', () =>
    withQueue(async (queue) => {
      const { runs, handler } = recorder(() => done);
      await queue.enqueue(feedCampaign, feed, { id: 'feed-resting', delayMs: 600_000 });
      await queue.enqueue(feedCampaign, feed, { id: 'feed-waiting' });
      await Promise.all(
        ['resting', 'waiting', 'absent'].flatMap((id) => [
          queue.wake(feedCampaign, feed, `feed-${id}`),
          queue.wake(feedCampaign, feed, `feed-${id}`),
        ]),
      );
      await queue.startWorkers(handlersWith({ feedCampaign: handler }), CONCURRENCY);
      await waitFor(async () => (runs.length === 3 ? true : undefined));
      await queue.drain(1_000);
      expect(runs).toHaveLength(3);
    }));

  it('wakes a resting job at once while workers are idle', () =>
    withQueue(async (queue) => {
      const { runs, handler } = recorder((run) =>
        run === 1 ? { kind: 'runAgain', at: new Date(Date.now() + 600_000) } : done,
      );
      await queue.startWorkers(handlersWith({ feedCampaign: handler }), CONCURRENCY);
      await queue.enqueue(feedCampaign, feed, { id: 'feed-1' });
      const campaigns = queue.boardQueues().find(({ name }) => name === 'campaigns')!;
      await waitFor(async () => ((await campaigns.getJobState('feed-1')) === 'delayed' ? true : undefined));
      await queue.wake(feedCampaign, feed, 'feed-1');
      await waitFor(async () => (runs.length === 2 ? true : undefined), { timeoutMs: 2_000 });
    }));

  it('runs a job once more when it was woken while it ran', () =>
    withQueue(async (queue) => {
      const gate = new EventEmitter();
      let runs = 0;
      const handler = async () => {
        runs += 1;
        if (runs === 1) await once(gate, 'open');
        return done;
      };
      await queue.startWorkers(handlersWith({ feedCampaign: handler }), CONCURRENCY);
      await queue.enqueue(feedCampaign, feed, { id: 'feed-1' });
      await waitFor(async () => (runs === 1 ? true : undefined));
      await queue.wake(feedCampaign, feed, 'feed-1');
      gate.emit('open');
      await waitFor(async () => (runs === 2 ? true : undefined));
    }));

  it('loses no wake-up and never runs a job twice at once, however the calls fall', () =>
    withQueue(async (queue) => {
      let wanted = 0;
      let seen = 0;
      let running = 0;
      let mostRunning = 0;
      const handler = async () => {
        running += 1;
        mostRunning = Math.max(mostRunning, running);
        seen = wanted;
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return wanted % 2 === 0 ? done : { kind: 'runAgain' as const, at: new Date(Date.now() + 600_000) };
      };
      const other = server.open({ catalog: catalogWith({}) });
      await Promise.all(
        [queue, other].map((each) => each.startWorkers(handlersWith({ feedCampaign: handler }), CONCURRENCY)),
      );
      for (let round = 0; round < 150; round += 1) {
        wanted += 1;
        await Promise.all([
          queue.wake(feedCampaign, feed, 'feed-1'),
          other.wake(feedCampaign, feed, 'feed-1'),
        ]);
      }
      await waitFor(async () => (seen === wanted ? true : undefined));
      expect(mostRunning).toBe(1);
      await other.close();
    }));

  it('runs a recurring job once per interval in a fleet of three', async () => {
    const catalog = catalogWith({ reconcile: { everyMs: 500 } });
    const { runs, handler } = recorder(() => done);
    const fleet = [1, 2, 3].map(() => server.open({ catalog }));
    const startedAt = Date.now();
    await Promise.all(
      fleet.map((queue) => queue.startWorkers(handlersWith({ reconcile: handler }), CONCURRENCY)),
    );
    await waitFor(async () => (runs.length >= 6 ? true : undefined), { timeoutMs: 8_000 });
    const intervals = (Date.now() - startedAt) / 500;
    await Promise.all(fleet.map((queue) => queue.close()));
    // One more than the intervals: the first run comes at once.
    expect(runs.length).toBeLessThanOrEqual(Math.ceil(intervals) + 2);
    await withQueue(async () => {});
  });

  it('drains: aborts the signal, waits for the running job and takes no other', () =>
    withQueue(async (queue) => {
      let finished = 0;
      let started = 0;
      const handler: JobHandler<typeof sendMessage> = async (_payload, { signal }) => {
        started += 1;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        finished += 1;
        return done;
      };
      await queue.startWorkers(handlersWith({ sendMessage: handler }), atMost(2));
      await queue.enqueueMany(
        sendMessage,
        ['a', 'b', 'c'].map((id) => ({ payload: sendPayload(id) })),
      );
      await waitFor(async () => (started === 2 ? true : undefined));
      await queue.drain(5_000);
      expect({ started, finished }).toEqual({ started: 2, finished: 2 });
      const messages = queue.boardQueues().find(({ name }) => name === 'messages')!;
      expect(await messages.getJobCountByTypes('waiting', 'delayed')).toBe(1);
    }));

  it('ends a drain in time when a job does not', () =>
    withQueue(async (queue) => {
      let started = false;
      const handler = () => {
        started = true;
        return new Promise<never>(() => {});
      };
      await queue.startWorkers(handlersWith({ sendMessage: handler }), CONCURRENCY);
      await queue.enqueue(sendMessage, sendPayload('a'));
      await waitFor(async () => started || undefined);
      const before = Date.now();
      await queue.drain(200);
      expect(Date.now() - before).toBeLessThan(4_000);
    }));

  it('gives an interrupted job back without counting a failure', async () => {
    const catalog = catalogWith({ sendMessage: { attempts: 1 } });
    const first = server.open({ catalog });
    let started = false;
    const interrupted: JobHandler<typeof sendMessage> = (_payload, { signal }) => {
      started = true;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('interrupted')));
      });
    };
    await first.startWorkers(handlersWith({ sendMessage: interrupted }), CONCURRENCY);
    await first.enqueue(sendMessage, sendPayload('a'), { id: 'send-a' });
    await waitFor(async () => started || undefined);
    await first.close();
    await withQueue(async (second) => {
      const { runs, handler } = recorder(() => done);
      await second.startWorkers(handlersWith({ sendMessage: handler }), CONCURRENCY);
      await waitFor(async () => runs[0]);
    }, catalog);
  });

  it('works on as many jobs of a queue at once as it was told, or as the queue itself says', () =>
    withQueue(async (queue) => {
      const running = { feeds: 0, checks: 0 };
      const holding =
        (kind: keyof typeof running) =>
        async (_payload: unknown, { signal }: JobContext) => {
          running[kind] += 1;
          await once(signal, 'abort');
          return done;
        };
      await queue.enqueueMany(
        feedCampaign,
        ['a', 'b', 'c', 'd'].map((campaignId) => ({ payload: { tenantId: 'tenant', campaignId } })),
      );
      await queue.enqueueMany(
        checkNumbers,
        ['a', 'b'].map((id) => ({ payload: checkOf(id) })),
      );
      const handlers = handlersWith({ feedCampaign: holding('feeds'), checkNumbers: holding('checks') });
      const { concurrency, ...rest } = CONCURRENCY;
      await queue.startWorkers(handlers, { ...rest, concurrency: { ...concurrency, campaigns: 3 } });
      await waitFor(() => running.feeds === 3 && running.checks === 1);
      const waiting = (name: string) =>
        queue
          .boardQueues()
          .find((bull) => bull.name === name)!
          .getJobCountByTypes('waiting');
      expect([await waiting('campaigns'), await waiting('checks')]).toEqual([1, 1]);
      await queue.drain(5_000);
      expect(running).toEqual({ feeds: 3, checks: 1 });
    }));

  it('refuses a job that is not in the catalogue', () =>
    withQueue(async (queue) => {
      const { queue: messages, attempts, backoffMs } = sendMessage;
      const stranger = defineJob<{ id: string }>('stranger', { queue: messages, attempts, backoffMs });
      const refused = 'has no job stranger';
      await expect(queue.enqueue(stranger, { id: 'a' })).rejects.toThrow(refused);
      await expect(queue.enqueueMany(stranger, [{ payload: { id: 'a' } }])).rejects.toThrow(refused);
      await expect(queue.wake(stranger, { id: 'a' }, 'stranger-a')).rejects.toThrow(refused);
    }));

  it('refuses to start when a job has no handler or a handler no job', () =>
    withQueue(async (queue) => {
      const { feedCampaign: _feed, ...rest } = handlersWith({});
      const handlers = { ...rest, fedCampaign: rest.sendMessage } as never;
      await expect(queue.startWorkers(handlers, CONCURRENCY)).rejects.toThrow(
        'jobs without a handler: campaign.feed; handlers without a job: fedCampaign',
      );
    }));

  it.each(['', '12', 'a:b'])('refuses the job id "%s"', (id) =>
    withQueue(async (queue) => {
      await expect(queue.enqueue(sendMessage, sendPayload('a'), { id })).rejects.toThrow('must not be');
    }),
  );
});
