import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { waitFor } from '../support/wait-for.js';
import { expectHelpfulAnswers, expectNothingLost } from './aftermath.js';
import { cleaningUp } from './clean-up.js';
import { lasting } from './lasting.js';
import { ownPostgres, type OwnServer } from './own-servers.js';
import { setStage, type Stage } from './stage.js';
import { answeredEverywhere, refusedEverywhere } from './turns.js';

jest.setTimeout(240_000);

describe('while the database is gone, and the queue in it,', () => {
  let postgres: OwnServer;
  let stage: Stage;

  const later = cleaningUp();

  beforeEach(async () => {
    postgres = await ownPostgres();
    later(() => postgres.close());
    await postgres.start();
    stage = await setStage({
      env: { DATABASE_URL: postgres.url, CLAIM_TIMEOUT: '20', ENABLE_REDIS: 'false' },
      recipients: 80,
      pauseMs: 500,
    });
    later(() => stage.close());
  });

  it('refuses clearly for as long as it takes, gives its sessions up, and makes up for it', async () => {
    const { visitor } = stage;
    visitor.turnPage();
    await postgres.stop();
    stage.writeStop();
    await refusedEverywhere(stage);
    // The longest time-out on the way: leases of 20 seconds, after which another worker might have the sessions.
    await waitFor(() => stage.server.output().includes('its lease could not be renewed'), {
      timeoutMs: 40_000,
    });
    await lasting();
    expectHelpfulAnswers(stage);
    await postgres.start();
    await answeredEverywhere(stage);
    await expectNothingLost(stage, postgres.url);
    expect(stage.server.output()).toContain('the database answers again');
  });
});
