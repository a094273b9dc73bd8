import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import { sourceKinds } from '../../src/modules/delivery/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { accept } from './scripted-session.js';
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

const at = (ms: number): Date => addMs(new Date(), ms);

describe.each(sourceKinds)('sending one recipient (%s)', (source) => {
  it('hands over the personalised text and records the send', async () => {
    const phone = await world.sender();
    const { id, recipients, phones } = await world.deliveries(source);
    const [payload] = recipients as [(typeof recipients)[0]];

    expect(await world.drive(world.worker(), payload)).toEqual({ kind: 'done' });

    expect(phone.handed).toHaveLength(1);
    expect(phone.handed[0]).toMatchObject({
      to: { phone: phones[0] },
      content: { type: 'text', text: 'Hello Ana' },
      reference: { campaignId: id, part: 0 },
    });
    expect(await world.recipient(payload.deliveryId)).toMatchObject({
      state: 'sent',
      next_part: 1,
      sender_id: phone.senderId,
      sent_at: expect.any(Date),
    });
    expect(await world.messages(payload.deliveryId)).toMatchObject([
      { state: 'sent', body: 'Hello Ana', wa_message_id: phone.handed[0]?.waMessageId, direction: 'out' },
    ]);
    const [sender] = await world.sql(
      `SELECT minute_used, (SELECT array_agg(sent) FROM sender_results WHERE sender_ids = ARRAY[sender_id]) AS sent
       FROM sender_slots WHERE sender_id = $1`,
      [phone.senderId],
    );
    expect(sender).toEqual({ minute_used: 1, sent: [[1]] });
  });

  it('records the id of a transport that allocates ids itself', async () => {
    await world.sender({ transport: 'waha' });
    const { recipients, phones } = await world.deliveries(source);
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.messages(recipients[0]!.deliveryId)).toMatchObject([
      { state: 'sent', wa_message_id: `net-${phones[0]}-0` },
    ]);
  });

  it('sends all parts in order through the same sender', async () => {
    const first = await world.sender();
    const second = await world.sender();
    const { recipients } = await world.deliveries(source, { parts: ['one', 'two', 'three'] });
    await world.drive(world.worker(), recipients[0]!);
    const used = [first, second].filter((session) => session.handed.length > 0);
    expect(used).toHaveLength(1);
    expect(used[0]?.texts).toEqual(['one', 'two', 'three']);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent', next_part: 3 });
  });

  it('remembers the sender and prefers it for the next delivery', async () => {
    const sessions = [await world.sender(), await world.sender(), await world.sender()];
    const { recipients, phones } = await world.deliveries(source);
    await world.drive(world.worker(), recipients[0]!);
    const used = sessions.find((session) => session.handed.length > 0);
    // Written behind the outcome: nothing waits for it.
    await waitFor(async () => {
      const saved = await world.sql('SELECT 1 FROM contact_senders WHERE tenant_id = $1', [world.tenantId]);
      return saved.length > 0;
    });
    const next = await world.deliveries(source);
    await world.sql(
      'UPDATE deliveries SET phone = $1, contact_id = (SELECT id FROM contacts WHERE phone = $1 AND tenant_id = $3) WHERE id = $2',
      [phones[0], next.recipients[0]!.deliveryId, world.tenantId],
    );
    await world.drive(world.worker(), next.recipients[0]!);
    expect(used?.handed).toHaveLength(2);
  });
});

describe.each(sourceKinds)('outcomes (%s)', (source) => {
  it('a rejection ends the message and leaves the sender healthy', async () => {
    const phone = await world.sender();
    phone.answer({ kind: 'rejected', code: 'not_on_whatsapp', permanent: true });
    const { recipients } = await world.deliveries(source, { parts: ['one', 'two'] });
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'failed',
      code: 'not_on_whatsapp',
    });
    expect(phone.handed).toHaveLength(1);
    expect(await world.messages(recipients[0]!.deliveryId)).toMatchObject(
      [
        { state: 'failed', code: 'not_on_whatsapp' },
        { state: 'skipped', code: 'not_on_whatsapp' },
      ].slice(0, source === 'campaign' ? 1 : 2),
    );
    const [sender] = await world.sql(
      `SELECT health_score, minute_used, (SELECT count(*)::int FROM sender_results WHERE sender_id = ANY(sender_ids)) AS results
       FROM senders JOIN sender_slots ON sender_id = id WHERE id = $1`,
      [phone.senderId],
    );
    // The second part's slot was given back.
    expect(sender).toEqual({ health_score: 100, minute_used: 1, results: 0 });
  });

  it('a number that a rejection showed not to be on WhatsApp counts as checked', async () => {
    const phone = await world.sender();
    const known = () =>
      world.sql('SELECT line, on_whatsapp FROM number_checks WHERE tenant_id = $1', [world.tenantId]);
    phone.answer({ kind: 'rejected', code: 'invalid_number', permanent: true });
    phone.answer({ kind: 'rejected', code: 'not_on_whatsapp', permanent: true });
    const { recipients } = await world.deliveries(source, { recipients: 2 });
    for (const payload of recipients) await world.drive(world.worker(), payload);
    const rejected = await world.recipient(recipients[1]!.deliveryId);
    const found = await waitFor(async () => ((await known()).length > 0 ? known() : undefined), {
      timeoutMs: 5_000,
      what: 'the number to be noted',
    });
    expect(found).toEqual([{ line: rejected['phone'], on_whatsapp: false }]);
  });

  it('a rate limit of the sender moves the message to another sender at once', async () => {
    const [limited, free] = [await world.sender(), await world.sender()];
    limited.answer({ kind: 'retryLater', code: 'rate_limited', scope: 'sender', at: at(60_000) });
    free.answer(accept);
    const { recipients } = await world.deliveries(source, { recipients: 2 });
    const worker = world.worker();
    await Promise.all(recipients.map((payload) => world.drive(worker, payload)));
    expect(limited.handed).toHaveLength(1);
    expect(free.handed).toHaveLength(2);
    const [sender] = await world.sql(
      'SELECT health_score, next_available_at FROM senders JOIN sender_slots ON sender_id = id WHERE id = $1',
      [limited.senderId],
    );
    expect(sender).toMatchObject({ health_score: 95 });
    expect(Number(sender?.['next_available_at'])).toBeGreaterThan(Date.now() + 30_000);
  });

  it('a rate limit rests the sender although the slots of the parts that wait are given back', async () => {
    const phone = await world.sender();
    await world.sql('UPDATE senders SET quota_per_minute = 3 WHERE id = $1', [phone.senderId]);
    const { recipients } = await world.deliveries(source, { parts: ['one', 'two', 'three'] });
    const until = at(40_000);
    phone.answer({ kind: 'retryLater', code: 'rate_limited', scope: 'sender', at: until });
    await world.drive(world.worker(), recipients[0]!);
    const [sender] = await world.sql(
      'SELECT minute_used, next_available_at FROM sender_slots WHERE sender_id = $1',
      [phone.senderId],
    );
    expect(sender).toEqual({ minute_used: 1, next_available_at: until });
  });

  it('a limit of the contact waits for its time and spares the sender', async () => {
    const phone = await world.sender();
    const until = at(60_000);
    phone.answer({ kind: 'retryLater', code: 'pair_limited', scope: 'contact', at: until });
    const { recipients } = await world.deliveries(source);
    const outcome = await world.drive(world.worker(), recipients[0]!);
    expect(outcome.kind === 'runAgain' && outcome.at >= until).toBe(true);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'queued',
      sender_id: null,
    });
    expect(await world.messages(recipients[0]!.deliveryId)).toMatchObject([
      { state: 'queued', wa_message_id: null },
    ]);
    const [sender] = await world.sql('SELECT health_score FROM senders WHERE id = $1', [phone.senderId]);
    expect(sender).toEqual({ health_score: 100 });
  });

  it('a global limit waits too', async () => {
    const phone = await world.sender();
    phone.answer({ kind: 'retryLater', code: 'unavailable', scope: 'global', at: at(60_000) });
    const { recipients } = await world.deliveries(source);
    expect(await world.drive(world.worker(), recipients[0]!)).toMatchObject({ kind: 'runAgain' });
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'queued' });
  });

  it('gives up on a recipient that is put off again and again', async () => {
    const phone = await world.sender();
    phone.answer(() => ({ kind: 'retryLater', code: 'pair_limited', scope: 'contact', at: new Date() }));
    const { recipients } = await world.deliveries(source);
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'failed',
      code: 'gave_up',
    });
  });

  it('a lost sender loses the message to another one, with a new id', async () => {
    const [lost, other] = [await world.sender(), await world.sender()];
    lost.answer(async () => {
      await world.sql(`UPDATE senders SET status = 'disconnected' WHERE id = $1`, [lost.senderId]);
      return { kind: 'senderLost', code: 'disconnected' };
    });
    const { recipients } = await world.deliveries(source, { senderIds: [lost.senderId, other.senderId] });
    await world.sql('UPDATE sender_slots SET last_used_at = now() WHERE sender_id = $1', [other.senderId]);
    await world.drive(world.worker(), recipients[0]!);
    expect(lost.handed).toHaveLength(1);
    expect(other.handed).toHaveLength(1);
    expect(await world.messages(recipients[0]!.deliveryId)).toMatchObject([
      { state: 'sent', sender_id: other.senderId, wa_message_id: other.handed[0]?.waMessageId },
    ]);
  });

  it('a sequence whose worker died between two parts goes on with the next one, through the same sender', async () => {
    const [first, second] = [await world.sender(), await world.sender()];
    const { recipients } = await world.deliveries(source, { parts: ['one', 'two', 'three'] });
    let rests = 0;
    // Each part rests before and while it types; the third one's process is gone.
    const sleep = async () => {
      rests += 1;
      if (first.handed.length + second.handed.length === 2) throw new Error('The process was killed.');
    };
    const [typing, pause] = [
      { perCharacterMs: 1, minMs: 1, maxMs: 1 },
      { minMs: 1, maxMs: 1 },
    ];
    const dying = world.worker({ sleep, typing, pause });
    await expect(dying.handleSend(recipients[0]!, { signal: new AbortController().signal })).rejects.toThrow(
      'killed',
    );
    expect(rests).toBeGreaterThan(2);
    const [started, other] = first.handed.length > 0 ? [first, second] : [second, first];
    await world.sql('UPDATE sender_slots SET last_used_at = now() WHERE sender_id = $1', [started.senderId]);
    await world.drive(world.worker(), recipients[0]!);
    expect(started.texts).toEqual(['one', 'two', 'three']);
    expect(other.texts).toEqual([]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent', next_part: 3 });
  });

  it('a started sequence waits for its sender, and goes on elsewhere only when that one is gone for good', async () => {
    const [started, other] = [await world.sender(), await world.sender()];
    await world.sql('UPDATE sender_slots SET last_used_at = now() WHERE sender_id = $1', [other.senderId]);
    started.answer(accept, async () => {
      await world.sql(`UPDATE senders SET status = 'disconnected' WHERE id = $1`, [started.senderId]);
      return { kind: 'senderLost', code: 'disconnected' };
    });
    const { recipients } = await world.deliveries(source, { parts: ['one', 'two'] });
    expect(await world.drive(world.worker(), recipients[0]!)).toMatchObject({ kind: 'runAgain' });
    expect(started.texts).toEqual(['one', 'two']);
    expect(other.handed).toHaveLength(0);

    await world.sql(`UPDATE senders SET status = 'banned' WHERE id = $1`, [started.senderId]);
    expect(await world.drive(world.worker(), recipients[0]!)).toEqual({ kind: 'done' });
    expect(other.texts).toEqual(['two']);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent' });
  });

  it('a send without an answer in time is unconfirmed and not repeated', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    phone.answer(() => new Promise(() => undefined));
    const { recipients } = await world.deliveries(source);
    const worker = world.worker({ sendTimeoutMs: 30 });
    expect(await world.drive(worker, recipients[0]!)).toEqual({ kind: 'done' });
    expect(await world.drive(worker, recipients[0]!)).toEqual({ kind: 'done' });
    expect(phone.handed).toHaveLength(1);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'unknown',
      code: 'timeout',
    });
  });

  it('an outcome that cannot be written at first is written a little later', async () => {
    const phone = await world.sender();
    const { recipients } = await world.deliveries(source);
    const { delivery } = world;
    let failuresLeft = 2;
    const worker = world.worker({
      delivery: {
        load: delivery.load.bind(delivery),
        claim: delivery.claim.bind(delivery),
        end: delivery.end.bind(delivery),
        putBack: delivery.putBack.bind(delivery),
        rest: delivery.rest.bind(delivery),
        noteWait: delivery.noteWait.bind(delivery),
        record: (record) =>
          (failuresLeft -= 1) >= 0 ? Promise.reject(new Error('database restarts')) : delivery.record(record),
      },
    });
    await world.drive(worker, recipients[0]!);
    expect(phone.handed).toHaveLength(1);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent' });
  });

  it.each([
    ['failed', 'SELECT $1::uuid'],
    ['unknown', `UPDATE messages SET wa_message_id = 'wa-1' WHERE delivery_id = $1 AND part = 1`],
  ])('a last failure of its job ends it as %s, and skips the parts behind', async (state, interrupted) => {
    const phone = await world.sender();
    phone.answer(accept, { kind: 'retryLater', code: 'unavailable', scope: 'global', at: at(60_000) });
    const { recipients } = await world.deliveries(source, { parts: ['one', 'two', 'three'] });
    const { tenantId, deliveryId } = recipients[0]!;
    await world.drive(world.worker(), recipients[0]!);
    await world.sql(interrupted, [deliveryId]);
    await world.delivery.giveUp(tenantId, deliveryId);
    expect(await world.recipient(deliveryId)).toMatchObject({ state, code: 'internal_error' });
    expect(await world.messages(deliveryId)).toMatchObject(
      [
        { state: 'sent' },
        { state, code: 'internal_error' },
        { state: 'skipped', code: 'internal_error' },
      ].slice(0, source === 'campaign' ? 2 : 3),
    );
  });

  it('a transport that throws leaves the outcome unknown', async () => {
    const phone = await world.senderWithoutIdempotentIds();
    phone.answer(() => Promise.reject(new Error('bug')));
    const { recipients } = await world.deliveries(source);
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'unknown',
      code: 'connection_lost',
    });
  });
});

describe.each(sourceKinds)('many at once (%s)', (source) => {
  it('sends every recipient exactly once and counts as count(*) does', async () => {
    const sessions = await Promise.all([world.sender(), world.sender(), world.senderWithoutIdempotentIds()]);
    sessions[1]?.answer(accept, { kind: 'rejected', code: 'invalid_number', permanent: true }, accept);
    sessions[2]?.answer({ kind: 'unknown', code: 'timeout' }, accept);
    const { id, recipients, phones } = await world.deliveries(source, { recipients: 120 });
    const worker = world.worker();
    await Promise.all(recipients.map((payload) => world.drive(worker, payload)));
    const handed = sessions.flatMap((session) => session.handed.map(({ to }) => to.phone ?? ''));
    expect(handed.toSorted()).toEqual(phones.toSorted());
    const { ledger, counted } = await world.counts(id);
    expect(ledger).toEqual(counted);
  });
});
