import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MIN_HEALTH_TO_SEND } from '../../src/modules/senders/core/health.js';
import { queueEnv } from '../e2e/backends.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { expectHelpfulAnswers, expectNothingLost } from './aftermath.js';
import { cleaningUp } from './clean-up.js';
import { extraSeconds, lasting } from './lasting.js';
import { startProxy, type Proxy } from './proxy.js';
import { setStage, type Stage } from './stage.js';

jest.setTimeout(240_000);

describe('while the transport hangs', () => {
  let db: TestDatabase;
  let proxy: Proxy;
  let stage: Stage;

  const later = cleaningUp();

  beforeEach(async () => {
    db = await createTestDatabase();
    later(() => db.close());
    stage = await setStage({
      // A send counts as unanswered after half the claim's time, and what may go out again does after the grace.
      env: {
        DATABASE_URL: db.url,
        CLAIM_TIMEOUT: '4',
        RESEND_GRACE: '2',
        ...queueEnv('redis', 'transport faults'),
      },
      recipients: 160 + 16 * extraSeconds,
      pauseMs: 250,
      async simulatorUrl(real) {
        const { hostname, port } = new URL(real);
        proxy = await startProxy({ host: hostname, port: Number(port) });
        later(() => proxy.close());
        return `http://127.0.0.1:${proxy.port}`;
      },
    });
    later(() => stage.close());
    later(() => proxy.become('pass'));
  });

  it('keeps serving every request, and sends once what was never answered', async () => {
    const { visitor, network } = stage;
    visitor.turnPage();
    // Half of the messages arrive and half do not; no answer says which.
    network.change({ outcomes: { timedOut: 1 }, timeOut: { afterMs: 600_000, arrives: 0.5 } });
    await waitFor(() => visitor.leastAnswered(served) > 4, {
      timeoutMs: 30_000,
      what: 'everybody to be served',
    });
    await waitFor(async () => (await stage.missing())?.length === 0);
    await lasting();
    network.change({ outcomes: { timedOut: 0 } });
    const before = stage.arrived();
    await forgivingUntil(stage, 'the campaign to go on', () => stage.arrived() > before + 4);

    // Now the line to the network is dead: everything that is asked of it hangs.
    visitor.turnPage();
    await proxy.become('stall');
    const asked = await askForMore(stage);
    await waitFor(() => visitor.leastAnswered(served) > 4, {
      timeoutMs: 30_000,
      what: 'everybody to be served',
    });
    await lasting();
    expectHelpfulAnswers(stage);
    expect(visitor.recent.filter((visit) => !served(visit))).toEqual([]);
    stage.writeStop();
    await proxy.become('pass');
    await asked.comesTrue();

    // And then it is cut.
    visitor.turnPage();
    await proxy.become('refuse');
    await waitFor(() => visitor.leastAnswered(served) > 2, {
      timeoutMs: 30_000,
      what: 'everybody to be served',
    });
    await lasting();
    await proxy.become('pass');
    await forgivingUntil(stage, 'the campaign to complete', () => isCompleted(stage));
    await expectNothingLost(stage, db.url);
  });
});

function served({ status }: { status: number }): boolean {
  return status >= 200 && status < 300;
}

/** The operator looks again and again: what is still unanswered counts, too, when its time is up. */
async function forgivingUntil(
  stage: Stage,
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  await waitFor(
    async () => {
      await forgive(stage);
      return isSo();
    },
    { timeoutMs: 90_000, everyMs: 500, what },
  );
}

async function isCompleted({ api, campaignId }: Stage): Promise<boolean> {
  const { status } = await api.get<{ status: string }>(`/api/campaigns/${campaignId}`);
  return status === 'completed';
}

interface SenderHealth {
  id: string;
  pausedAt: string | null;
  healthScore: number;
}

/** Ten unanswered messages in a row pause a sender, many of them bring it below the health limit: the operator forgives. */
async function forgive({ api }: Stage): Promise<void> {
  for (const { id, pausedAt, healthScore } of await api.get<SenderHealth[]>('/api/senders')) {
    if (pausedAt || healthScore < MIN_HEALTH_TO_SEND) await api.post(`/api/senders/${id}/reset-health`);
    if (pausedAt) await api.post(`/api/senders/${id}/resume`);
  }
}

/** A connect, a disconnect and a number check, all of which are accepted at once and come true when the line is back. */
async function askForMore({ api }: Stage): Promise<{ comesTrue(): Promise<void> }> {
  const senders = await api.get<{ id: string }[]>('/api/senders');
  const leaving = senders.at(-1)?.id ?? '';
  const { id: coming } = await api.post<{ id: string }>('/api/senders', {
    name: 'Late',
    transport: 'simulator',
  });
  await api.post(`/api/senders/${coming}/connect`);
  await api.post(`/api/senders/${leaving}/disconnect`);
  const check = await api.post<{ id: string }>('/api/contacts/check', { phoneNumbers: ['+5511965000001'] });
  const statusOf = async (path: string) => (await api.get<{ status: string }>(path)).status;
  return {
    async comesTrue() {
      const until = (path: string, status: string) =>
        waitFor(async () => (await statusOf(path)) === status, {
          timeoutMs: 90_000,
          what: `${path} ${status}`,
        });
      await until(`/api/senders/${coming}`, 'connected');
      await until(`/api/senders/${leaving}`, 'disconnected');
      await until(`/api/contacts/checks/${check.id}`, 'completed');
      // Resends are bound to the sender that may have sent before.
      await api.post(`/api/senders/${leaving}/connect`);
    },
  };
}
