import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sourceKinds } from '../../src/modules/delivery/index.js';
import { isAnyWorkerAlive } from '../../src/modules/workers/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { World } from './world.js';

let db: TestDatabase;
let world: World;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
});

const running = { signal: new AbortController().signal };

async function reasonOf(campaignId: string): Promise<unknown> {
  const [row] = await world.sql('SELECT waiting_reason FROM campaigns WHERE id = $1', [campaignId]);
  return row?.['waiting_reason'];
}

/** A campaign whose only sender rests for a minute. */
async function behindPace(): Promise<{ id: string; run: () => Promise<unknown> }> {
  const { senderId } = await world.sender();
  await world.sql(
    `UPDATE sender_slots SET next_available_at = now() + interval '1 minute' WHERE sender_id = $1`,
    [senderId],
  );
  const { id, recipients } = await world.campaign();
  return { id, run: () => world.worker().handleSend(recipients[0]!, running) };
}

describe('what a campaign is said to wait for', () => {
  it('is the campaign that goes first, when that has the senders', async () => {
    const { id, run } = await behindPace();
    await world.sql('UPDATE campaigns SET preempted = true WHERE id = $1', [id]);
    await run();
    expect(await reasonOf(id)).toBe('preempted');
  });

  it('is not the one that goes first while recipients are served nevertheless', async () => {
    const { id, run } = await behindPace();
    await world.sql('UPDATE campaigns SET preempted = true WHERE id = $1', [id]);
    world.waiting.noteServed({ tenantId: world.tenantId, campaignId: id });
    await run();
    expect(await reasonOf(id)).toBeNull();
  });

  it('is forgotten once senders are there that only keep their pause', async () => {
    const { id, run } = await behindPace();
    await world.sql(`UPDATE campaigns SET waiting_reason = 'no_sender_connected' WHERE id = $1`, [id]);
    await run();
    expect(await reasonOf(id)).toBeNull();
  });
});

describe('a recipient that waits for a sender', () => {
  it('is rendered again only once there is one, which is free again when that fails', async () => {
    const { senderId } = await world.sender();
    const rest = (until: string) =>
      world.sql(
        `UPDATE sender_slots SET next_available_at = now() + interval '${until}' WHERE sender_id = $1`,
        [senderId],
      );
    await rest('1 minute');
    const { recipients } = await world.campaign();
    const [payload] = recipients;
    const worker = world.worker();
    const state = async () => (await world.recipient(payload!.deliveryId)).state;
    expect(await worker.handleSend(payload!, running)).toMatchObject({ kind: 'runAgain' });
    await world.sql('UPDATE deliveries SET name = NULL');
    // Rendering would find that the name is missing.
    expect(await worker.handleSend(payload!, running)).toMatchObject({ kind: 'runAgain' });
    expect(await state()).toBe('queued');
    await rest('-1 minute');
    expect(await worker.handleSend(payload!, running)).toEqual({ kind: 'done' });
    expect(await state()).toBe('failed');
    const [sender] = await world.sql('SELECT day_used FROM sender_slots WHERE sender_id = $1', [senderId]);
    expect(sender).toMatchObject({ day_used: 0 });
  });
});

describe.each(sourceKinds)('a delivery that waits for a sender (%s)', (source) => {
  it('says for what, and until when, and leaves once there is one', async () => {
    const phone = await world.sender({ status: 'disconnected' });
    const { recipients } = await world.deliveries(source);
    const [payload] = recipients;
    expect(await world.worker().handleSend(payload!, running)).toMatchObject({ kind: 'runAgain' });
    const waits = { state: 'queued', wait_reason: 'no_sender_connected', wait_since: expect.any(Date) };
    expect(await world.recipient(payload!.deliveryId)).toMatchObject(waits);
    await world.sql(`UPDATE senders SET status = 'connected' WHERE id = $1`, [phone.senderId]);
    expect(await world.worker().handleSend(payload!, running)).toEqual({ kind: 'done' });
    expect(phone.texts).toEqual(['Hello Ana']);
  });
});

describe('a worker', () => {
  it('counts as alive until it has been silent for too long', async () => {
    const { manager } = db.database;
    await world.sql('DELETE FROM workers');
    expect(await isAnyWorkerAlive(manager, 20_000)).toBe(false);
    await world.workerSeen(30_000);
    expect(await isAnyWorkerAlive(manager, 20_000)).toBe(false);
    await world.workerSeen();
    expect(await isAnyWorkerAlive(manager, 20_000)).toBe(true);
  });
});
