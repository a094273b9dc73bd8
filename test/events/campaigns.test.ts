import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tx } from '../../src/db/index.js';
import { addMs } from '../../src/lib/clock.js';
import {
  CampaignScheduler,
  CampaignWaitTracker,
  holdDue,
  holdRunning,
  releaseHeld,
  tellStalls,
} from '../../src/modules/campaigns/index.js';
import { failSeries } from '../../src/modules/campaigns/running/schedule.repository.js';
import { campaignEventKinds } from '../../src/modules/events/core/catalog.js';
import { createControlWorld, type ControlWorld } from '../campaigns/actions/world.js';
import { draft, phone } from '../campaigns/world.js';
import { refuseRows } from '../support/faults.js';
import { expectFitting } from './fitting.js';
import { allWritten, writtenAbout } from './written.js';

const HOUR = 3_600_000;
const TEXT = 'Nobody else may read this';

let world: ControlWorld;
let tenantId: string;

beforeAll(async () => {
  world = await createControlWorld();
  tenantId = await world.tenantWithSender();
});
afterAll(() => world.db.close());

type Input = Parameters<typeof draft>[0];
const about = (id: string) => writtenAbout(world.db.database, id);
const inTransaction = (work: (tx: Tx) => Promise<void>) => world.db.database.transaction(work);

async function created(input: Input = {}): Promise<string> {
  const contacts = Array.from({ length: 4 }, (_, index) => phone(index));
  const texts = { name: `For ${phone(0)}`, template: TEXT };
  const { campaign } = await world.manager.create(
    tenantId,
    draft({ contacts, minDelay: 0, maxDelay: 0, ...texts, ...input }),
  );
  return campaign.id;
}

async function started(input: Input = {}): Promise<string> {
  const id = await created(input);
  await world.manager.start(tenantId, id);
  return id;
}

/** Feeds it, and gives everybody who was queued that end. */
async function serve(id: string, state = 'sent', code: string | null = null): Promise<void> {
  await world.feed(tenantId, id);
  await world.end(id, state, code, 10);
  await world.feed(tenantId, id);
}

/** A campaign that starts in an hour, repeated every hour or not, and its time has come. */
async function due(input: Input = {}): Promise<string> {
  const start = addMs(world.clock.current, HOUR);
  const id = await created({ scheduledAt: start.toISOString(), ...input });
  world.later(60);
  return id;
}

const startDue = () => new CampaignScheduler(world.deps).startDue();
const runOf = async (origin: string) =>
  (await world.manager.list(tenantId, { limit: 1, originId: origin })).items[0]?.campaign.id ?? '';
const hourly = { recurrence: { everyMinutes: 60 } };

describe('a campaign tells that it was', () => {
  it('started, paused, started again, and completed', async () => {
    const id = await started();
    await world.manager.pause(tenantId, id);
    await world.manager.resume(tenantId, id);
    await serve(id);
    expect(await about(id)).toEqual([
      ['campaign.started', { before: 'draft', reason: null }],
      ['campaign.paused', { before: 'running', reason: null }],
      ['campaign.started', { before: 'paused', reason: null }],
      ['campaign.completed', { before: 'running' }],
    ]);
    await world.sql(`UPDATE deliveries SET state = 'failed', code = 'timeout' WHERE campaign_id = $1`, [id]);
    await world.manager.control.retryFailed(tenantId, id);
    expect((await about(id)).at(-1)).toEqual(['campaign.started', { before: 'completed', reason: null }]);
  });

  it('stopped; one that was not started tells nothing, nor does what was refused', async () => {
    const id = await created();
    await expect(world.manager.pause(tenantId, id)).rejects.toThrow();
    expect(await about(id)).toEqual([]);
    await world.manager.start(tenantId, id);
    await Promise.allSettled([
      world.manager.stop(tenantId, id),
      world.manager.stop(tenantId, id),
      world.manager.stop(tenantId, id),
    ]);
    expect((await about(id)).slice(1)).toEqual([['campaign.stopped', { before: 'running' }]]);
  });

  it('paused by its canary; going on beyond it while it runs tells nothing', async () => {
    const continueWhen = { maxFailedPercent: 10, afterMinutes: 30 };
    const broken = await started({ canary: { recipients: 2, continueWhen } });
    await serve(broken, 'failed', 'timeout');
    world.later(31);
    await world.feed(tenantId, broken);
    expect((await about(broken)).at(-1)).toEqual([
      'campaign.paused',
      { before: 'running', reason: 'canary_limits_broken' },
    ]);
    await world.manager.control.continue(tenantId, broken);
    expect((await about(broken)).at(-1)).toEqual(['campaign.started', { before: 'paused', reason: null }]);
    const running = await started({ canary: { recipients: 2 } });
    await world.manager.control.continue(tenantId, running);
    expect(await about(running)).toEqual([['campaign.started', { before: 'draft', reason: null }]]);
  });

  it('completed by its expiry in a pause', async () => {
    const id = await started({ expiresAt: addMs(world.clock.current, HOUR).toISOString() });
    await world.manager.pause(tenantId, id);
    world.later(61);
    await world.feed(tenantId, id);
    await world.feed(tenantId, id);
    expect((await about(id)).at(-1)).toEqual(['campaign.completed', { before: 'paused' }]);
  });

  it('started by its time, once', async () => {
    const id = await due();
    await Promise.all([startDue(), startDue(), startDue()]);
    expect(await about(id)).toEqual([['campaign.started', { before: 'scheduled', reason: 'scheduled' }]]);
  });

  it('a run of a recurring one, with people or without, and the end of the series', async () => {
    const until = addMs(world.clock.current, HOUR).toISOString();
    const origin = await due({ recurrence: { everyMinutes: 60, until } });
    await startDue();
    expect(await about(await runOf(origin))).toEqual([
      ['campaign.started', { before: null, reason: 'recurrence' }],
    ]);
    expect(await about(origin)).toEqual([['campaign.completed', { before: 'scheduled' }]]);

    const listId = await world.list(tenantId, 1);
    const empty = await due({ contacts: undefined, listIds: [listId], ...hourly });
    await world.sql('DELETE FROM contact_list_members WHERE list_id = $1', [listId]);
    await startDue();
    expect(await about(await runOf(empty))).toEqual([['campaign.completed', { before: null }]]);
    await world.sql('DELETE FROM contact_lists WHERE id = $1', [listId]);
    world.later(60);
    await startDue();
    expect(await about(await runOf(empty))).toEqual([
      ['campaign.failed', { before: null, reason: expect.stringMatching(/^[a-z_]+$/) }],
    ]);
    await inTransaction((tx) => failSeries(tx, empty, 'run_died', world.clock.current));
    expect(await about(empty)).toEqual([['campaign.failed', { before: 'scheduled', reason: 'run_died' }]]);
  });

  it('held after a restore, and let go', async () => {
    const running = await started();
    const waiting = await due();
    await inTransaction(holdRunning);
    await inTransaction((tx) => holdDue(tx, addMs(new Date(), HOUR)));
    await inTransaction(releaseHeld);
    const reason = 'database_restored';
    const goesOn = ['campaign.started', { before: 'paused', reason: 'restore_settled' }];
    expect((await about(running)).slice(1)).toEqual([
      ['database.restored', { before: 'running' }],
      ['campaign.paused', { before: 'running', reason }],
      goesOn,
    ]);
    expect(await about(waiting)).toEqual([
      ['database.restored', { before: 'scheduled' }],
      ['campaign.paused', { before: 'scheduled', reason }],
      goesOn,
    ]);
  });

  it('stalled, when that lasts, and why; and that it goes on: once each, however often it is looked at', async () => {
    const tracker = new CampaignWaitTracker(world.deps);
    const campaignId = await started();
    const since = world.clock.current.toISOString();
    const note = (reason: string) => tracker.note({ tenantId, campaignId }, reason, null);
    const look = async (minutes = 0) => {
      world.later(minutes);
      const { database, clock } = world.deps;
      await Promise.all([tellStalls(database, clock.now()), tellStalls(database, clock.now())]);
      return (await about(campaignId)).slice(1);
    };
    await note('no_sender_connected');
    expect(await look(1)).toEqual([]);
    await note('all_paused');
    const stalled = ['campaign.stalled', { reason: 'all_paused', since, until: null }];
    expect(await look(1)).toEqual([stalled]);
    await note('no_sender_connected');
    expect(await look(10)).toEqual([stalled]);
    await tracker.clear({ tenantId, campaignId });
    const recovered = ['campaign.recovered', { since }];
    expect(await look()).toEqual([stalled, recovered]);
    await note('quota_used_up');
    expect(await look(60)).toEqual([stalled, recovered]);

    await note('all_paused');
    expect(await look(2)).toHaveLength(3);
    await world.manager.pause(tenantId, campaignId);
    expect(await look(2)).toHaveLength(4);
    await world.manager.resume(tenantId, campaignId);
    expect((await look(2)).slice(3).map(([kind]) => kind)).toEqual(['campaign.paused', 'campaign.started']);
  });

  it('stalled by an error at its time, until it is started', async () => {
    const id = await due();
    const mend = await refuseRows(world.db.database.manager, 'campaigns', 'UPDATE', `NEW.status = 'running'`);
    await startDue();
    const since = world.clock.current.toISOString();
    world.later(2);
    await startDue();
    await tellStalls(world.db.database, world.clock.current);
    await mend();
    world.later(2);
    await startDue();
    await tellStalls(world.db.database, world.clock.current);
    expect(await about(id)).toMatchObject([
      ['campaign.stalled', { reason: 'start_failed', since }],
      ['campaign.started', { before: 'scheduled', reason: 'scheduled' }],
      ['campaign.recovered', { since }],
    ]);
  });
});

describe('events of campaigns', () => {
  it('and their changes are made both or not at all', async () => {
    const id = await started();
    const mend = await refuseRows(world.db.database.manager, 'events_rest', 'INSERT', 'true');
    await expect(world.manager.pause(tenantId, id)).rejects.toThrow();
    await expect(world.manager.stop(tenantId, id)).rejects.toThrow();
    await mend();
    expect((await world.manager.get(tenantId, id)).campaign.status).toBe('running');
    expect(await about(id)).toHaveLength(1);
  });

  it('leave no counter behind when the campaign is deleted', async () => {
    const id = await started();
    await world.manager.pause(tenantId, id);
    await world.manager.remove(tenantId, id);
    expect(await world.sql('SELECT 1 FROM event_sequences WHERE object_id = $1', [id])).toEqual([]);
  });

  it('of every kind were written here, fit their schemas, and hold neither texts nor numbers', async () => {
    const written = await allWritten(world.db.database);
    expectFitting(written, campaignEventKinds, [TEXT]);
  });
});
