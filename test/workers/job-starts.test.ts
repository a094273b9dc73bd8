import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { beat, JobStarts, removeWorkers, type JobStartsDeps } from '../../src/modules/workers/index.js';
import type { Admission, RecordedStart, WatchedWork } from '../../src/queue/start-watch.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';

const JOB = 'test.job';

let db: TestDatabase;
let tenantId: string;
beforeAll(async () => {
  db = await createTestDatabase();
  tenantId = await db.createTenant();
});
afterAll(() => db.close());

/** What each work has committed; without an entry it has ended. */
let committed: Map<string, string>;
let processes: JobStarts[];
beforeEach(() => {
  committed = new Map();
  processes = [];
});
afterEach(async () => {
  await Promise.all(processes.map((each) => each.stop()));
  await db.database.manager.query('DELETE FROM job_starts');
});

/** A worker process as the register knows it; `die` is what a new process of its machine finds out about it. */
async function process(timing: JobStartsDeps['timing'] = {}) {
  const workerId = newId();
  const { manager } = db.database;
  await beat(manager, { id: workerId, hostname: 'test', pid: 1 });
  const starts = new JobStarts({
    database: db.database,
    workerId,
    progress: { [JOB]: async (_tx, _tenantId, id) => committed.get(id) },
    logger: createLogger('silent'),
    timing: { lookEveryMs: 5, ...timing },
  });
  await starts.start();
  processes.push(starts);
  return { starts, workerId, die: () => removeWorkers(manager, [workerId]) };
}

function newWork(): WatchedWork {
  const id = newId();
  committed.set(id, '0');
  return { job: JOB, tenantId, id };
}

async function started(admission: Promise<Admission>): Promise<RecordedStart> {
  const admitted = await admission;
  if (admitted.kind !== 'started') throw new Error(`It was not started: ${admitted.kind}.`);
  return admitted.start;
}

/** A new process begins these works and dies of one of them. */
async function dieOf(...works: WatchedWork[]): Promise<void> {
  const doomed = await process();
  for (const work of works) await started(doomed.starts.begin(work));
  await doomed.die();
}

async function recorded(): Promise<number> {
  const [row] = await db.database.manager.query<{ count: number }[]>(
    'SELECT count(*)::int AS count FROM job_starts',
  );
  return row!.count;
}

describe('a job that kills its process', () => {
  it('is given up after the third time, and starts anew once that is settled', async () => {
    const work = newWork();
    for (let death = 1; death <= 3; death += 1) await dieOf(work);
    const { starts } = await process();
    expect(await starts.begin(work)).toEqual({ kind: 'given_up', deaths: 3 });
    await starts.forget(work);
    expect(await recorded()).toBe(0);
    await started(starts.begin(work));
  });

  it('is not given up while it commits something in between', async () => {
    const work = newWork();
    for (let death = 1; death <= 7; death += 1) {
      if (death % 3 === 0) committed.set(work.id, String(death));
      await dieOf(work);
    }
    const { starts } = await process();
    await started(starts.begin(work));
  });

  it('has no deaths any more when it commits something before it dies', async () => {
    const work = newWork();
    for (let death = 1; death <= 2; death += 1) await dieOf(work);
    const doomed = await process();
    await started(doomed.starts.begin(work));
    committed.set(work.id, '1000');
    await doomed.die();
    await dieOf(work);
    await dieOf(work);
    const { starts } = await process();
    await started(starts.begin(work));
  });

  it('costs those beside it nothing but the wait for their turn', async () => {
    const [poison, healthy, other] = [newWork(), newWork(), newWork()];
    await dieOf(poison, healthy, other);
    await dieOf(poison);
    const { starts } = await process();
    for (const each of [other, poison, healthy]) await (await started(starts.begin(each))).handedBack();
    await dieOf(poison);
    await dieOf(poison);
    const last = await process();
    expect(await last.starts.begin(poison)).toEqual({ kind: 'given_up', deaths: 3 });
    await started(last.starts.begin(healthy));
  });
});

describe('a suspect', () => {
  it('has the process for itself until it gets on; others are asked to hand back for it', async () => {
    const [suspect, beside] = [newWork(), newWork()];
    await dieOf(suspect, newWork());
    const { starts } = await process();
    const running = await started(starts.begin(beside));
    expect((await starts.begin(suspect)).kind).toBe('wait');
    expect(running.signal.aborted).toBe(true);
    await running.handedBack();
    await started(starts.begin(suspect));
    expect((await starts.begin(beside)).kind).toBe('wait');
    committed.set(suspect.id, '1000');
    await waitFor(async () => (await starts.begin(beside)).kind === 'started');
  });

  it('runs while no other suspect runs anywhere, and other processes go on as usual', async () => {
    const [first, second] = [newWork(), newWork()];
    await dieOf(first, second);
    const [here, there] = [await process(), await process()];
    const start = await started(here.starts.begin(first));
    expect((await there.starts.begin(second)).kind).toBe('wait');
    await started(there.starts.begin(newWork()));
    await start.ended();
    expect((await here.starts.begin(second)).kind).toBe('started');
  });

  it('that hangs does not hold up the others for ever', async () => {
    const suspect = newWork();
    await dieOf(suspect, newWork());
    const { starts } = await process({ longestTurnMs: 50 });
    await started(starts.begin(suspect));
    await waitFor(async () => (await starts.begin(newWork())).kind === 'started');
  });
});

describe('the start of a job', () => {
  it('is made once while it is under way', async () => {
    const work = newWork();
    const [here, there] = [await process(), await process()];
    const start = await started(here.starts.begin(work));
    expect([(await here.starts.begin(work)).kind, (await there.starts.begin(work)).kind]).toEqual([
      'wait',
      'wait',
    ]);
    await start.handedBack();
    await started(there.starts.begin(work));
  });

  it('is no death when its process stops, however that ends', async () => {
    const work = newWork();
    for (let stop = 1; stop <= 4; stop += 1) {
      const stopping = await process();
      await started(stopping.starts.begin(work));
      await stopping.starts.letGo();
      expect((await stopping.starts.begin(newWork())).kind).toBe('wait');
      await stopping.die();
    }
    const { starts } = await process();
    await started(starts.begin(work));
    expect(await recorded()).toBe(1);
  });

  it('is judged while its work is forgotten, and neither waits for the other', async () => {
    const work = newWork();
    await dieOf(work);
    await dieOf(work);
    committed.set(work.id, '1');
    const { database } = db;
    const lock = (died: string) =>
      `SELECT id FROM job_starts WHERE work_id = $1 AND died_at IS ${died} ORDER BY id FOR UPDATE`;
    let judging: Promise<unknown> | undefined;
    // As `forget` does it: in the order of the ids, the death that is known before the start that is not judged yet.
    await database.transaction(async (tx) => {
      await tx.query(lock('NOT NULL'), [work.id]);
      judging = process();
      await waitFor(async () => {
        const waits: unknown[] = await database.manager.query(
          `SELECT 1 FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%job_starts%'`,
        );
        return waits.length > 0;
      });
      await tx.query(lock('NULL'), [work.id]);
    });
    await judging;
    expect(await recorded()).toBe(1);
  });

  it('leaves nothing behind when what it works on has ended or is gone', async () => {
    const work = newWork();
    await dieOf(work);
    committed.delete(work.id);
    const { starts } = await process();
    await started(starts.begin(work));
    expect(await recorded()).toBe(0);
  });

  it('is removed later when the database is away as it ends', async () => {
    const work = newWork();
    const { starts } = await process({ judgeEveryMs: 20 });
    const start = await started(starts.begin(work));
    const { manager } = db.database;
    await manager.query('ALTER TABLE job_starts RENAME TO job_starts_away');
    await start.handedBack();
    await manager.query('ALTER TABLE job_starts_away RENAME TO job_starts');
    await waitFor(async () => (await starts.begin(work)).kind === 'started');
  });
});

describe('a job that kills its thread', () => {
  it('is given up after the third time, without holding up others', async () => {
    const work = newWork();
    const { starts } = await process();
    const deaths: number[] = [];
    for (let death = 1; death <= 3; death += 1) {
      const beside = await started(starts.begin(newWork()));
      const start = await started(starts.begin(work));
      const died = await start.threadDied();
      deaths.push(died.deaths);
      expect(died.givenUp).toBe(death === 3);
      expect(beside.signal.aborted).toBe(false);
    }
    expect(deaths).toEqual([1, 2, 3]);
    expect(await starts.begin(work)).toEqual({ kind: 'given_up', deaths: 3 });
  });

  it('adds up with deaths of its process', async () => {
    const work = newWork();
    await dieOf(work);
    const { starts } = await process();
    await (await started(starts.begin(work))).threadDied();
    expect(await (await started(starts.begin(work))).threadDied()).toEqual({ deaths: 3, givenUp: true });
  });

  it('has not died without progress when it committed something', async () => {
    const work = newWork();
    const { starts } = await process();
    const start = await started(starts.begin(work));
    committed.set(work.id, '1000');
    expect(await start.threadDied()).toEqual({ deaths: 0, givenUp: false });
  });
});

describe('a process that is silent', () => {
  const silence = { silentMs: 300, judgeEveryMs: 100 };
  const isDead = async (): Promise<boolean> => {
    const rows = await db.database.manager.query<unknown[]>(
      'SELECT 1 FROM job_starts WHERE died_at IS NOT NULL',
    );
    return rows.length > 0;
  };

  it('counts as dead once another one has heard of the others for as long', async () => {
    const silent = await process();
    await started(silent.starts.begin(newWork()));
    await db.database.manager.query(
      `UPDATE workers SET heartbeat_at = now() - interval '1 hour' WHERE id = $1`,
      [silent.workerId],
    );
    const before = performance.now();
    await process(silence);
    // After an outage of the database all were silent.
    expect(await isDead()).toBe(false);
    await waitFor(isDead);
    expect(performance.now() - before).toBeGreaterThanOrEqual(silence.silentMs);
  });

  it('is forgiven when it was alive and hands back what it had', async () => {
    const work = newWork();
    const silent = await process();
    const start = await started(silent.starts.begin(work));
    await silent.die();
    await process();
    expect(await isDead()).toBe(true);
    await start.handedBack();
    expect(await recorded()).toBe(0);
  });
});
