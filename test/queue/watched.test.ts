import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jobCatalog } from '../../src/jobs.js';
import type { Admission, RecordedStart, StartWatch, WatchedWork } from '../../src/queue/start-watch.js';
import { ThreadDied } from '../../src/threads/thread-died.js';
import { waitFor } from '../support/wait-for.js';
import { atMost, catalogWith, handlersWith, servers, usingQueue, type QueueServer } from './backends.js';

const { importContacts } = jobCatalog;
const payload = { tenantId: 'tenant', importId: 'i' };
const done = { kind: 'done' as const };

/** Gives its answers one after the other, the last one for ever, and notes what it is told. */
class ScriptedWatch implements StartWatch {
  readonly told: string[] = [];
  private readonly controller = new AbortController();
  threadDeaths = 0;

  constructor(private readonly answers: ('start' | Exclude<Admission, { kind: 'started' }>)[]) {}

  knows(): boolean {
    return true;
  }

  async begin({ job, tenantId, id }: WatchedWork): Promise<Admission> {
    this.told.push(`begin ${job} ${tenantId} ${id}`);
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    return answer === undefined || answer === 'start' ? { kind: 'started', start: this.start() } : answer;
  }

  async forget(): Promise<void> {
    this.told.push('forget');
  }

  askBack(): void {
    this.controller.abort();
  }

  private start(): RecordedStart {
    const note = (what: string) => async () => void this.told.push(what);
    return {
      signal: this.controller.signal,
      ended: note('ended'),
      handedBack: note('handed back'),
      threadDied: async () => {
        this.told.push('thread died');
        this.threadDeaths += 1;
        return { deaths: this.threadDeaths, givenUp: this.threadDeaths === 3 };
      },
    };
  }
}

const BEGIN = 'begin contacts.import tenant i';

describe.each(servers)('watched jobs on $name', ({ start }) => {
  let server: QueueServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  const catalog = catalogWith({ importContacts: { attempts: 8, backoffMs: 1 } });
  const withQueue = (work: Parameters<typeof usingQueue>[1]) => usingQueue(server, work, catalog);

  /** Runs one import under the watch; `ended` is what its exhausted handler was told. */
  function importing(
    watch: ScriptedWatch,
    handler: (run: number, signal: AbortSignal) => Promise<typeof done>,
    then: (ended: string[], runs: () => number) => Promise<void>,
  ) {
    return withQueue(async (queue) => {
      let runs = 0;
      const ended: string[] = [];
      await queue.startWorkers(
        handlersWith({ importContacts: (_payload, { signal }) => handler((runs += 1), signal) }),
        { ...atMost(1), watch },
        { importContacts: async ({ importId }, end) => void ended.push(`${importId} ${end}`) },
      );
      await queue.enqueue(importContacts, payload, { id: 'import-i' });
      await then(ended, () => runs);
    });
  }

  it('are recorded before they begin and after they have ended', () => {
    const watch = new ScriptedWatch(['start']);
    return importing(
      watch,
      async () => {
        watch.told.push('work');
        return done;
      },
      async () => {
        await waitFor(() => watch.told.includes('ended'));
        expect(watch.told).toEqual([BEGIN, 'work', 'ended']);
      },
    );
  });

  it('rest while they must not begin, without losing an attempt', () => {
    const wait = { kind: 'wait' as const, ms: 1 };
    const watch = new ScriptedWatch([...Array.from({ length: 9 }, () => wait), 'start']);
    return importing(
      watch,
      async () => done,
      async (ended, runs) => {
        await waitFor(() => watch.told.includes('ended'), { timeoutMs: 30_000 });
        expect([runs(), ended]).toEqual([1, []]);
      },
    );
  });

  it('end with that reason, and are forgotten, when they are given up', () => {
    const watch = new ScriptedWatch([{ kind: 'given_up', deaths: 3 }]);
    return importing(
      watch,
      async () => done,
      async (ended, runs) => {
        await waitFor(() => watch.told.includes('forget'));
        expect([runs(), ended, watch.told]).toEqual([0, ['i died'], [BEGIN, 'forget']]);
      },
    );
  });

  it('end after the third death of their thread, although they have attempts left', () => {
    const watch = new ScriptedWatch(['start']);
    return importing(
      watch,
      async () => {
        throw new ThreadDied('read', new Error('out of memory'));
      },
      async (ended, runs) => {
        await waitFor(() => watch.told.includes('forget'), { timeoutMs: 30_000 });
        expect([runs(), ended]).toEqual([3, ['i died']]);
      },
    );
  });

  it('that fail otherwise keep their attempts, and end as failed', () => {
    const watch = new ScriptedWatch(['start']);
    return importing(
      watch,
      async () => {
        throw new Error('broken for good');
      },
      async (ended, runs) => {
        await waitFor(() => watch.told.includes('forget'), { timeoutMs: 30_000 });
        expect([runs(), ended]).toEqual([8, ['i failed']]);
        expect(watch.told.filter((what) => what === 'handed back')).toHaveLength(8);
      },
    );
  });

  it('are told when a suspect needs the process, and may throw then', () => {
    const watch = new ScriptedWatch(['start', { kind: 'given_up', deaths: 3 }]);
    return importing(
      watch,
      async (_run, signal) => {
        watch.askBack();
        signal.throwIfAborted();
        return done;
      },
      async (ended) => {
        await waitFor(() => ended.length > 0);
        expect(watch.told.slice(0, 3)).toEqual([BEGIN, 'handed back', BEGIN]);
      },
    );
  });
});
