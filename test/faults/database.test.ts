import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { backends, queueEnv, type Backend } from '../e2e/backends.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { expectHelpfulAnswers, expectNothingLost } from './aftermath.js';
import { cleaningUp } from './clean-up.js';
import { extraSeconds, lasting } from './lasting.js';
import { startProxy, type Proxy } from './proxy.js';
import { setStage, type Stage } from './stage.js';
import { answeredEverywhere, refusedEverywhere } from './turns.js';

jest.setTimeout(240_000);

/** With the queue in it too, its worst case is in database-gone.test.ts; here both are tried when faults are to last. */
const tried: readonly Backend[] = extraSeconds > 0 ? backends : ['redis'];

describe.each(tried)('while the database has a bad day, with the queue on %s,', (backend: Backend) => {
  let db: TestDatabase;
  let proxy: Proxy;
  let stage: Stage;

  const later = cleaningUp();

  beforeEach(async () => {
    db = await createTestDatabase();
    later(() => db.close());
    const real = new URL(db.url);
    proxy = await startProxy({ host: real.hostname, port: Number(real.port) });
    later(() => proxy.close());
    const url = new URL(db.url);
    url.hostname = '127.0.0.1';
    url.port = String(proxy.port);
    stage = await setStage({
      env: { DATABASE_URL: url.href, CLAIM_TIMEOUT: '20', ...queueEnv(backend, 'database faults') },
      recipients: 160 + 12 * extraSeconds,
      pauseMs: 250,
    });
    later(() => stage.close());
    later(() => proxy.become('pass'));
  });

  it('goes on slowly when it is slow, refuses clearly when it is silent, and makes up for it', async () => {
    const { visitor } = stage;
    visitor.turnPage();
    await proxy.become({ delayMs: 120 });
    const before = stage.arrived();
    await waitFor(() => stage.arrived() > before + 3 && visitor.leastAnswered() > 2, {
      timeoutMs: 60_000,
      what: 'the campaign to go on slowly',
    });
    await lasting();
    expectHelpfulAnswers(stage);

    visitor.turnPage();
    await proxy.become('stall');
    stage.writeStop();
    await waitFor(async () => (await stage.missing())?.includes('database'), { timeoutMs: 15_000 });
    await refusedEverywhere(stage);
    await lasting();
    expectHelpfulAnswers(stage);
    await proxy.become('pass');
    await answeredEverywhere(stage);

    await expectNothingLost(stage, db.url);
    expect(stage.server.output()).toContain('the database answers again');
  });
});
