import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../src/lib/logger.js';
import { sourceKinds, type SourceKind } from '../../src/modules/delivery/index.js';
import { createReconcileHandler } from '../../src/worker/handlers/reconcile.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';
import { accept, type ScriptedSession } from './scripted-session.js';
import { jobOf, World } from './world.js';

let db: TestDatabase;
let world: World;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
  await world.workerSeen();
});

interface Killed {
  transport?: 'simulator' | 'waha';
  parts?: string[];
}

/** A worker that hands the message over and is killed before it can write down what came of it. */
async function killedAfterHandOverOf(
  source: SourceKind,
  options: Killed = {},
): Promise<{
  phone: ScriptedSession;
  payload: Awaited<ReturnType<World['campaign']>>['recipients'][0];
  sourceId: string;
}> {
  const phone = await world.sender(options.transport ? { transport: options.transport } : {});
  const { id, recipients } = await world.deliveries(source, options.parts ? { parts: options.parts } : {});
  const payload = recipients[0]!;
  const record = (): Promise<never> => new Promise(() => undefined);
  const { delivery } = world;
  const worker = world.worker({
    delivery: {
      load: delivery.load.bind(delivery),
      claim: delivery.claim.bind(delivery),
      end: delivery.end.bind(delivery),
      putBack: delivery.putBack.bind(delivery),
      rest: delivery.rest.bind(delivery),
      noteWait: delivery.noteWait.bind(delivery),
      record,
    },
  });
  const handed = new Promise<void>((resolve) => {
    phone.answer((message) => {
      resolve();
      return accept(message);
    }, accept);
  });
  void worker.handleSend(payload, { signal: new AbortController().signal });
  await handed;
  expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sending' });
  return { phone, payload, sourceId: id };
}

const age = (deliveryId: string): Promise<unknown> =>
  Promise.all([
    world.sql(`UPDATE deliveries SET updated_at = now() - interval '1 hour' WHERE id = $1`, [deliveryId]),
    world.sql(`UPDATE messages SET updated_at = now() - interval '1 hour' WHERE delivery_id = $1`, [
      deliveryId,
    ]),
  ]);

describe.each(sourceKinds)('after a crash between hand-over and record (%s)', (source) => {
  const killedAfterHandOver = (options?: Killed) => killedAfterHandOverOf(source, options);

  it('a transport with idempotent ids gets the same message with the same id from the same sender again', async () => {
    const { phone, payload, sourceId } = await killedAfterHandOver();
    const other = await world.sender();
    await age(payload.deliveryId);
    expect(await world.reconcile().run()).toMatchObject({ resent: 1, unknown: 0 });
    // Queued with epoch 1, claimed with 2: the job of the dead worker cannot stand in the way of the new one.
    expect(world.enqueued).toEqual([
      { job: 'message.send', payload: jobOf(payload), id: `send-${payload.deliveryId}-3` },
    ]);

    await world.drive(world.worker(), payload);
    expect(phone.handed).toHaveLength(2);
    expect(new Set(phone.handed.map((message) => message.waMessageId)).size).toBe(1);
    expect(phone.texts).toEqual(['Hello Ana', 'Hello Ana']);
    expect(other.handed).toHaveLength(0);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent' });
    const { ledger, counted } = await world.counts(sourceId);
    expect(ledger).toEqual(counted);
  });

  it('a transport without them leaves the outcome unknown', async () => {
    const { phone, payload } = await killedAfterHandOver({ transport: 'waha' });
    await age(payload.deliveryId);
    expect(await world.reconcile().run()).toMatchObject({ resent: 0, unknown: 1 });
    expect(await world.recipient(payload.deliveryId)).toMatchObject({
      state: 'unknown',
      code: 'worker_lost',
    });
    await world.drive(world.worker(), payload);
    expect(phone.handed).toHaveLength(1);
  });

  it('a receipt that came meanwhile settles it without a second send', async () => {
    const { phone, payload } = await killedAfterHandOver();
    const waMessageId = phone.handed[0]?.waMessageId ?? '';
    const at = new Date().toISOString();
    await world.receipts.apply(world.tenantId, phone.senderId, [{ waMessageId, status: 'delivered', at }]);
    await age(payload.deliveryId);
    expect(await world.reconcile().run()).toMatchObject({ resent: 0, unknown: 0, settled: 1 });
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'delivered', next_part: 1 });
  });

  it('a receipt that comes while the resend waits makes the resend needless', async () => {
    const { phone, payload } = await killedAfterHandOver({ parts: ['one', 'two'] });
    await age(payload.deliveryId);
    await world.reconcile().run();
    const waMessageId = phone.handed[0]?.waMessageId ?? '';
    const at = new Date().toISOString();
    await world.receipts.apply(world.tenantId, phone.senderId, [{ waMessageId, status: 'server', at }]);
    await world.drive(world.worker(), payload);
    expect(phone.texts).toEqual(['one', 'two']);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent', next_part: 2 });
  });

  it('with the sender gone for good no other sender resends it', async () => {
    const { phone, payload } = await killedAfterHandOver();
    const other = await world.sender();
    await age(payload.deliveryId);
    await world.reconcile().run();
    await world.sql(`UPDATE senders SET status = 'banned' WHERE id = $1`, [phone.senderId]);
    await world.drive(world.worker(), payload);
    expect(other.handed).toHaveLength(0);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({
      state: 'unknown',
      code: 'sender_lost',
    });
    expect(await world.messages(payload.deliveryId)).toMatchObject([{ state: 'unknown' }]);
  });

  it('a resend that bounces keeps its id and its sender: the first copy may have arrived', async () => {
    const { phone, payload } = await killedAfterHandOver();
    const other = await world.sender();
    await age(payload.deliveryId);
    await world.reconcile().run();
    phone.answer(
      { kind: 'senderLost', code: 'disconnected' },
      () => ({ kind: 'retryLater', code: 'rate_limited', scope: 'sender', at: new Date() }),
      accept,
    );
    phone.skip();
    await world.drive(world.worker(), payload);
    expect(phone.handed).toHaveLength(4);
    expect(new Set(phone.handed.map((message) => message.waMessageId)).size).toBe(1);
    expect(other.handed).toHaveLength(0);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent' });
  });

  it('the old worker, waking up late, writes nothing', async () => {
    const { payload, sourceId } = await killedAfterHandOver();
    const [message] = await world.messages(payload.deliveryId);
    const recipient = await world.recipient(payload.deliveryId);
    await age(payload.deliveryId);
    await world.reconcile().run();
    const late = await world.delivery.record({
      tenantId: world.tenantId,
      source,
      sourceId,
      deliveryId: payload.deliveryId,
      contactId: String(recipient['contact_id']),
      messageId: String(message?.['id']),
      claimEpoch: Number(recipient['claim_epoch']),
      senderId: String(recipient['sender_id']),
      lastPart: true,
      isResend: false,
      settlement: { kind: 'failed', code: 'not_on_whatsapp' },
    });
    expect(late).toEqual({ kind: 'fenced' });
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'queued' });
  });

  it.each([
    ['signed off', () => world.sql('DELETE FROM workers WHERE id = $1', [world.workerId])],
    ['fell silent', () => world.workerSeen(30_000)],
  ])('a claim of a worker that %s is resolved at once, however young', async (_how, vanish) => {
    const { phone, payload } = await killedAfterHandOver();
    await vanish();
    expect(await world.reconcile().run()).toMatchObject({ resent: 1 });
    await world.drive(world.worker(), payload);
    expect(new Set(phone.handed.map((message) => message.waMessageId)).size).toBe(1);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent' });
  });

  it('a message whose outcome is lost every time is not sent for ever', async () => {
    const { payload } = await killedAfterHandOver();
    const lost = { at: new Date().toISOString(), senderId: 's', outcome: 'requeued', code: 'worker_lost' };
    await world.sql('UPDATE messages SET attempts = $2 WHERE delivery_id = $1', [
      payload.deliveryId,
      JSON.stringify(Array.from({ length: 10 }, () => lost)),
    ]);
    await age(payload.deliveryId);
    expect(await world.reconcile().run()).toMatchObject({ resent: 0, unknown: 1 });
    expect(await world.recipient(payload.deliveryId)).toMatchObject({
      state: 'unknown',
      code: 'worker_lost',
    });
  });

  it('one that cannot be resolved is left unknown, and the others are resolved', async () => {
    const first = await killedAfterHandOver({ parts: ['one', 'two'] });
    const second = await killedAfterHandOver();
    for (const { payload } of [first, second]) await age(payload.deliveryId);
    const { deliveryId } = first.payload;
    const endFault = await refuseRows(
      world.database.manager,
      'deliveries',
      'UPDATE',
      `NEW.id = '${deliveryId}' AND NEW.state = 'queued'`,
    );
    expect(await world.reconcile().run()).toMatchObject({ resent: 1 });
    await endFault();
    expect(await world.recipient(deliveryId)).toMatchObject({ state: 'unknown', code: 'internal_error' });
    expect(await world.messages(deliveryId)).toMatchObject(
      [
        { state: 'unknown', code: 'internal_error' },
        { state: 'skipped', code: 'internal_error' },
      ].slice(0, source === 'campaign' ? 1 : 2),
    );
    expect(world.enqueued.map(({ payload }) => payload)).toEqual([jobOf(second.payload)]);
    const { ledger, counted } = await world.counts(first.sourceId);
    expect(ledger).toEqual(counted);
  });

  it('a claim that is still young is left alone', async () => {
    const { payload } = await killedAfterHandOver();
    expect(await world.reconcile().run()).toMatchObject({ resent: 0, unknown: 0, settled: 0 });
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sending' });
  });
});

describe('after the queue was lost', () => {
  it.each(sourceKinds)(
    'long queued deliveries get their jobs again, each once per interval (%s)',
    async (source) => {
      await world.sender();
      const { recipients } = await world.deliveries(source, { recipients: 150 });
      await world.sql(`UPDATE deliveries SET updated_at = now() - interval '1 hour' WHERE tenant_id = $1`, [
        world.tenantId,
      ]);
      const reconcile = world.reconcile();
      expect(await reconcile.run()).toMatchObject({ offered: 150 });
      expect(await reconcile.run()).toMatchObject({ offered: 0 });
      expect(world.enqueued.map(({ id }) => String(id)).toSorted()).toEqual(
        recipients.map(({ deliveryId }) => `send-${deliveryId}-1`).toSorted(),
      );
    },
  );

  it('gives every queued recipient a job at once when the queue is known to be lost', async () => {
    const { recipients } = await world.campaign({ recipients: 250 });
    await world.sql(`UPDATE deliveries SET state = 'pending' WHERE id = $1`, [recipients[0]!.deliveryId]);
    const other = await world.campaign({ recipients: 5 });
    const direct = await world.send({ recipients: 2 });
    await world.sql(`UPDATE campaigns SET status = 'completed' WHERE id = $1`, [other.id]);
    await world.reconcile().offerAllQueued();
    const offered = world.enqueued.filter(({ payload }) => payload.tenantId === world.tenantId);
    const wanted = [...recipients.slice(1), ...direct.recipients].map(({ deliveryId }) => deliveryId);
    expect(offered.map(({ payload }) => payload.deliveryId).toSorted()).toEqual(wanted.toSorted());
  });

  it('one broken step of the maintenance does not keep the others from running', async () => {
    const { recipients } = await world.campaign();
    await age(recipients[0]!.deliveryId);
    const handle = createReconcileHandler({
      reconcile: world.reconcile(),
      rewakeRunningCampaigns: () => Promise.reject(new Error('queue away')),
      resumeImports: () => Promise.reject(new Error('queue away')),
      removeAbandonedMedia: () => Promise.reject(new Error('store away')),
      logger: createLogger('silent'),
    });
    expect(await handle({}, { signal: new AbortController().signal })).toEqual({ kind: 'done' });
    expect(world.enqueued).toHaveLength(1);
  });
});
