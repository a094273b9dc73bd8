import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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

describe.each(sourceKinds)('what stands in the way of a send (%s)', (source) => {
  it('a job that is delivered twice sends once', async () => {
    const phone = await world.sender();
    const { recipients } = await world.deliveries(source);
    const worker = world.worker();
    await Promise.all(Array.from({ length: 5 }, () => world.drive(worker, recipients[0]!)));
    expect(phone.handed).toHaveLength(1);
    const [sender] = await world.sql('SELECT minute_used FROM sender_slots WHERE sender_id = $1', [
      phone.senderId,
    ]);
    expect(sender).toEqual({ minute_used: 1 });
  });

  it('a recipient who opted out or is suppressed after being queued is not written to', async () => {
    const phone = await world.sender();
    const { recipients, phones } = await world.deliveries(source, { recipients: 3 });
    await world.contacts.optOut(db.database.manager, world.tenantId, phones[0]!, 'api');
    await insertSuppressions(db.database.manager, world.tenantId, phones.slice(1, 2));
    const worker = world.worker();
    for (const payload of recipients) await world.drive(worker, payload);
    expect(phone.handed.map(({ to }) => to.phone)).toEqual([phones[2]]);
    for (const [index, code] of ['opted_out', 'suppressed'].entries()) {
      const { deliveryId } = recipients[index]!;
      expect(await world.recipient(deliveryId)).toMatchObject({ state: 'skipped', code });
    }
  });

  it('a person without a number gets it by LID, and is skipped where the sender can address nothing', async () => {
    const phone = await world.sender();
    const to = ['lid:190000000000001', 'bsuid:portfolio1:BR.one'];
    const { recipients } = await world.deliveries(source, { to, recipients: 2 });
    const worker = world.worker();
    for (const payload of recipients) await world.drive(worker, payload);
    expect(phone.handed.map((message) => message.to)).toEqual([{ lid: '190000000000001' }]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ state: 'sent' });
    expect(await world.recipient(recipients[1]!.deliveryId)).toMatchObject({
      state: 'skipped',
      code: 'no_reachable_identity',
    });
  });

  it('a suppression of marketing, or of a topic, holds back what it is about, also at the claim', async () => {
    const { recipients, phones } = await world.deliveries(source, { recipients: 3 });
    const phone = await world.sender();
    const [marketing, news, other] = ['marketing', 'topic:news', 'topic:other'];
    for (const [index, scope] of [marketing, news, other].entries()) {
      await insertSuppressions(db.database.manager, world.tenantId, [phones[index]!], { scope });
    }
    await world.sql(`UPDATE deliveries SET purpose = 'marketing' WHERE tenant_id = $1`, [world.tenantId]);
    await world.sql(`UPDATE campaigns SET topic = 'news' WHERE tenant_id = $1`, [world.tenantId]);
    const worker = world.worker();
    for (const payload of recipients) await world.drive(worker, payload);
    const held = source === 'campaign' ? [0, 1] : [0];
    expect(phone.handed.map(({ to }) => to.phone)).toEqual(
      phones.filter((_, index) => !held.includes(index)),
    );
    for (const index of held) {
      expect(await world.recipient(recipients[index]!.deliveryId)).toMatchObject({ code: 'suppressed' });
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
    const [sender] = await world.sql('SELECT minute_used FROM sender_slots WHERE sender_id = $1', [
      phone.senderId,
    ]);
    expect(sender).toEqual({ minute_used: 0 });
  });

  it('a sender that is not hosted here costs no quota', async () => {
    const phone = await world.sender();
    world.sessions.clear();
    const { recipients } = await world.deliveries(source);
    const outcome = await world.drive(world.worker(), recipients[0]!, 1_000);
    expect(outcome.kind).toBe('runAgain');
    const [sender] = await world.sql('SELECT minute_used FROM sender_slots WHERE sender_id = $1', [
      phone.senderId,
    ]);
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
    const [sender] = await world.sql('SELECT minute_used FROM sender_slots WHERE sender_id = $1', [
      phone.senderId,
    ]);
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
    expect(phone.handed.map(({ to }) => to.phone)).toEqual([phones[1], phones[2], phones[4]]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'skipped',
      code: 'not_on_whatsapp',
    });
    await world.sql('UPDATE campaigns SET skip_unregistered = false WHERE id = $1', [id]);
    await world.drive(worker, recipients[3]!);
    expect(phone.handed.at(-1)?.to.phone).toBe(phones[3]);
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

  it('a pool whose one sender was deleted is shown as empty, and goes on once it is changed', async () => {
    const [asked, other] = [await world.sender(), await world.sender()];
    const { id, recipients } = await world.campaign({ senderIds: [asked.senderId] });
    await world.sql('DELETE FROM senders WHERE id = $1', [asked.senderId]);
    expect(await world.drive(world.worker(), recipients[0]!)).toMatchObject({ kind: 'runAgain' });
    expect(
      await world.sql('SELECT waiting_reason, waiting_until FROM campaigns WHERE id = $1', [id]),
    ).toEqual([{ waiting_reason: 'no_sender_in_pool', waiting_until: null }]);
    await world.sql('UPDATE campaigns SET pool = $2 WHERE id = $1', [
      id,
      JSON.stringify({ senderIds: [other.senderId], senderTags: [] }),
    ]);
    await world.drive(world.worker(), recipients[0]!);
    expect(other.handed).toHaveLength(1);
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
