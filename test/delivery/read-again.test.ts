import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DeliveryService } from '../../src/modules/delivery/index.js';
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

/** A campaign with one recipient, whose only sender rests for so long, and a worker that counts what it reads. */
async function resting(ms: number) {
  const session = await world.sender();
  await freeAt(session.senderId, `now() + interval '${ms} milliseconds'`);
  const { id, recipients } = await world.campaign();
  const [job] = recipients;
  if (!job) throw new Error('no recipient');
  const read: string[] = [];
  const delivery: DeliveryService = Object.create(world.delivery);
  delivery.load = (tenantId, deliveryId, lane) => {
    read.push(deliveryId);
    return world.delivery.load(tenantId, deliveryId, lane);
  };
  const worker = world.worker({ delivery });
  return { id, job, session, read, worker, run: () => worker.handleSend(job, running) };
}

function freeAt(senderId: string, at: string): Promise<unknown> {
  return world.sql(`UPDATE sender_slots SET next_available_at = ${at} WHERE sender_id = $1`, [senderId]);
}

it('a recipient whose sender is free within a moment is sent to without being read again', async () => {
  const { job, session, read, run } = await resting(500);
  expect(await run()).toMatchObject({ kind: 'runAgain' });
  await freeAt(session.senderId, 'now()');
  expect(await run()).toEqual({ kind: 'done' });
  expect(read).toEqual([job.deliveryId]);
  expect((await world.recipient(job.deliveryId)).state).toBe('sent');
});

it('one that waits for longer is read again', async () => {
  const { job, session, read, run } = await resting(60_000);
  await run();
  await freeAt(session.senderId, 'now()');
  await run();
  expect(read).toEqual([job.deliveryId, job.deliveryId]);
});

it.each([
  ['its campaign is paused', `UPDATE campaigns SET status = 'paused' WHERE id = $1`],
  ['the person opts out', `UPDATE contacts SET opted_out_at = now() WHERE tenant_id = $1`],
  [
    'the number is suppressed',
    `INSERT INTO suppressions (id, tenant_id, address)
     SELECT gen_random_uuid(), tenant_id, phone FROM deliveries WHERE tenant_id = $1`,
  ],
])('nothing is sent from what was read before when meanwhile %s', async (_, change) => {
  const { id, job, session, worker, run } = await resting(500);
  await run();
  await world.sql(change, [change.includes('campaigns') ? id : world.tenantId]);
  await freeAt(session.senderId, 'now()');
  expect(await run()).toMatchObject({ kind: 'runAgain' });
  expect((await world.recipient(job.deliveryId)).state).toBe('queued');
  expect(await world.drive(worker, job)).toEqual({ kind: 'done' });
  expect(session.handed).toEqual([]);
  expect((await world.recipient(job.deliveryId)).state).not.toBe('sent');
});
