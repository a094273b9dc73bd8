import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import { sourceKinds, type SourceKind } from '../../src/modules/delivery/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { accept } from './scripted-session.js';
import { World } from './world.js';
import { insertNumberCheck, insertSuppressions } from '../support/rows.js';

let db: TestDatabase;
let world: World;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
});

/** How a delivery to a number ends that a recent check did not find on WhatsApp. */
const unregistered: Record<SourceKind, { state: string; code: string | null }> = {
  campaign: { state: 'skipped', code: 'not_on_whatsapp' },
  direct: { state: 'sent', code: null },
  test: { state: 'sent', code: null },
};

const at = (ms: number): Date => addMs(new Date(), ms);

describe.each(sourceKinds)('sending one recipient (%s)', (source) => {
  it('hands over the personalised text and records the send', async () => {
    const phone = await world.sender();
    const { id, recipients, phones } = await world.deliveries(source);
    const [payload] = recipients as [(typeof recipients)[0]];

    expect(await world.drive(world.worker(), payload)).toEqual({ kind: 'done' });

    expect(phone.handed).toHaveLength(1);
    expect(phone.handed[0]).toMatchObject({
      to: phones[0],
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
    const [sender] = await world.sql('SELECT sent_total, minute_used FROM senders WHERE id = $1', [
      phone.senderId,
    ]);
    expect(sender).toEqual({ sent_total: 1, minute_used: 1 });
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
      'SELECT health_score, failed_total, minute_used FROM senders WHERE id = $1',
      [phone.senderId],
    );
    // The second part's slot was given back.
    expect(sender).toEqual({ health_score: 100, failed_total: 0, minute_used: 1 });
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
    const [sender] = await world.sql('SELECT health_score, next_available_at FROM senders WHERE id = $1', [
      limited.senderId,
    ]);
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
    const [sender] = await world.sql('SELECT minute_used, next_available_at FROM senders WHERE id = $1', [
      phone.senderId,
    ]);
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
    await world.sql('UPDATE senders SET last_used_at = now() WHERE id = $1', [other.senderId]);
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
    const dying = world.worker({ sleep });
    await expect(dying.handleSend(recipients[0]!, { signal: new AbortController().signal })).rejects.toThrow(
      'killed',
    );
    expect(rests).toBeGreaterThan(2);
    const [started, other] = first.handed.length > 0 ? [first, second] : [second, first];
    await world.sql('UPDATE senders SET last_used_at = now() WHERE id = $1', [started.senderId]);
    await world.drive(world.worker(), recipients[0]!);
    expect(started.texts).toEqual(['one', 'two', 'three']);
    expect(other.texts).toEqual([]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent', next_part: 3 });
  });

  it('a started sequence waits for its sender, and goes on elsewhere only when that one is gone for good', async () => {
    const [started, other] = [await world.sender(), await world.sender()];
    await world.sql('UPDATE senders SET last_used_at = now() WHERE id = $1', [other.senderId]);
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

describe.each(sourceKinds)('what stands in the way of a send (%s)', (source) => {
  it('a job that is delivered twice sends once', async () => {
    const phone = await world.sender();
    const { recipients } = await world.deliveries(source);
    const worker = world.worker();
    await Promise.all(Array.from({ length: 5 }, () => world.drive(worker, recipients[0]!)));
    expect(phone.handed).toHaveLength(1);
    const [sender] = await world.sql('SELECT minute_used FROM senders WHERE id = $1', [phone.senderId]);
    expect(sender).toEqual({ minute_used: 1 });
  });

  it('a recipient who opted out or is suppressed after being queued is not written to', async () => {
    const phone = await world.sender();
    const { recipients, phones } = await world.deliveries(source, { recipients: 3 });
    await world.contacts.optOut(db.database.manager, world.tenantId, phones[0]!, 'api');
    await insertSuppressions(db.database.manager, world.tenantId, phones.slice(1, 2));
    const worker = world.worker();
    for (const payload of recipients) await world.drive(worker, payload);
    expect(phone.handed.map(({ to }) => to)).toEqual([phones[2]]);
    for (const [index, code] of ['opted_out', 'suppressed'].entries()) {
      const { deliveryId } = recipients[index]!;
      expect(await world.recipient(deliveryId)).toMatchObject({ state: 'skipped', code });
    }
  });

  it('a number that a check did not find is tried, unless a campaign says otherwise', async () => {
    await world.sender();
    const { recipients, phones } = await world.deliveries(source);
    await insertNumberCheck(db.database.manager, world.tenantId, { phone: phones[0]! });
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject(unregistered[source]);
  });

  it('an opt-out while the sender is typing wins', async () => {
    const phone = await world.sender();
    const { recipients, phones } = await world.deliveries(source);
    const worker = world.worker({
      typing: { perCharacterMs: 1, minMs: 1, maxMs: 1 },
      sleep: async (ms) => {
        if (ms > 0) await world.contacts.optOut(db.database.manager, world.tenantId, phones[0]!, 'keyword');
      },
    });
    await world.drive(worker, recipients[0]!);
    expect(phone.handed).toHaveLength(0);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'skipped' });
  });

  it('a draining process hands nothing over and gives the slot back', async () => {
    const phone = await world.sender();
    const { recipients } = await world.deliveries(source);
    const draining = new AbortController();
    const worker = world.worker({
      typing: { perCharacterMs: 1, minMs: 1, maxMs: 1 },
      sleep: async () => draining.abort(),
    });
    const outcome = await worker.handleSend(recipients[0]!, { signal: draining.signal });
    expect(outcome.kind).toBe('runAgain');
    expect(phone.handed).toHaveLength(0);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'queued' });
    const [sender] = await world.sql('SELECT minute_used FROM senders WHERE id = $1', [phone.senderId]);
    expect(sender).toEqual({ minute_used: 0 });
  });

  it('a sender that is not hosted here costs no quota', async () => {
    const phone = await world.sender();
    world.sessions.clear();
    const { recipients } = await world.deliveries(source);
    const outcome = await world.drive(world.worker(), recipients[0]!, 1_000);
    expect(outcome.kind).toBe('runAgain');
    const [sender] = await world.sql('SELECT minute_used FROM senders WHERE id = $1', [phone.senderId]);
    expect(sender).toEqual({ minute_used: 0 });
  });

  it("another tenant's job reaches no recipient", async () => {
    const phone = await world.sender();
    const { recipients } = await world.deliveries(source);
    const stranger = await db.createTenant();
    await world.drive(world.worker(), { ...recipients[0]!, tenantId: stranger });
    expect(phone.handed).toHaveLength(0);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'queued' });
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
    const handed = sessions.flatMap((session) => session.handed.map(({ to }) => to));
    expect(handed.toSorted()).toEqual(phones.toSorted());
    const { ledger, counted } = await world.counts(id);
    expect(ledger).toEqual(counted);
  });
});

describe('what stands in the way of a campaign', () => {
  it('ends a recipient whose text cannot be written, without touching a sender', async () => {
    const phone = await world.sender();
    const { recipients } = await world.campaign({ parts: ['Hi {{contact.city}}'] });
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'failed',
      code: 'template_missing_variable',
    });
    expect(phone.handed).toHaveLength(0);
  });

  it('a paused campaign sends nothing; its recipient goes back to the feeder', async () => {
    const phone = await world.sender();
    const { id, recipients } = await world.campaign();
    await world.sql(`UPDATE campaigns SET status = 'paused' WHERE id = $1`, [id]);
    expect(await world.drive(world.worker(), recipients[0]!)).toEqual({ kind: 'done' });
    expect(phone.handed).toHaveLength(0);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'pending' });
  });

  it('a pause while the sender is typing sends nothing and gives the slot back', async () => {
    const phone = await world.sender();
    const { id, recipients } = await world.campaign();
    const worker = world.worker({
      typing: { perCharacterMs: 1, minMs: 1, maxMs: 1 },
      sleep: async (ms) => {
        if (ms > 0) await world.sql(`UPDATE campaigns SET status = 'paused' WHERE id = $1`, [id]);
      },
    });
    await world.drive(worker, recipients[0]!);
    expect(phone.handed).toHaveLength(0);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'pending' });
    const [sender] = await world.sql('SELECT minute_used FROM senders WHERE id = $1', [phone.senderId]);
    expect(sender).toEqual({ minute_used: 0 });
  });

  it('hands nothing over after a pause was answered, with sends in full swing', async () => {
    const sessions = await Promise.all([world.sender(), world.sender(), world.sender()]);
    const { id, recipients } = await world.campaign({ recipients: 150 });
    const worker = world.worker();
    const claimed: Date[] = [];
    for (const session of sessions) session.answer((message) => (claimed.push(new Date()), accept(message)));
    const done = Promise.all(recipients.map((payload) => world.drive(worker, payload)));
    await waitFor(() => claimed.length > 0);
    await world.sql(`UPDATE campaigns SET status = 'paused' WHERE id = $1`, [id]);
    const [answered] = await world.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM messages WHERE campaign_id = $1`,
      [id],
    );
    await done;
    const [after] = await world.sql(`SELECT count(*)::int AS n FROM messages WHERE campaign_id = $1`, [id]);
    expect(after).toEqual(answered);
    expect(claimed).toHaveLength(answered?.n ?? -1);
    const { ledger, counted } = await world.counts(id);
    expect(ledger).toEqual(counted);
  });

  it('a stopped campaign skips what is still queued', async () => {
    await world.sender();
    const { id, recipients } = await world.campaign();
    await world.sql(`UPDATE campaigns SET status = 'stopped' WHERE id = $1`, [id]);
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'skipped',
      code: 'campaign_stopped',
    });
  });

  it('whom a recent check did not find on WhatsApp is skipped, unless the campaign is told to try', async () => {
    const phone = await world.sender();
    const { id, recipients, phones } = await world.campaign({ recipients: 5 });
    const longAgo = new Date(Date.now() - 31 * 86_400_000);
    const checks = [{}, { checkedAt: longAgo }, { onWhatsApp: true }, {}, {}];
    for (const [index, check] of checks.entries()) {
      await insertNumberCheck(db.database.manager, world.tenantId, { phone: phones[index]!, ...check });
    }
    const retried = recipients[4]!;
    await world.sql('UPDATE deliveries SET retried_epoch = 1 WHERE id = $1', [retried.deliveryId]);
    const worker = world.worker();
    for (const payload of [...recipients.slice(0, 3), retried]) await world.drive(worker, payload);
    expect(phone.handed.map(({ to }) => to)).toEqual([phones[1], phones[2], phones[4]]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'skipped',
      code: 'not_on_whatsapp',
    });
    await world.sql('UPDATE campaigns SET skip_unregistered = false WHERE id = $1', [id]);
    await world.drive(worker, recipients[3]!);
    expect(phone.handed.at(-1)?.to).toBe(phones[3]);
  });

  it('without a sender the campaign shows why it waits, and that it flows again', async () => {
    const phone = await world.sender({ status: 'disconnected' });
    const { id, recipients } = await world.campaign();
    const waitingReason = async (): Promise<unknown> =>
      (await world.sql('SELECT waiting_reason FROM campaigns WHERE id = $1', [id]))[0]?.['waiting_reason'];
    expect(await world.drive(world.worker(), recipients[0]!)).toMatchObject({ kind: 'runAgain' });
    expect(await waitingReason()).toBe('no_sender_connected');

    await world.sql(`UPDATE senders SET status = 'connected' WHERE id = $1`, [phone.senderId]);
    await world.drive(world.worker(), recipients[0]!);
    expect(await waitingReason()).toBeNull();
  });

  it('says so when all that is left waits for the sender that began it, but not while others are served', async () => {
    const [phone, other] = [await world.sender(), await world.sender()];
    const { id, recipients } = await world.campaign({ parts: ['one', 'two'], recipients: 2 });
    const [started, served] = recipients as [(typeof recipients)[0], (typeof recipients)[0]];
    await world.sql(`UPDATE deliveries SET next_part = 1, sender_id = $2 WHERE id = $1`, [
      started.deliveryId,
      phone.senderId,
    ]);
    await world.sql(`UPDATE senders SET status = 'disconnected' WHERE id = $1`, [phone.senderId]);
    const waitingReason = async (): Promise<unknown> =>
      (await world.sql('SELECT waiting_reason FROM campaigns WHERE id = $1', [id]))[0]?.['waiting_reason'];
    const worker = world.worker();
    await world.drive(worker, served);
    expect(other.texts).toEqual(['one', 'two']);
    await world.drive(worker, started);
    expect(await waitingReason()).toBeNull();
    // A process that has served no recipient yet.
    await world.drive(world.worker({ waiting: world.newWaitTracker() }), started);
    expect(await waitingReason()).toBe('sender_away');
  });
});
