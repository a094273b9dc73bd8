import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMs } from '../../../src/lib/clock.js';
import { seededRandom } from '../../../src/lib/random.js';
import { foldCounts } from '../../../src/modules/campaigns/campaign.repository.js';
import { createWorld, draft, running, type World } from '../world.js';

let world: World;
let tenantId: string;

beforeAll(async () => {
  world = await createWorld({ window: 100 });
  tenantId = await world.tenantWithSender();
});
afterAll(() => world.db.close());

async function startedCampaign(size: number, input: Parameters<typeof draft>[0] = {}): Promise<string> {
  const listId = await world.list(tenantId, size);
  const { campaign } = await world.manager.create(
    tenantId,
    draft({ listIds: [listId], minDelay: 0, maxDelay: 0, ...input }),
  );
  await world.manager.start(tenantId, campaign.id);
  world.queue.jobs = [];
  return campaign.id;
}

const feed = (campaignId: string) => world.feeder.handleFeed({ tenantId, campaignId }, running);

describe('feeding', () => {
  it('a start wakes the feed job', async () => {
    const id = await startedCampaign(1);
    expect(world.queue.woken).toContain(`campaign.feed feed-${id}`);
    const { campaign } = await world.manager.get(tenantId, id);
    expect(campaign).toMatchObject({ status: 'running', startedAt: world.clock.now() });
  });

  it('keeps a bounded window of recipients queued and tops it up', async () => {
    const id = await startedCampaign(250);
    expect(await feed(id)).toMatchObject({ kind: 'runAgain' });
    expect(await world.states(id)).toEqual({ pending: 150, queued: 100 });
    await feed(id);
    expect(world.queue.jobs).toHaveLength(100);
    await world.move(id, 'queued', 'sent', 30);
    await world.move(id, 'queued', 'sending', 10);
    await feed(id);
    expect(await world.states(id)).toEqual({ pending: 120, queued: 90, sending: 10, sent: 30 });
    expect(new Set(world.queue.deliveryIds).size).toBe(130);
    expect(world.queue.jobs.every(({ options }) => options.id?.startsWith('send-'))).toBe(true);
  });

  it('queues in the order of the audience, staggered at the pace of the senders', async () => {
    const id = await startedCampaign(50, { minDelay: 1_000, maxDelay: 4_000 });
    await feed(id);
    const delays = world.queue.jobs.map(({ options }) => options.delayMs ?? 0);
    expect(delays).toHaveLength(30);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays.at(-1)).toBeGreaterThan(29 * 1_000 * 0.7);
    expect(world.queue.deliveryIds).toEqual(world.queue.deliveryIds.toSorted());
  });

  it('many feeders at once queue no recipient twice and keep the window', async () => {
    const id = await startedCampaign(500);
    await Promise.all(Array.from({ length: 8 }, () => feed(id)));
    expect(await world.states(id)).toEqual({ pending: 400, queued: 100 });
    expect(new Set(world.queue.deliveryIds).size).toBe(100);
    expect(world.queue.jobs).toHaveLength(100);
  });

  it('completes when no recipient is left, and not before', async () => {
    const id = await startedCampaign(3);
    await feed(id);
    await world.move(id, 'queued', 'sent', 1);
    await world.move(id, 'queued', 'unknown', 1);
    expect(await feed(id)).toMatchObject({ kind: 'runAgain' });
    await world.move(id, 'queued', 'sending', 1);
    expect(await feed(id)).toMatchObject({ kind: 'runAgain' });
    await world.move(id, 'sending', 'failed', 1);
    expect(await feed(id)).toEqual({ kind: 'done' });
    const { campaign, counts } = await world.manager.get(tenantId, id);
    expect(campaign).toMatchObject({ status: 'completed', completedAt: world.clock.now() });
    expect(counts).toMatchObject({ sent: 1, unknown: 1, failed: 1, pending: 0, queued: 0 });
  });

  it('puts recipients back when their jobs cannot be queued', async () => {
    const id = await startedCampaign(10);
    world.queue.failure = new Error('queue is down');
    await expect(feed(id)).rejects.toThrow('queue is down');
    world.queue.failure = undefined;
    expect(await world.states(id)).toEqual({ pending: 10 });
  });

  it('goes on behind those it took last, and takes those who came back when none are left behind them', async () => {
    const id = await startedCampaign(250);
    await feed(id);
    const first = world.queue.deliveryIds.slice(0, 10);
    await world.move(id, 'queued', 'pending', 10);
    await world.move(id, 'queued', 'sent');
    world.queue.jobs = [];
    await feed(id);
    expect(world.queue.deliveryIds).toEqual(world.queue.deliveryIds.toSorted());
    expect(world.queue.deliveryIds).not.toEqual(expect.arrayContaining(first));
    await world.move(id, 'queued', 'sent');
    world.queue.jobs = [];
    await feed(id);
    expect(world.queue.deliveryIds).toHaveLength(60);
    expect(world.queue.deliveryIds.slice(50)).toEqual(first);
    expect(await world.states(id)).toEqual({ queued: 60, sent: 190 });
  });

  it('takes those who came back first after a while, and after a pause', async () => {
    const id = await startedCampaign(400);
    await feed(id);
    const [first] = world.queue.deliveryIds;
    const comeBack = async () => {
      await world.move(id, 'queued', 'sent');
      await world.db.database.manager.query(`UPDATE deliveries SET state = 'pending' WHERE id = $1`, [first]);
      world.queue.jobs = [];
    };
    await comeBack();
    world.clock.current = addMs(world.clock.current, 60_000);
    await feed(id);
    expect(world.queue.deliveryIds).toHaveLength(100);
    expect(world.queue.deliveryIds[0]).toBe(first);
    await comeBack();
    world.clock.current = addMs(world.clock.current, 1_000);
    await world.manager.pause(tenantId, id);
    await world.manager.resume(tenantId, id);
    await feed(id);
    expect(world.queue.deliveryIds[0]).toBe(first);
  });

  it('hands back when the process drains', async () => {
    const id = await startedCampaign(10);
    const outcome = await world.feeder.handleFeed(
      { tenantId, campaignId: id },
      { signal: AbortSignal.abort() },
    );
    expect(outcome).toMatchObject({ kind: 'runAgain' });
    expect(await world.states(id)).toEqual({ pending: 10 });
  });

  it('a lost feed job comes back for running and half-stopped campaigns only', async () => {
    const runs = await startedCampaign(1);
    const paused = await startedCampaign(1);
    const stopped = await startedCampaign(1);
    await world.manager.pause(tenantId, paused);
    await world.manager.stop(tenantId, stopped);
    await world.move(stopped, 'skipped', 'pending');
    world.queue.woken = [];
    await world.feeder.rewakeRunningCampaigns();
    expect(world.queue.woken).toEqual(
      expect.arrayContaining([`campaign.feed feed-${runs}`, `campaign.feed feed-${stopped}`]),
    );
    expect(world.queue.woken).not.toContain(`campaign.feed feed-${paused}`);
  });
});

describe('pause, resume, stop', () => {
  it('a paused campaign queues nothing more and goes on after a resume', async () => {
    const id = await startedCampaign(150);
    await feed(id);
    await world.manager.pause(tenantId, id);
    world.queue.jobs = [];
    expect(await feed(id)).toEqual({ kind: 'done' });
    await world.move(id, 'queued', 'pending');
    expect(await feed(id)).toEqual({ kind: 'done' });
    expect(world.queue.jobs).toEqual([]);
    await world.manager.resume(tenantId, id);
    await feed(id);
    expect(await world.states(id)).toEqual({ pending: 50, queued: 100 });
    // The jobs that put them back may still be ending: the new ones have other ids.
    expect(world.queue.jobs.filter(({ options }) => options.id?.endsWith('-2'))).toHaveLength(100);
  });

  it('a pause during a feed wins or waits: nothing is queued after it was answered', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await startedCampaign(50);
      const feeding = feed(id);
      await world.manager.pause(tenantId, id);
      const answered = await world.states(id);
      await feeding;
      expect(await world.states(id)).toEqual(answered);
      await world.manager.remove(tenantId, id);
    }
  });

  it('stop skips all recipients not on the way; a message being sent finishes', async () => {
    const id = await startedCampaign(150);
    await feed(id);
    await world.move(id, 'queued', 'sending', 5);
    const { campaign } = await world.manager.stop(tenantId, id);
    expect(campaign).toMatchObject({ status: 'stopped', completedAt: world.clock.now() });
    expect(await world.states(id)).toEqual({ sending: 5, skipped: 145 });
    const { byCode } = await world.manager.stats(tenantId, id);
    expect(byCode).toEqual([{ state: 'skipped', code: 'campaign_stopped', count: 145 }]);
    await world.move(id, 'sending', 'queued', 1);
    expect(await feed(id)).toEqual({ kind: 'done' });
    expect(await world.states(id)).toEqual({ sending: 4, skipped: 146 });
  });

  it('of two callers at once only one wins', async () => {
    const id = await startedCampaign(1);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => world.manager.pause(tenantId, id)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses what the state does not allow and says which state that is', async () => {
    const { manager } = world;
    const listId = await world.list(tenantId, 1);
    const { campaign } = await manager.create(tenantId, draft({ listIds: [listId] }));
    const id = campaign.id;
    await expect(manager.pause(tenantId, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'campaign_draft',
    });
    await expect(manager.resume(tenantId, id)).rejects.toThrow(
      /has not been started and cannot be resumed: start it/,
    );
    await expect(manager.stop(tenantId, id)).rejects.toMatchObject({ kind: 'conflict' });
    await manager.start(tenantId, id);
    await expect(manager.start(tenantId, id)).rejects.toThrow(/is running and cannot be started/);
    await expect(manager.remove(tenantId, id)).rejects.toThrow(
      /is running and cannot be deleted: stop or pause it/,
    );
    await manager.stop(tenantId, id);
    await expect(manager.start(tenantId, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'campaign_stopped',
    });
    await expect(manager.resume(tenantId, id)).rejects.toMatchObject({ kind: 'conflict' });
    await manager.remove(tenantId, id);
    await expect(manager.get(tenantId, id)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await world.states(id)).toEqual({});
  });

  it('a start without senders is refused', async () => {
    const emptied = await world.db.createTenant();
    const senderId = await world.sender(emptied, 'only', ['vip']);
    const listId = await world.list(emptied, 1);
    const { campaign } = await world.manager.create(
      emptied,
      draft({ listIds: [listId], senderTags: ['vip'] }),
    );
    await world.db.database.manager.query('DELETE FROM senders WHERE id = $1', [senderId]);
    await expect(world.manager.start(emptied, campaign.id)).rejects.toMatchObject({
      code: 'no_sender_in_pool',
    });
  });
});

describe('counters', () => {
  it('equal count(*) whatever happens, also while the ledger is folded', async () => {
    const id = await startedCampaign(300);
    const random = seededRandom(7);
    const states = [
      'pending',
      'queued',
      'sending',
      'sent',
      'delivered',
      'read',
      'failed',
      'skipped',
      'unknown',
    ];
    const { manager } = world.db.database;
    const shuffle = async () => {
      for (let step = 0; step < 20; step += 1) {
        const to = states[Math.floor(random() * states.length)];
        await manager.query(
          `UPDATE deliveries SET state = $2, replied_at = CASE WHEN random() < 0.3 THEN now() END,
             opted_out_at = CASE WHEN random() < 0.1 THEN now() END
           WHERE id IN (SELECT id FROM deliveries WHERE campaign_id = $1 AND random() < 0.2
                        ORDER BY id FOR UPDATE)`,
          [id, to],
        );
      }
    };
    const fold = async () => {
      for (let step = 0; step < 20; step += 1) await foldCounts(manager, id);
    };
    await Promise.all([shuffle(), shuffle(), fold(), fold()]);
    const [truth] = await manager.query<{ replied: number; opted_out: number }[]>(
      `SELECT count(replied_at)::int AS replied, count(opted_out_at)::int AS opted_out
       FROM deliveries WHERE campaign_id = $1`,
      [id],
    );
    const { counts } = await world.manager.get(tenantId, id);
    const expected = {
      ...Object.fromEntries([...states, 'excluded'].map((state) => [state, 0])),
      ...(await world.states(id)),
      ...truth,
    };
    expect(counts).toEqual(expected);
    await foldCounts(manager, id);
    expect((await world.manager.get(tenantId, id)).counts).toEqual(expected);
  });
});
