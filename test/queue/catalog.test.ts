import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { jobCatalog } from '../../src/jobs.js';
import { checkWatched, concurrencyByQueue, handlersByName, jobsByName } from '../../src/queue/catalog.js';
import { createQueue } from '../../src/queue/index.js';
import { defineJob, type JobHandler, type QueueDefinition } from '../../src/queue/job.js';
import type { JobQueue } from '../../src/queue/job-queue.js';
import { handlersWith, logger } from './backends.js';

const work: QueueDefinition = { name: 'work' };
const alone: QueueDefinition = { name: 'alone', concurrency: 1 };
const options = { queue: work, attempts: 3, backoffMs: 1 };
const wash = defineJob<{ plate: string }>('wash', options);
const dry = defineJob<{ plate: string }>('dry', options);
const done = async () => ({ kind: 'done' as const });

/** All that the modules' `*.jobs.ts` export, by the name of the export. */
async function declaredJobs(): Promise<Map<string, unknown>> {
  const modules = resolve('src/modules');
  const files = readdirSync(modules, { recursive: true, encoding: 'utf8' });
  const declared = new Map<string, unknown>();
  for (const file of files.filter((name) => name.endsWith('.jobs.ts'))) {
    const exported = (await import(pathToFileURL(join(modules, file)).href)) as Record<string, unknown>;
    for (const [key, value] of Object.entries(exported)) declared.set(key, value);
  }
  return declared;
}

describe('the catalogue of jobs', () => {
  it('lists every job that a module declares, under the name it has there', async () => {
    const declared = await declaredJobs();
    expect(declared.size).toBeGreaterThan(10);
    expect(Object.keys(jobCatalog).toSorted()).toEqual([...declared.keys()].toSorted());
    for (const [key, job] of Object.entries(jobCatalog)) expect(declared.get(key)).toBe(job);
  });

  it('keeps the names that jobs in a running installation have, and their queues', () => {
    const stored = Object.values(jobCatalog).map(({ name, queue, everyMs }) => [name, [queue.name, everyMs]]);
    expect(Object.fromEntries(stored)).toEqual({
      'campaign.feed': ['campaigns', undefined],
      'contacts.bulk': ['imports', undefined],
      'contacts.import': ['imports', undefined],
      'delivery.ends': ['ends', 2_000],
      'inbound.forget': ['maintenance', 600_000],
      'maintenance.attribute-names': ['maintenance', 1_800_000],
      'maintenance.events': ['maintenance', 600_000],
      'maintenance.mark': ['maintenance', 60_000],
      'maintenance.publish-events': ['maintenance', 10_000],
      'maintenance.reconcile': ['maintenance', 30_000],
      'maintenance.recover-senders': ['maintenance', 60_000],
      'maintenance.retention': ['maintenance', 600_000],
      'maintenance.schedule': ['campaigns', 1_000],
      'maintenance.stalls': ['maintenance', 30_000],
      'message.answer': ['answers', undefined],
      'message.send': ['messages', undefined],
      'numbers.check': ['checks', undefined],
      'session.sync': ['sessions', undefined],
      'transport.receipts': ['receipts', undefined],
    });
  });

  it('stops the start when two jobs have one name', () => {
    const other = defineJob<{ glass: string }>('wash', { ...options, attempts: 1 });
    const start = () =>
      createQueue({ backend: 'redis', redisUrl: 'redis://127.0.0.1:1' }, { wash, other }, logger);
    expect(start).toThrow('jobs of the same name: wash');
  });

  it('stops the start when two queues have one name, or one has a name that is taken', () => {
    const same = defineJob('same', { ...options, queue: { name: 'work', concurrency: 1 } });
    const taken = defineJob('taken', { ...options, queue: { name: 'bundles' } });
    const archive = defineJob('archive', { ...options, queue: { name: 'failures' } });
    expect(() => jobsByName({ wash, same })).toThrow('queues of the same name: work');
    expect(() => jobsByName({ taken, archive })).toThrow('queues of the same name: bundles, failures');
    expect(jobsByName({ wash, dry }).size).toBe(2);
  });

  it('stops the start when a job has no handler or a handler no job', () => {
    const jobs = { wash, dry };
    expect(handlersByName(jobs, { wash: done, dry: done }).get('dry')).toBe(done);
    expect(() => handlersByName(jobs, { wash: done, dry: undefined } as never)).toThrow(
      'jobs without a handler: dry',
    );
    expect(() => handlersByName(jobs, { wash: done, dry: done, iron: done } as never)).toThrow(
      'handlers without a job: iron',
    );
    expect(handlersByName(jobCatalog, handlersWith({})).size).toBe(Object.keys(jobCatalog).length);
  });

  it('stops the start when a queue has no concurrency, or one that its jobs rely on is to be changed', () => {
    expect(Object.fromEntries(concurrencyByQueue([work, alone], { work: 7 }))).toEqual({ work: 7, alone: 1 });
    expect(() => concurrencyByQueue([work, alone], {})).toThrow('queues without a concurrency: work');
    expect(() => concurrencyByQueue([work, alone], { work: 7, alone: 2, play: 3 })).toThrow(
      'a concurrency for queues that take none: alone, play',
    );
  });

  it('stops the start when nothing tells how far a watched job is', () => {
    const watched = defineJob<{ plate: string }>('watched', {
      ...options,
      watch: ({ plate }) => ({ tenantId: 'tenant', id: plate }),
    });
    const none = { knows: () => false };
    expect(() => checkWatched([wash, watched], none)).toThrow('without a reader of their progress: watched');
    expect(() => checkWatched([wash], none)).not.toThrow();
  });

  it('lets no code enqueue or handle a job with another payload than it carries', () => {
    const misuses = (queue: JobQueue, washes: JobHandler<typeof wash>) => [
      // @ts-expect-error: a plate is a string.
      queue.enqueue(wash, { plate: 1 }),
      // @ts-expect-error: no plate.
      queue.wake(wash, {}, 'wash-1'),
      // @ts-expect-error: a glass is no plate.
      queue.enqueueMany(wash, [{ payload: { glass: 'a' } }]),
      // @ts-expect-error: the handler wants what another job carries.
      ((payload: { glass: string }) => washes({ plate: payload.glass }, {} as never)) satisfies typeof washes,
    ];
    // The compiler has read it; nothing runs it.
    expect(misuses).toBeInstanceOf(Function);
  });
});
