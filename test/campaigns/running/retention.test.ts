import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs } from '../../../src/lib/clock.js';
import { RecipientRetention } from '../../../src/modules/campaigns/index.js';
import { SegmentService } from '../../../src/modules/segments/index.js';
import { World } from '../../delivery/world.js';
import type { ScriptedSession } from '../../delivery/scripted-session.js';
import { insertCampaign, insertSuppressions } from '../../support/rows.js';
import { createControlWorld, type ControlWorld } from '../actions/world.js';
import { draft } from '../world.js';
import { receive } from '../../support/inbound.js';

const DAY_MS = 24 * 60 * 60_000;

let control: ControlWorld;
let world: World;
let phone: ScriptedSession;

beforeAll(async () => {
  control = await createControlWorld();
});
afterAll(() => control.db.close());
beforeEach(async () => {
  control.clock.current = new Date();
  world = new World(control.db.database, await control.db.createTenant());
  phone = await world.sender();
});

/** A month from now, everything here is old. */
function remove(of = world, bounds?: { pageRows: number; most: number }, drain = new AbortController()) {
  const { clock } = control;
  return new RecipientRetention({ database: of.database, clock }, bounds).removeOld(
    of.tenantId,
    addMs(new Date(), 31 * DAY_MS),
    drain.signal,
  );
}

async function sent(recipients = 1, of = world) {
  const campaign = await of.campaign({ recipients });
  const worker = of.worker();
  for (const payload of campaign.recipients) await of.drive(worker, payload);
  await end(campaign.id);
  return campaign;
}

async function end(id: string): Promise<void> {
  await world.sql(`UPDATE campaigns SET status = 'completed', completed_at = now() WHERE id = $1`, [id]);
}

async function left(campaignId: string): Promise<{ recipients: number; messages: number }> {
  const [row] = await world.sql<{ recipients: number; messages: number }>(
    `SELECT (SELECT count(*) FROM deliveries WHERE campaign_id = $1)::int AS recipients,
            (SELECT count(*) FROM messages WHERE campaign_id = $1)::int AS messages`,
    [campaignId],
  );
  return row!;
}

const segments = () =>
  new SegmentService({
    database: control.db.database,
    clock: control.clock,
    contacts: world.contacts,
  });
const get = (id: string) => control.manager.get(world.tenantId, id);
const recipients = (id: string) => control.manager.recipients(world.tenantId, id, { limit: 10 });

describe('recipients of campaigns that ended long ago', () => {
  it('go with their messages; statistics, answers, opt-outs and other tenants stay as they are', async () => {
    const campaign = await sent(3);
    const at = new Date().toISOString();
    const [waMessageId] = (await world.messages(campaign.recipients[0]!.deliveryId)).map((row) =>
      String(row['wa_message_id']),
    );
    const receipt = [{ waMessageId: waMessageId!, status: 'delivered' as const, at }];
    await world.receipts.apply(world.tenantId, phone.senderId, receipt);
    await receive(world.inbound, world.tenantId, phone.senderId, [
      { waMessageId: 'in-1', from: campaign.phones[0]!, text: 'STOP', at },
    ]);
    await insertSuppressions(control.db.database.manager, world.tenantId, [campaign.phones[1]!]);
    const other = new World(control.db.database, await control.db.createTenant());
    await other.sender();
    const theirs = await sent(1, other);
    const kept = () =>
      world.sql(
        `SELECT (SELECT count(*) FROM contacts WHERE tenant_id = $1 AND opted_out_at IS NOT NULL) AS opted_out,
                (SELECT count(*) FROM contact_consents WHERE tenant_id = $1) AS consents,
                (SELECT count(*) FROM suppressions WHERE tenant_id = $1) AS suppressed,
                (SELECT count(*) FROM messages WHERE tenant_id = $1 AND direction = 'in') AS answers`,
        [world.tenantId],
      );
    const numbers = async () => {
      const { campaign: _, ...stats } = await control.manager.stats(world.tenantId, campaign.id, {
        by: ['part', 'hour'],
      });
      return { stats, counts: (await get(campaign.id)).counts };
    };
    const before = [await kept(), await numbers()];
    expect(before).toMatchObject([[{ opted_out: '1', answers: '1' }], { counts: { sent: 2, delivered: 1 } }]);

    expect(await remove()).toBe(3);
    expect(await remove()).toBe(0);

    expect([await kept(), await numbers()]).toEqual(before);
    expect(await left(campaign.id)).toEqual({ recipients: 0, messages: 0 });
    expect(await left(theirs.id)).toEqual({ recipients: 1, messages: 1 });
    expect((await get(campaign.id)).campaign.recipientsRemovedAt).toBeInstanceOf(Date);
    // A receipt that comes now is one of a message that nobody knows.
    await world.receipts.apply(world.tenantId, phone.senderId, receipt);
    expect(await numbers()).toEqual(before[1]);
  });

  it('go page by page, what is more than one run removes with the next, and nothing while its process drains', async () => {
    const campaign = await sent(7);
    const drain = new AbortController();
    drain.abort();
    expect(await remove(world, undefined, drain)).toBe(0);
    expect((await get(campaign.id)).campaign.recipientsRemovedAt).toBeNull();
    expect(await remove(world, { pageRows: 2, most: 3 })).toBe(4);
    expect(await left(campaign.id)).toEqual({ recipients: 3, messages: 3 });
    // Nobody is shown a part of them as all.
    expect(await recipients(campaign.id)).toMatchObject({ items: [], total: 0 });
    expect(await remove(world, { pageRows: 2, most: 30 })).toBe(3);
    expect(await left(campaign.id)).toEqual({ recipients: 0, messages: 0 });
  });

  it('stay while their campaign runs, while one is under way, and until the days are over since it left', async () => {
    const runs = await world.campaign({ recipients: 1 });
    await world.drive(world.worker(), runs.recipients[0]!);
    expect(await remove()).toBe(0);

    const ended = await sent(3);
    const [sending, late] = ended.recipients.map(({ deliveryId }) => deliveryId);
    await world.sql(`UPDATE deliveries SET state = 'sending' WHERE id = $1`, [sending]);
    await world.sql(`UPDATE deliveries SET sent_at = now() + interval '40 days' WHERE id = $1`, [late]);
    expect(await remove()).toBe(1);
    expect(await left(ended.id)).toEqual({ recipients: 2, messages: 2 });
    await world.sql(`UPDATE deliveries SET state = 'sent', sent_at = now() WHERE id = ANY($1::uuid[])`, [
      [sending, late],
    ]);
    expect(await remove()).toBe(2);
    expect(await left(runs.id)).toEqual({ recipients: 1, messages: 1 });
  });

  it('stay as long as a segment or a recurring campaign asks for them', async () => {
    const [asked, excluded] = [await sent(), await sent()];
    const { id } = await segments().create(world.tenantId, {
      name: 'Readers',
      filter: { activity: 'received', campaignId: asked.id },
    });
    const series = await insertCampaign(control.db.database.manager, world.tenantId, {
      status: 'scheduled',
      recurrence: { everyMinutes: 60, timeZone: 'UTC' },
      audience: {
        segmentIds: [],
        importIds: [],
        exclude: { listIds: [], segmentIds: [], campaignIds: [excluded.id], phoneNumbers: [] },
      },
    });
    expect(await remove()).toBe(0);
    await segments().remove(world.tenantId, id);
    expect(await remove()).toBe(1);
    await world.sql(`UPDATE campaigns SET status = 'stopped' WHERE id = $1`, [series]);
    expect(await remove()).toBe(1);
    expect((await get(excluded.id)).campaign.recipientsRemovedAt).toBeInstanceOf(Date);
  });
});

describe('a campaign without its recipients', () => {
  let id: string;
  const removed = { kind: 'not_possible', code: 'recipients_removed' };

  beforeEach(async () => {
    ({ id } = await sent());
    await remove();
  });

  it.each([
    [
      'tried again',
      () => control.manager.control.retryFailed(world.tenantId, id),
      /removed at .*retention\.deliveryDays.*Make a new campaign/,
    ],
    [
      'duplicated for those who failed',
      () => control.manager.control.duplicate(world.tenantId, id, { audience: 'failed' }),
      /who is "failed"/,
    ],
    [
      'downloaded',
      () => control.manager.reports.export(world.tenantId, id, { format: 'csv' }),
      /statistics stay/,
    ],
    ['traced', () => control.manager.reports.trace(world.tenantId, id, id), /statistics stay/],
  ])('is not %s', async (_what, ask, message) => {
    await expect(ask()).rejects.toMatchObject({ ...removed, message: expect.stringMatching(message) });
  });

  it('is duplicated from its sources, unless the contacts themselves were named for it', async () => {
    const listIds = [await control.list(world.tenantId, 1)];
    const made = [draft({ listIds }), draft({ contacts: [{ phoneNumber: '+5511987654321' }] })];
    const ids: string[] = [];
    for (const input of made) {
      const { campaign } = await control.manager.create(world.tenantId, input);
      await world.sql(`UPDATE deliveries SET state = 'skipped' WHERE campaign_id = $1`, [campaign.id]);
      await end(campaign.id);
      ids.push(campaign.id);
    }
    expect(await remove()).toBe(2);
    const duplicate = (of: string) => control.manager.control.duplicate(world.tenantId, of, {});
    expect((await get((await duplicate(ids[0]!)).id)).campaign.totalRecipients).toBe(1);
    await expect(duplicate(ids[1]!)).rejects.toMatchObject(removed);
  });

  it('can be named neither by a segment nor by an audience that leaves its recipients out', async () => {
    const filter = { activity: 'read', campaignId: id };
    const message = expect.stringContaining('retention.deliveryDays');
    await expect(segments().create(world.tenantId, { name: 'Late', filter })).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'filter.campaignId', message }],
    });
    const listIds = [await control.list(world.tenantId, 1)];
    await expect(
      control.manager.create(world.tenantId, draft({ listIds, exclude: { campaignIds: [id] } })),
    ).rejects.toMatchObject({ kind: 'invalid', errors: [{ path: 'exclude.campaignIds[0]', message }] });
  });
});

it('campaigns whose recipients are to be removed are found by an index without the others', async () => {
  await world.sql(
    `INSERT INTO campaigns (id, tenant_id, name, status, parts, pool, total_recipients, min_delay, max_delay,
                            completed_at, recipients_gone)
     SELECT gen_random_uuid(), $1, 'x', 'completed', '[]', '{}', 0, 0, 0, now(), true FROM generate_series(1, 5000)`,
    [world.tenantId],
  );
  await sent();
  await world.sql('ANALYZE campaigns');
  const plan = await world.sql<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT id FROM campaigns
     WHERE tenant_id = $1 AND completed_at < now() AND NOT recipients_gone ORDER BY completed_at LIMIT 100`,
    [world.tenantId],
  );
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/campaigns_ended/);
});
