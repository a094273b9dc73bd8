import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { accept, type ScriptedSession } from './scripted-session.js';
import { jobOf, World } from './world.js';
import { sourceKinds } from '../../src/modules/delivery/index.js';

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

const timedOut = { kind: 'unknown', code: 'timeout' } as const;
const graceMs = 60_000;

/** Half a day later, as far as the message's grace is concerned. */
const graceIsOver = (deliveryId: string): Promise<unknown> =>
  world.sql(
    `UPDATE messages SET attempts = (
       SELECT jsonb_agg(CASE WHEN a ? 'until' THEN jsonb_set(a, '{until}', to_jsonb(now() - interval '12 hours')) ELSE a END)
       FROM jsonb_array_elements(attempts) a)
     WHERE delivery_id = $1 AND attempts <> '[]'`,
    [deliveryId],
  );

const worker = () => world.worker({ resendGraceMs: graceMs });
const attempts = async (deliveryId: string) =>
  (await world.messages(deliveryId)).map((message) =>
    (message['attempts'] as { outcome: string; code: string }[]).map(({ outcome, code }) => [outcome, code]),
  );

describe('a campaign that resends unconfirmed sends', () => {
  async function timeOut(options: { parts?: string[] } = {}) {
    const phone = await world.sender({ transport: 'waha' });
    phone.answer(timedOut);
    const campaign = await world.campaign({ onUnknown: 'resend', ...options });
    const payload = campaign.recipients[0]!;
    const rests = await world.drive(worker(), payload);
    return { phone, payload, campaign, rests };
  }

  it('waits for a late receipt first, however often the job comes', async () => {
    const { phone, payload, rests } = await timeOut();
    expect(rests).toMatchObject({ kind: 'runAgain' });
    expect(await world.drive(worker(), payload)).toMatchObject({ kind: 'runAgain' });
    expect(phone.handed).toHaveLength(1);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'queued', next_part: 0 });
    expect(await attempts(payload.deliveryId)).toEqual([[['resend', 'timeout']]]);
  });

  it('sends it again as it was when none came, twice at most, and then leaves it', async () => {
    const { phone, payload, campaign } = await timeOut();
    await world.sql('UPDATE campaigns SET parts = $2 WHERE id = $1', [
      campaign.id,
      JSON.stringify([{ type: 'text', content: 'Something else' }]),
    ]);
    for (let round = 0; round < 4; round += 1) {
      await graceIsOver(payload.deliveryId);
      await world.drive(worker(), payload);
    }
    expect(phone.texts).toEqual(['Hello Ana', 'Hello Ana', 'Hello Ana']);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'unknown', code: 'timeout' });
    const { ledger, counted } = await world.counts(campaign.id);
    expect(ledger).toEqual(counted);
  });

  it('goes on with the next part once the second copy was taken', async () => {
    const { phone, payload } = await timeOut({ parts: ['one', 'two'] });
    phone.skip();
    phone.answer(accept);
    await graceIsOver(payload.deliveryId);
    expect(await world.drive(worker(), payload)).toEqual({ kind: 'done' });
    expect(phone.texts).toEqual(['one', 'one', 'two']);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent', next_part: 2 });
  });

  it('sends no second copy after a receipt in the meantime', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    phone.answer(timedOut, accept);
    const { recipients } = await world.campaign({ onUnknown: 'resend' });
    const payload = recipients[0]!;
    await world.drive(worker(), payload);
    const waMessageId = phone.handed[0]?.waMessageId ?? '';
    const at = new Date().toISOString();
    await world.receipts.apply(world.tenantId, phone.senderId, [{ waMessageId, status: 'delivered', at }]);
    await graceIsOver(payload.deliveryId);
    await world.drive(worker(), payload);
    expect(phone.handed).toHaveLength(1);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'delivered' });
  });

  it('takes another sender when the first one is gone, with an id of its own', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    phone.answer(timedOut);
    const { recipients } = await world.campaign({ onUnknown: 'resend' });
    await world.drive(worker(), recipients[0]!);
    const other = await world.senderWithoutIdempotentIds();
    await world.sql(`UPDATE senders SET status = 'banned' WHERE id = $1`, [phone.senderId]);
    await graceIsOver(recipients[0]!.deliveryId);
    await world.drive(worker(), recipients[0]!);
    expect(other.handed).toHaveLength(1);
    expect(other.handed[0]?.waMessageId).not.toBe(phone.handed[0]?.waMessageId);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent' });
  });

  it('stays with the first sender, and its id, while that one is there', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    phone.answer(timedOut, accept);
    const { recipients } = await world.campaign({ onUnknown: 'resend' });
    await world.drive(worker(), recipients[0]!);
    const other = await world.senderWithoutIdempotentIds();
    await graceIsOver(recipients[0]!.deliveryId);
    await world.drive(worker(), recipients[0]!);
    expect(other.handed).toHaveLength(0);
    expect(new Set(phone.handed.map(({ waMessageId }) => waMessageId)).size).toBe(1);
  });

  it.each([
    [
      'campaign_stopped',
      (id: string) => world.sql(`UPDATE campaigns SET status = 'stopped' WHERE id = $1`, [id]),
    ],
    ['timeout', (id: string) => world.sql(`UPDATE campaigns SET on_unknown = 'leave' WHERE id = $1`, [id])],
  ])('calls it unknown, not skipped, when it must not go out again after all (%s)', async (code, change) => {
    const { phone, payload, campaign } = await timeOut();
    await change(campaign.id);
    await graceIsOver(payload.deliveryId);
    await world.drive(worker(), payload);
    expect(phone.handed).toHaveLength(1);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'unknown', code });
    expect(await world.messages(payload.deliveryId)).toMatchObject([{ state: 'unknown' }]);
  });

  it('does so for a hand-over whose worker died, too, after the grace', async () => {
    const { phone, payload, wakeUp } = await dyingWorker();
    expect(await world.reconcile().run()).toMatchObject({ risked: 1, unknown: 0, resent: 0 });
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'queued' });
    // Queued with epoch 1, claimed with 2: a job of its own.
    expect(world.enqueued).toEqual([
      { job: 'message.send', payload: jobOf(payload), id: `send-${payload.deliveryId}-2` },
    ]);
    expect(await world.drive(worker(), payload)).toMatchObject({ kind: 'runAgain' });
    expect(phone.handed).toHaveLength(1);
    await graceIsOver(payload.deliveryId);
    await world.drive(worker(), payload);
    expect(phone.handed).toHaveLength(2);
    await wakeUp();
    expect(phone.handed).toHaveLength(2);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent' });
  });

  it('believes a worker that was only frozen, and sends nothing again', async () => {
    const { phone, payload, wakeUp } = await dyingWorker();
    await world.reconcile().run();
    await wakeUp();
    await graceIsOver(payload.deliveryId);
    await world.drive(worker(), payload);
    expect(phone.handed).toHaveLength(1);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent' });
  });

  /** Hands over, and does not get round to writing down what came of it until it wakes up. */
  async function dyingWorker() {
    const phone = await world.sender({ transport: 'waha' });
    const { recipients } = await world.campaign({ onUnknown: 'resend' });
    const payload = recipients[0]!;
    let answer = (): void => undefined;
    const handed = new Promise<void>((resolve) => {
      phone.answer(async (message) => {
        resolve();
        await new Promise<void>((wake) => {
          answer = wake;
        });
        return accept(message);
      }, accept);
    });
    const run = world.drive(world.worker(), payload);
    await handed;
    await world.sql('DELETE FROM workers WHERE id = $1', [world.workerId]);
    const wakeUp = () => {
      answer();
      return run;
    };
    return { phone, payload, wakeUp };
  }
});

describe('where a second message of the same id cannot arrive', () => {
  const bothSenders = async (): Promise<[ScriptedSession, ScriptedSession]> => {
    const phone = await world.sender();
    phone.answer(timedOut, accept);
    return [phone, await world.sender()];
  };

  it.each(['leave', 'resend'] as const)(
    'a time-out is asked again, by the same sender with the same id (%s)',
    async (onUnknown) => {
      const [phone, other] = await bothSenders();
      const { id, recipients } = await world.campaign({
        onUnknown,
        senderIds: [phone.senderId, other.senderId],
      });
      const payload = recipients[0]!;
      await world.drive(worker(), payload, 10_000);
      const all = [...phone.handed, ...other.handed];
      expect(all.map(({ to }) => to)).toHaveLength(phone.handed.length === 0 ? 1 : 2);
      expect(new Set(all.map(({ waMessageId }) => waMessageId)).size).toBe(1);
      expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'sent' });
      const { ledger, counted } = await world.counts(id);
      expect(ledger).toEqual(counted);
    },
  );

  it('a time-out of what no campaign sends is asked again, too', async () => {
    const [phone, other] = await bothSenders();
    const { recipients } = await world.send({ senderIds: [phone.senderId] });
    await world.drive(world.worker(), recipients[0]!, 10_000);
    expect(phone.handed).toHaveLength(2);
    expect(phone.handed[1]).toEqual(phone.handed[0]);
    expect(other.handed).toEqual([]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent' });
  });

  it.each(sourceKinds)('what stays unknown after many tries is left so (%s)', async (source) => {
    const phone = await world.sender();
    phone.answer(timedOut);
    const { recipients } = await world.deliveries(source);
    const payload = recipients[0]!;
    await world.drive(worker(), payload, 0);
    await world.sql(
      `UPDATE messages SET attempts = (SELECT jsonb_agg(first.attempt)
         FROM (SELECT attempts -> 0 AS attempt FROM messages WHERE delivery_id = $1) first, generate_series(1, 10))
       WHERE delivery_id = $1`,
      [payload.deliveryId],
    );
    await world.drive(worker(), payload);
    expect(phone.handed).toHaveLength(2);
    expect(await world.recipient(payload.deliveryId)).toMatchObject({ state: 'unknown', code: 'timeout' });
  });
});
