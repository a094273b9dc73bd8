import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { expectHelpfulAnswers, expectNothingLost } from './aftermath.js';
import { cleaningUp } from './clean-up.js';
import { lasting } from './lasting.js';
import { ownRedis } from './own-servers.js';
import { setStage, type Stage } from './stage.js';

jest.setTimeout(240_000);

describe('while Redis has a bad day', () => {
  let db: TestDatabase;
  let redis: Awaited<ReturnType<typeof ownRedis>>;
  let stage: Stage;

  const later = cleaningUp();

  beforeEach(async () => {
    db = await createTestDatabase();
    later(() => db.close());
    redis = await ownRedis();
    later(() => redis.close());
    await redis.start();
    stage = await setStage({
      env: { DATABASE_URL: db.url, CLAIM_TIMEOUT: '20', ENABLE_REDIS: 'true', REDIS_URL: redis.url },
      recipients: 160,
      pauseMs: 250,
    });
    later(() => stage.close());
    later(() => redis.thaw());
  });

  it('serves every request while it is frozen or gone, and sends on when it is back', async () => {
    redis.freeze();
    await servedWithoutQueue(stage);
    redis.thaw();
    await queueIsBack(stage);
    const before = stage.arrived();
    await waitFor(() => stage.arrived() > before, { timeoutMs: 30_000, what: 'the campaign to go on' });

    await redis.stop();
    await servedWithoutQueue(stage);
    await redis.start();
    await queueIsBack(stage);

    await expectNothingLost(stage, db.url);
  });
});

/** A request that needs only the database is served; one that needs the queue, too, is accepted and starts later. */
async function servedWithoutQueue(stage: Stage): Promise<void> {
  const { visitor } = stage;
  visitor.turnPage();
  stage.writeStop();
  await waitFor(async () => (await stage.missing())?.includes('queue'), { timeoutMs: 15_000 });
  const served = ({ what, status }: { what: string; status: number }) =>
    (status >= 200 && status < 300) || what === 'ready';
  await waitFor(() => visitor.leastAnswered(served) > 1, {
    timeoutMs: 40_000,
    what: 'everybody to be served',
  });
  await lasting();
  expectHelpfulAnswers(stage);
  expect(visitor.recent.filter((visit) => !served(visit))).toEqual([]);
}

async function queueIsBack(stage: Stage): Promise<void> {
  await waitFor(async () => (await stage.missing())?.length === 0, { timeoutMs: 30_000, what: 'the queue' });
}
