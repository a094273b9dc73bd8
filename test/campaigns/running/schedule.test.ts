import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMs } from '../../../src/lib/clock.js';
import { newId } from '../../../src/lib/ids.js';
import { CAMPAIGN_RUN, CampaignScheduler, runProgress } from '../../../src/modules/campaigns/index.js';
import { CampaignReports } from '../../../src/modules/campaigns/reports/report.service.js';
import { beat, JobStarts, removeWorkers } from '../../../src/modules/workers/index.js';
import { refuseRows } from '../../support/faults.js';
import { createWorld, draft, phone, running, type World } from '../world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: World;
let tenantId: string;
let scheduler: CampaignScheduler;

beforeAll(async () => {
  world = await createWorld({ window: 100 });
  tenantId = await world.tenantWithSender();
  scheduler = new CampaignScheduler(world.deps);
});
afterAll(() => world.db.close());

const inMs = (ms: number) => addMs(world.clock.current, ms);
const iso = (at: Date) => at.toISOString();
const pass = (ms: number) => {
  world.clock.current = inMs(ms);
};
const statusOf = async (id: string) => (await world.manager.get(tenantId, id)).campaign.status;

async function create(input: Parameters<typeof draft>[0], size = 3): Promise<string> {
  const contacts = Array.from({ length: size }, (_, index) => phone(index));
  const { campaign } = await world.manager.create(tenantId, draft({ contacts, ...input }));
  return campaign.id;
}

describe('a scheduled campaign', () => {
  it('starts by itself when its time has come, once, however many schedulers look', async () => {
    const id = await create({ scheduledAt: iso(inMs(HOUR)) });
    expect(await statusOf(id)).toBe('scheduled');
    pass(HOUR - 1_000);
    await scheduler.startDue();
    expect(await statusOf(id)).toBe('scheduled');
    pass(1_000);
    world.queue.woken = [];
    const others = Array.from({ length: 4 }, () => new CampaignScheduler(world.deps));
    await Promise.all(others.map((other) => other.startDue()));
    expect(await statusOf(id)).toBe('running');
    expect(world.queue.woken.filter((job) => job.endsWith(id))).toHaveLength(1);
  });

  it('that cannot be started says so, takes no place of others, and starts once it can', async () => {
    const stuck = await create({ scheduledAt: iso(inMs(HOUR)) });
    const other = await create({ scheduledAt: iso(inMs(HOUR)) });
    pass(HOUR);
    const { manager } = world.db.database;
    const when = `NEW.id = '${stuck}' AND NEW.status = 'running'`;
    const endFault = await refuseRows(manager, 'campaigns', 'UPDATE', when);
    await scheduler.startDue();
    expect(await statusOf(other)).toBe('running');
    const { waitingFor } = await new CampaignReports(world.deps).stats(tenantId, stuck);
    expect(waitingFor).toMatchObject({ reason: 'start_failed', until: inMs(MINUTE) });
    await endFault();
    await scheduler.startDue();
    expect(await statusOf(stuck)).toBe('scheduled');
    pass(MINUTE);
    await scheduler.startDue();
    expect((await world.manager.get(tenantId, stuck)).campaign).toMatchObject({
      status: 'running',
      waitingReason: null,
    });
  });

  it('starts late rather than never', async () => {
    const id = await create({ scheduledAt: iso(inMs(HOUR)) });
    pass(2 * DAY);
    await scheduler.startDue();
    expect((await world.manager.get(tenantId, id)).campaign).toMatchObject({
      status: 'running',
      startedAt: world.clock.current,
    });
  });

  it('can be moved, taken back, started at once and stopped before', async () => {
    const id = await create({ scheduledAt: iso(inMs(HOUR)) });
    await world.manager.update(tenantId, id, { scheduledAt: iso(inMs(3 * HOUR)) });
    pass(2 * HOUR);
    await scheduler.startDue();
    expect(await statusOf(id)).toBe('scheduled');
    await world.manager.update(tenantId, id, { scheduledAt: null });
    expect(await statusOf(id)).toBe('draft');
    await world.manager.update(tenantId, id, { scheduledAt: iso(inMs(HOUR)), name: 'Later' });
    await world.manager.start(tenantId, id);
    expect(await statusOf(id)).toBe('running');
    const stopped = await create({ scheduledAt: iso(inMs(HOUR)) });
    await world.manager.stop(tenantId, stopped);
    pass(2 * HOUR);
    await scheduler.startDue();
    expect(await statusOf(stopped)).toBe('stopped');
  });

  it('is refused for a time that is past, except for the last minute', async () => {
    await expect(create({ scheduledAt: iso(inMs(-2 * MINUTE)) })).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'scheduledAt', message: expect.stringMatching(/is past/) }],
    });
    const id = await create({ scheduledAt: iso(inMs(-30_000)) });
    await scheduler.startDue();
    expect(await statusOf(id)).toBe('running');
  });
});

describe('an expiry', () => {
  it('skips all recipients who were not sent to by then', async () => {
    const id = await create({ expiresAt: iso(inMs(HOUR)) }, 5);
    await world.manager.start(tenantId, id);
    const feed = () => world.feeder.handleFeed({ tenantId, campaignId: id }, running);
    await feed();
    await world.move(id, 'queued', 'sent', 2);
    await world.move(id, 'queued', 'pending', 3);
    pass(HOUR);
    await feed();
    expect(await world.states(id)).toEqual({ sent: 2, skipped: 3 });
    expect(await feed()).toEqual({ kind: 'done' });
    expect(await statusOf(id)).toBe('completed');
    const { byCode } = await world.manager.stats(tenantId, id);
    expect(byCode).toMatchObject([{ state: 'skipped', code: 'outside_window_expired', count: 3 }]);
  });

  it('also comes for a paused campaign, which is completed then', async () => {
    const id = await create({ expiresAt: iso(inMs(HOUR)) }, 5);
    const other = await create({ expiresAt: iso(inMs(2 * HOUR)) });
    for (const started of [id, other]) await world.manager.start(tenantId, started);
    const feed = (campaignId: string) => world.feeder.handleFeed({ tenantId, campaignId }, running);
    await feed(id);
    await world.move(id, 'queued', 'sent', 2);
    for (const paused of [id, other]) await world.manager.pause(tenantId, paused);
    await world.move(id, 'queued', 'pending', 2);
    pass(HOUR);
    world.queue.woken = [];
    await world.feeder.rewakeRunningCampaigns();
    expect(world.queue.woken.filter((job) => job.endsWith(id))).toHaveLength(1);
    expect(world.queue.woken.filter((job) => job.endsWith(other))).toEqual([]);
    await feed(id);
    // One is queued still: its job gives it back first.
    expect(await feed(id)).toEqual({ kind: 'done' });
    expect(await statusOf(id)).toBe('paused');
    await world.move(id, 'queued', 'pending', 1);
    await feed(id);
    await feed(id);
    expect(await world.states(id)).toEqual({ sent: 2, skipped: 3 });
    expect(await statusOf(id)).toBe('completed');
    await feed(other);
    expect(await statusOf(other)).toBe('paused');
  });

  it('must come after the start, and a campaign it has passed is not started', async () => {
    await expect(create({ scheduledAt: iso(inMs(HOUR)), expiresAt: iso(inMs(HOUR)) })).rejects.toMatchObject({
      errors: [{ path: 'expiresAt' }],
    });
    const id = await create({ expiresAt: iso(inMs(HOUR)) });
    pass(HOUR);
    await expect(world.manager.start(tenantId, id)).rejects.toMatchObject({ code: 'campaign_expired' });
  });
});

describe('a recurring campaign', () => {
  const runsOf = async (originId: string) =>
    (await world.manager.list(tenantId, { limit: 50, originId })).items.map(({ campaign }) => campaign);

  it('makes a run of its own at each time, with the audience of that moment', async () => {
    world.clock.current = new Date('2026-03-02T10:00:00Z');
    const listId = await world.list(tenantId, 2);
    const origin = await create({
      listIds: [listId],
      contacts: [phone(900)],
      recurrence: { cron: '0 9 * * *', timeZone: 'America/Sao_Paulo' },
      options: { onUnknown: 'resend' },
    });
    const { campaign } = await world.manager.get(tenantId, origin);
    expect(campaign).toMatchObject({ status: 'scheduled', scheduledAt: new Date('2026-03-02T12:00:00Z') });
    pass(2 * HOUR);
    await scheduler.startDue();
    await world.db.database.manager.query(
      `INSERT INTO contact_list_members (list_id, contact_id, tenant_id)
       SELECT $1, contact_id, $2 FROM deliveries WHERE campaign_id = $3 AND phone = $4`,
      [listId, tenantId, origin, phone(900)],
    );
    await world.list(tenantId, 4);
    await world.db.database.manager.query(
      `INSERT INTO contact_list_members (list_id, contact_id, tenant_id)
       SELECT $1, id, $2 FROM contacts WHERE tenant_id = $2 AND phone = $3`,
      [listId, tenantId, phone(3)],
    );
    pass(DAY);
    await scheduler.startDue();
    const [second, first] = await runsOf(origin);
    expect(first).toMatchObject({
      status: 'running',
      totalRecipients: 3,
      originId: origin,
      onUnknown: 'resend',
    });
    expect(second).toMatchObject({
      status: 'running',
      totalRecipients: 4,
      occurrenceAt: new Date('2026-03-03T12:00:00Z'),
      recurrence: null,
    });
    expect(await statusOf(origin)).toBe('scheduled');
  });

  it('makes each run once, however many processes look, and makes up for the latest of those missed', async () => {
    const start = inMs(HOUR);
    const origin = await create({ scheduledAt: iso(start), recurrence: { everyMinutes: 60 } });
    pass(HOUR);
    const others = Array.from({ length: 6 }, () => new CampaignScheduler(world.deps));
    await Promise.all(others.map((other) => other.startDue()));
    expect(await runsOf(origin)).toHaveLength(1);
    pass(5 * HOUR + 10 * MINUTE);
    await Promise.all(others.map((other) => other.startDue()));
    const runs = await runsOf(origin);
    expect(runs.map(({ occurrenceAt }) => occurrenceAt)).toEqual([addMs(start, 5 * HOUR), start]);
    const { campaign } = await world.manager.get(tenantId, origin);
    expect(campaign.scheduledAt).toEqual(addMs(start, 6 * HOUR));
  });

  it('does not wait for a process that is making the run', async () => {
    const origin = await create({ scheduledAt: iso(inMs(HOUR)), recurrence: { everyMinutes: 60 } });
    pass(HOUR);
    await world.db.database.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM campaigns WHERE id = $1 FOR NO KEY UPDATE', [origin]);
      await scheduler.startDue();
    });
    expect(await runsOf(origin)).toEqual([]);
    await scheduler.startDue();
    expect(await runsOf(origin)).toHaveLength(1);
  });

  it('gives every run as long as the first, and ends with its end', async () => {
    const start = inMs(HOUR);
    const origin = await create({
      scheduledAt: iso(start),
      expiresAt: iso(addMs(start, 10 * MINUTE)),
      recurrence: { everyMinutes: 60, until: iso(addMs(start, HOUR)) },
    });
    pass(HOUR);
    await scheduler.startDue();
    pass(HOUR);
    await scheduler.startDue();
    const runs = await runsOf(origin);
    expect(runs.map(({ expiresAt }) => expiresAt)).toEqual([
      addMs(start, 70 * MINUTE),
      addMs(start, 10 * MINUTE),
    ]);
    expect(await statusOf(origin)).toBe('completed');
    expect(await world.states(origin)).toEqual({ skipped: 3 });
  });

  it('is ended by a stop, and cannot be started by hand', async () => {
    const origin = await create({ scheduledAt: iso(inMs(HOUR)), recurrence: { everyMinutes: 60 } });
    await expect(world.manager.start(tenantId, origin)).rejects.toMatchObject({ code: 'campaign_recurring' });
    await world.manager.stop(tenantId, origin);
    pass(3 * HOUR);
    await scheduler.startDue();
    expect(await runsOf(origin)).toEqual([]);
  });

  it('rests until a later start, and goes on in its rhythm with what was changed', async () => {
    world.clock.current = new Date('2026-06-01T10:00:00Z');
    const origin = await create({ recurrence: { cron: '0 9 * * *', timeZone: 'UTC' } });
    await expect(world.manager.pause(tenantId, origin)).rejects.toThrow(/put the next run .* off/);
    await world.manager.update(tenantId, origin, { scheduledAt: '2026-06-10T00:00:00Z', name: 'Rested' });
    pass(7 * DAY);
    await scheduler.startDue();
    expect(await runsOf(origin)).toEqual([]);
    pass(2 * DAY);
    await scheduler.startDue();
    expect(await runsOf(origin)).toMatchObject([
      { name: 'Rested', occurrenceAt: new Date('2026-06-10T09:00:00Z') },
    ]);
  });

  it('is a draft again once it repeats no more', async () => {
    const origin = await create({ recurrence: { everyMinutes: 60 }, scheduledAt: iso(inMs(HOUR)) });
    await world.manager.update(tenantId, origin, { recurrence: null });
    expect(await statusOf(origin)).toBe('draft');
  });

  it('keeps a run without recipients on record, and goes on', async () => {
    const listId = await world.list(tenantId, 1);
    const origin = await create({
      contacts: undefined,
      listIds: [listId],
      scheduledAt: iso(inMs(HOUR)),
      recurrence: { everyMinutes: 60 },
    });
    await world.db.database.manager.query('DELETE FROM contact_list_members WHERE list_id = $1', [listId]);
    pass(HOUR);
    await scheduler.startDue();
    expect(await runsOf(origin)).toMatchObject([{ status: 'completed', totalRecipients: 0 }]);
    expect(await statusOf(origin)).toBe('scheduled');
  });

  it('whose run breaks the process down that makes it has failed after the third time, and says why', async () => {
    const origin = await create({ scheduledAt: iso(inMs(HOUR)), recurrence: { everyMinutes: 60 } });
    pass(HOUR);
    const { database } = world.db;
    const processes: JobStarts[] = [];
    const startProcess = async () => {
      const workerId = newId();
      await beat(database.manager, { id: workerId, hostname: 'test', pid: 1 });
      const { logger } = world.deps;
      const progress = { [CAMPAIGN_RUN]: runProgress };
      const starts = new JobStarts({ database, workerId, progress, logger });
      processes.push(starts);
      await starts.start();
      return { starts, die: () => removeWorkers(database.manager, [workerId]) };
    };
    for (let death = 1; death <= 3; death += 1) {
      const { starts, die } = await startProcess();
      const admitted = await starts.begin({ job: CAMPAIGN_RUN, tenantId, id: origin });
      expect(admitted.kind).toBe('started');
      // It is under way: no other process begins it.
      await scheduler.startDue(starts);
      await die();
    }
    const { starts } = await startProcess();
    await scheduler.startDue(starts);
    expect(await runsOf(origin)).toEqual([]);
    expect(await statusOf(origin)).toBe('failed');
    expect(await world.states(origin)).toEqual({ skipped: 3 });
    const { waitingFor } = await world.manager.stats(tenantId, origin);
    expect(waitingFor).toMatchObject({
      reason: 'run_died',
      message: expect.stringContaining('smaller audience'),
    });
    expect(await database.manager.query('SELECT * FROM job_starts')).toEqual([]);

    const next = await create({ scheduledAt: iso(inMs(HOUR)), recurrence: { everyMinutes: 60 } });
    pass(HOUR);
    await scheduler.startDue(starts);
    expect(await runsOf(next)).toHaveLength(1);
    expect(await database.manager.query('SELECT * FROM job_starts')).toEqual([]);
    await Promise.all(processes.map((each) => each.stop()));
  });

  it('says what is wrong with a recurrence', async () => {
    const errorPathsOf = async (recurrence: object) =>
      create({ recurrence }).then(
        () => undefined,
        (error: { errors: { path: string }[] }) => error.errors.map(({ path }) => path),
      );
    expect(await errorPathsOf({})).toEqual(['recurrence']);
    expect(await errorPathsOf({ cron: '0 9 * * *', everyMinutes: 5 })).toEqual(['recurrence']);
    expect(await errorPathsOf({ cron: 'daily' })).toEqual(['recurrence.cron']);
    expect(await errorPathsOf({ cron: '0 9 * * *', timeZone: 'Mars/Base' })).toEqual(['recurrence.timeZone']);
    expect(await errorPathsOf({ cron: '0 9 * * *', until: iso(inMs(-DAY)) })).toEqual(['recurrence']);
  });
});
