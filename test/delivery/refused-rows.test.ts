import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { skipOutsideWindow } from '../../src/modules/campaigns/feeding/hours.repository.js';
import { skipLeftOver, sourceKinds } from '../../src/modules/delivery/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';
import { World } from './world.js';

let db: TestDatabase;
let world: World;
let end: (() => Promise<void>)[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
});
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
});
afterEach(async () => {
  for (const one of end) await one();
  end = [];
});
afterAll(() => db.close());

/** PostgreSQL refuses to change these two of twenty recipients so. */
async function campaign(state: 'pending' | 'queued', refused: (phone: string) => string) {
  const { id, recipients, phones } = await world.campaign({ recipients: 20 });
  await world.sql('UPDATE deliveries SET state = $2 WHERE campaign_id = $1', [id, state]);
  await refuseTwo(phones, refused);
  return { id, recipients };
}

async function refuseTwo(phones: string[], refused: (phone: string) => string): Promise<void> {
  for (const index of [7, 13]) {
    const when = refused(phones[index] ?? '');
    end.push(await refuseRows(db.database.manager, 'deliveries', 'UPDATE', when));
  }
}

/** Twenty direct messages whose time comes, two of which PostgreSQL refuses to change so. */
async function due(refused: (phone: string) => string) {
  const { id, phones } = await world.send({ recipients: 20 });
  await world.sql(
    `UPDATE deliveries SET state = 'pending', claim_epoch = 0, send_at = now() + interval '1 minute' WHERE source_id = $1`,
    [id],
  );
  await refuseTwo(phones, refused);
  return id;
}

function states(sourceId: string): Promise<{ state: string; code: string | null; count: number }[]> {
  return world.sql(
    `SELECT state, code, count(*)::int AS count FROM deliveries WHERE coalesce(source_id, campaign_id) = $1
     GROUP BY state, code ORDER BY count DESC, state`,
    [sourceId],
  );
}

const intoSkipped = (phone: string) => `NEW.phone = '${phone}' AND NEW.state = 'skipped'`;
const intoQueued = (phone: string) => `NEW.phone = '${phone}' AND NEW.state = 'queued'`;
const anything = (phone: string) => `NEW.phone = '${phone}'`;

describe('a row that PostgreSQL refuses to change keeps no others waiting', () => {
  it('as a campaign is stopped: it ends as failed', async () => {
    const { id } = await campaign('queued', intoSkipped);
    await world.sql(`UPDATE campaigns SET status = 'stopped' WHERE id = $1`, [id]);
    expect(await skipLeftOver(db.database.manager, id)).toEqual({ ended: 20, left: [] });
    expect(await states(id)).toEqual([
      { state: 'skipped', code: 'campaign_stopped', count: 18 },
      { state: 'failed', code: 'internal_error', count: 2 },
    ]);
  });

  it('as a campaign is stopped, and it cannot be ended in any way: it is told', async () => {
    const { id, recipients } = await campaign('pending', anything);
    await world.sql(`UPDATE campaigns SET status = 'stopped' WHERE id = $1`, [id]);
    const { ended, left } = await skipLeftOver(db.database.manager, id);
    expect(ended).toBe(18);
    expect(left.map(({ item }) => item).toSorted()).toEqual(
      [recipients[7], recipients[13]].map((one) => one?.deliveryId ?? '').toSorted(),
    );
  });

  it('as its sending hours are over', async () => {
    const { id } = await campaign('pending', intoSkipped);
    expect(await skipOutsideWindow(db.database.manager, id)).toEqual({ ended: 20, left: [] });
    expect(await states(id)).toEqual([
      { state: 'skipped', code: 'outside_window_expired', count: 18 },
      { state: 'failed', code: 'internal_error', count: 2 },
    ]);
  });

  it('as scheduled messages come due: it ends as failed, with what it was to say', async () => {
    const id = await due(intoQueued);
    expect(await world.reconcile().run()).toMatchObject({ offered: 18 });
    expect(world.enqueued).toHaveLength(18);
    expect(await states(id)).toEqual([
      { state: 'queued', code: null, count: 18 },
      { state: 'failed', code: 'internal_error', count: 2 },
    ]);
    const ofFailed = await world.sql(
      `SELECT DISTINCT m.state, m.code FROM messages m JOIN deliveries r ON r.id = m.delivery_id
       WHERE r.source_id = $1 AND r.state = 'failed'`,
      [id],
    );
    expect(ofFailed).toEqual([{ state: 'failed', code: 'internal_error' }]);
  });

  it('as scheduled messages come due, and it cannot be ended in any way: it waits', async () => {
    const id = await due(anything);
    expect(await world.reconcile().run()).toMatchObject({ offered: 18 });
    expect(await states(id)).toEqual([
      { state: 'queued', code: null, count: 18 },
      { state: 'pending', code: null, count: 2 },
    ]);
  });

  it('as messages without a campaign are claimed together: its job fails, and for the last time ends it', async () => {
    const { id, recipients, phones } = await world.send({ recipients: 20, parts: ['one', 'two'] });
    const phone = await world.sender();
    await refuseTwo(phones, (one) => `NEW.phone = '${one}' AND NEW.state = 'sending'`);
    const worker = world.worker();
    const runs = await Promise.allSettled(recipients.map((payload) => world.drive(worker, payload, 30_000)));
    const failed = recipients.filter((_, index) => runs[index]?.status === 'rejected');
    expect(failed).toEqual([recipients[7], recipients[13]]);
    for (const { tenantId, deliveryId } of failed) await world.delivery.giveUp(tenantId, deliveryId);
    expect(await states(id)).toEqual([
      { state: 'sent', code: null, count: 18 },
      { state: 'failed', code: 'internal_error', count: 2 },
    ]);
    expect(phone.handed).toHaveLength(36);
    expect(await world.messages(failed[0]!.deliveryId)).toMatchObject([
      { state: 'failed', code: 'internal_error' },
      { state: 'skipped', code: 'internal_error' },
    ]);
  });

  it.each(sourceKinds)(
    'as jobs of queued deliveries are queued again: it gets one, too (%s)',
    async (source) => {
      const { recipients, phones } = await world.deliveries(source, { recipients: 20 });
      await refuseTwo(phones, anything);
      const report = await world.reconcile({ queuedMs: 0 }).run();
      const mine = new Set(recipients.map(({ deliveryId }) => deliveryId));
      const offered = world.enqueued.map(({ payload }) => payload.deliveryId).filter((id) => mine.has(id));
      expect(offered.toSorted()).toEqual([...mine].toSorted());
      expect(report.offered).toBeGreaterThanOrEqual(20);
    },
  );
});
