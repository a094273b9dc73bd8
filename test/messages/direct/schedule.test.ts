import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { sendMessage } from '../../../src/modules/delivery/index.js';
import type { PayloadOf } from '../../../src/queue/job.js';
import { newId } from '../../../src/lib/ids.js';
import type { CampaignMedia } from '../../../src/modules/content/index.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DirectWorld } from './world.js';
import { receive } from '../../support/inbound.js';

let db: TestDatabase;
let world: DirectWorld;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = await DirectWorld.create(db);
});

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const MINUTE = 60_000;

/** Moves everything that is scheduled so far into the past. */
const timePasses = async (ms: number) => {
  for (const [table, column] of [
    ['deliveries', 'send_at'],
    ['messages', 'send_at'],
    ['deliveries', 'updated_at'],
  ]) {
    await world.sql(
      `UPDATE ${table} SET ${column} = ${column} - make_interval(secs => $2::float8 / 1000) WHERE tenant_id = $1`,
      [world.tenantId, ms],
    );
  }
};
const reconcile = async () => {
  world.world.enqueued.splice(0);
  await world.world.reconcile({ queuedMs: 2 * MINUTE }).run();
  return world.offered;
};

describe('a scheduled message', () => {
  it('uses its file until its time', async () => {
    const used: (Date | undefined)[] = [];
    const file = { id: newId(), mimeType: 'image/png', sizeBytes: 70 };
    const media: CampaignMedia = {
      requestBytes: 0,
      find: async () => file,
      fetch: async () => file,
      lockFiles: async (_tx, _tenantId, ids, until) => {
        used.push(until);
        return new Set(ids);
      },
    };
    world = await DirectWorld.create(db, { media });
    await world.world.sender();
    const [sooner, later] = [inMs(MINUTE), inMs(2 * MINUTE)];
    const image = { type: 'image' as const, mediaId: file.id };
    const message = (sendAt?: string) => ({ ...image, to: world.phone(), ...(sendAt ? { sendAt } : {}) });
    await world.sendBulk({ messages: [message(later), message(sooner), message()] });
    await world.send({ ...image, content: undefined });
    expect(used).toEqual([new Date(later), undefined]);
  });

  it('waits for its time in the queue when that is soon', async () => {
    await world.world.sender();
    const sendAt = inMs(2 * MINUTE);
    const accepted = await world.send({ sendAt });
    expect(accepted).toMatchObject({ state: 'pending', sendAt: new Date(sendAt) });
    expect(await world.shown(accepted.id)).toMatchObject({ state: 'pending', sendAt });
    const [job] = world.queue.jobs;
    expect(job?.options.delayMs).toBeGreaterThan(MINUTE);
    expect(job?.options.delayMs).toBeLessThanOrEqual(2 * MINUTE);
  });

  it('waits in the database when it is not, and gets its job shortly before', async () => {
    const phone = await world.world.sender();
    const { id } = await world.send({ sendAt: inMs(60 * MINUTE) });
    expect(world.queue.jobs).toEqual([]);
    expect(await reconcile()).toEqual([]);

    await timePasses(56 * MINUTE);
    const [offered] = await reconcile();
    expect(offered).toBeDefined();
    await world.world.drive(world.world.worker(), offered!.payload);
    expect(phone.handed).toEqual([]);

    await timePasses(4 * MINUTE);
    await world.world.drive(world.world.worker(), offered!.payload);
    expect(phone.handed).toHaveLength(1);
    expect(await world.shown(id)).toMatchObject({ state: 'sent' });
  });

  it('leaves at its time although the queue was lost', async () => {
    const phone = await world.world.sender();
    await world.send({ sendAt: inMs(3 * MINUTE) });
    world.queue.jobs.splice(0);
    await world.world.reconcile().offerAllQueued();
    const [offered] = world.offered;
    const early = await world.world.worker().handleSend(offered!.payload, {
      signal: new AbortController().signal,
    });
    expect(early).toMatchObject({ kind: 'runAgain' });
    const rest = early.kind === 'runAgain' ? early.at.getTime() - Date.now() : 0;
    expect(rest).toBeGreaterThan(2 * MINUTE);
    expect(rest).toBeLessThanOrEqual(3 * MINUTE);
    expect(phone.handed).toEqual([]);
  });

  it('is not sent to a recipient who opted out meanwhile', async () => {
    const phone = await world.world.sender();
    const to = world.phone();
    const { id } = await world.send({ to, sendAt: inMs(2 * MINUTE) });
    await world.world.contacts.optOut(db.database.manager, world.tenantId, to, 'keyword');
    await world.work();
    expect(phone.handed).toEqual([]);
    expect(await world.shown(id)).toMatchObject({ state: 'skipped', code: 'opted_out' });
  });
});

describe('cancelling', () => {
  it('takes a message back that waits, for a sender or for its time', async () => {
    const phone = await world.world.sender();
    const ids = [(await world.send({})).id, (await world.send({ sendAt: inMs(MINUTE) })).id];
    for (const id of ids) await world.direct.cancel(world.tenantId, id);
    await world.work();
    expect(phone.handed).toEqual([]);
    for (const id of ids) {
      expect(await world.shown(id)).toMatchObject({ state: 'skipped', code: 'cancelled' });
      await expect(world.direct.cancel(world.tenantId, id)).rejects.toMatchObject({
        kind: 'conflict',
        code: 'message_skipped',
      });
    }
  });

  it('is refused once it was handed over, naming the state', async () => {
    await world.world.sender();
    const { id } = await world.send({});
    await world.work();
    await expect(world.direct.cancel(world.tenantId, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'message_sent',
      message: expect.stringContaining('is sent'),
    });
    expect(await world.shown(id)).toMatchObject({ state: 'sent' });
  });

  it('is refused when an interrupted hand-over may have got through', async () => {
    const phone = await world.world.sender();
    const { id } = await world.send({});
    await world.sql(`UPDATE messages SET wa_message_id = 'wa-1', sender_id = $2 WHERE id = $1`, [
      id,
      phone.senderId,
    ]);
    await expect(world.direct.cancel(world.tenantId, id)).rejects.toMatchObject({ code: 'message_sending' });
  });

  it('and a claim at the same moment: exactly one of them wins', async () => {
    const phone = await world.world.sender();
    let cancelled = 0;
    const rounds = 12;
    for (let round = 0; round < rounds; round += 1) {
      const { id } = await world.send({});
      const [job] = world.queue.jobs.splice(0);
      const payload = job?.payload as PayloadOf<typeof sendMessage>;
      const sent = phone.handed.length;
      const outcome = world.direct.cancel(world.tenantId, id).then(
        () => true,
        () => false,
      );
      await world.world.drive(world.world.worker(), payload);
      const won = await outcome;
      if (won) cancelled += 1;
      expect(phone.handed.length - sent).toBe(won ? 0 : 1);
      expect((await world.shown(id)).state).toBe(won ? 'skipped' : 'sent');
    }
    expect(cancelled).toBeLessThanOrEqual(rounds);
  });

  it('is not for messages of campaigns, nor for those that came in, nor for those of other tenants', async () => {
    const phone = await world.world.sender();
    const campaign = await world.world.campaign();
    await world.world.drive(world.world.worker(), campaign.recipients[0]!);
    await receive(world.world.inbound, world.tenantId, phone.senderId, [
      { waMessageId: 'in-1', from: campaign.phones[0]!, text: 'hi', at: new Date().toISOString() },
    ]);
    const { items } = await world.messages.list(world.tenantId, {}, { limit: 10 });
    const codes = { in: 'message_received', own: 'message_received', out: 'message_of_campaign' };
    for (const { id, direction } of items) {
      await expect(world.direct.cancel(world.tenantId, id)).rejects.toMatchObject({ code: codes[direction] });
    }
    const { id } = await world.send({});
    const stranger = await db.createTenant();
    await expect(world.direct.cancel(stranger, id)).rejects.toMatchObject({ code: 'message_not_found' });
    expect(await world.shown(id)).toMatchObject({ state: 'queued' });
  });
});
