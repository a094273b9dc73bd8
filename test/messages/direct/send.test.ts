import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DirectWorld } from './world.js';
import { insertSuppressions, saveSettings } from '../../support/rows.js';

let db: TestDatabase;
let world: DirectWorld;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = await DirectWorld.create(db);
});

describe('a direct message', () => {
  it('is there from the moment it is accepted, and keeps its id until it was sent', async () => {
    const phone = await world.world.sender();
    const to = world.phone();
    const accepted = await world.send({ to, content: 'See you at nine' });
    expect(accepted).toMatchObject({ state: 'queued', to, sendAt: null });
    expect(await world.shown(accepted.id)).toMatchObject({
      id: accepted.id,
      kind: 'direct',
      state: 'queued',
      to,
      from: null,
      senderId: null,
      waMessageId: null,
      campaignId: null,
      type: 'text',
      content: 'See you at nine',
      sendAt: null,
      sentAt: null,
    });

    await world.work();

    expect(phone.texts).toEqual(['See you at nine']);
    expect(await world.shown(accepted.id)).toMatchObject({
      state: 'sent',
      senderId: phone.senderId,
      waMessageId: phone.handed[0]?.waMessageId,
      sentAt: expect.any(String),
    });
    expect(await world.messages.list(world.tenantId, {}, { limit: 10 })).toMatchObject({
      items: [{ id: accepted.id }],
    });
  });

  it('is refused where its text leaves half of a character, and cut right where a filter cuts', async () => {
    const phone = await world.world.sender();
    const name = { template: true, variables: { name: '😀 Bo' } };
    for (const content of ['Hi {{ name["0"] }}', '{{ name | append: "\\ud83d" }}']) {
      await expect(world.send({ content, ...name })).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path: 'content' }],
      });
    }
    await world.send({ content: 'Hi {{ name | split: "" | first }}', ...name });
    await world.work();
    expect(phone.texts).toEqual(['Hi 😀']);
  });

  it('whose job fails for the last time has failed, says so, and is over', async () => {
    await world.world.sender();
    const { id } = await world.send({});
    const [job] = world.queue.jobs.splice(0);
    const { deliveryId } = job!.payload as { deliveryId: string };
    await world.world.delivery.giveUp(world.tenantId, deliveryId);
    expect(await world.shown(id)).toMatchObject({ state: 'failed', code: 'internal_error', sentAt: null });
    // One that has ended, and one of another tenant, are left as they are.
    const other = await world.send({});
    const { deliveryId: second } = world.queue.jobs[0]!.payload as { deliveryId: string };
    await world.world.delivery.giveUp(await db.createTenant(), second);
    expect(await world.shown(other.id)).toMatchObject({ state: 'queued' });
    await world.work();
    await world.world.delivery.giveUp(world.tenantId, second);
    expect(await world.shown(other.id)).toMatchObject({ state: 'sent', code: null });
  });

  it('is queued at once, and before every job that has a priority', async () => {
    await world.world.sender();
    await world.send({});
    expect(world.queue.jobs).toMatchObject([{ name: 'message.send', options: { id: expect.any(String) } }]);
    expect(world.queue.jobs[0]?.options).not.toHaveProperty('priority');
    expect(world.queue.jobs[0]?.options).not.toHaveProperty('delayMs');
  });

  it('goes through the sender that was asked for, and no other', async () => {
    const others = [await world.world.sender(), await world.world.sender()];
    const asked = await world.world.sender();
    for (let index = 0; index < 3; index += 1) await world.send({ senderId: asked.senderId });
    await world.work();
    expect(asked.handed).toHaveLength(3);
    expect(others.flatMap(({ handed }) => handed)).toEqual([]);
  });

  it('stays with the sender its contact last talked to', async () => {
    const senders = [await world.world.sender(), await world.world.sender(), await world.world.sender()];
    const to = world.phone();
    await world.send({ to });
    await world.work();
    for (let index = 0; index < 3; index += 1) await world.send({ to });
    await world.work();
    expect(senders.map(({ handed }) => handed.length).filter((n) => n > 0)).toEqual([4]);
  });

  it('reads a national number with the default country, the request before the installation', async () => {
    await world.world.sender();
    const german = await DirectWorld.create(db, { defaultCountry: 'DE' });
    await german.world.sender();
    expect(await german.send({ to: '030 901820' })).toMatchObject({ to: '+4930901820' });
    expect(await german.send({ to: '11 96123-4567', defaultCountry: 'BR' })).toMatchObject({
      to: '+5511961234567',
    });
  });

  it('makes a contact of a number that was none', async () => {
    await world.world.sender();
    const to = world.phone();
    await world.send({ to });
    expect(await world.sql('SELECT phone FROM contacts WHERE tenant_id = $1', [world.tenantId])).toEqual([
      { phone: to },
    ]);
  });

  it('is accepted while the queue is away, because the database has it', async () => {
    await world.world.sender();
    world.queue.failure = new Error('gone');
    const { id } = await world.send({});
    expect(await world.shown(id)).toMatchObject({ state: 'queued' });
    await world.world.reconcile({ queuedMs: 0 }).run();
    expect(world.offered).toHaveLength(1);
  });

  it('that may have reached the network is resolved like a campaign’s', async () => {
    const phone = await world.world.senderWithoutIdempotentIds();
    phone.answer({ kind: 'unknown', code: 'timeout' });
    const { id } = await world.send({});
    await world.work();
    expect(await world.shown(id)).toMatchObject({ state: 'unknown', code: 'timeout' });
    const waMessageId = phone.handed[0]?.waMessageId ?? '';
    await world.world.receipts.apply(world.tenantId, phone.senderId, [
      { waMessageId, status: 'delivered', at: new Date().toISOString() },
    ]);
    expect(await world.shown(id)).toMatchObject({ state: 'delivered', code: null });
    expect(await world.sql('SELECT state FROM deliveries WHERE tenant_id = $1', [world.tenantId])).toEqual([
      { state: 'delivered' },
    ]);
  });

  it('that its sender lost goes out through another', async () => {
    const lost = (await world.world.sender()).answer({ kind: 'senderLost', code: 'disconnected' });
    const other = (await world.world.sender()).answer({ kind: 'senderLost', code: 'disconnected' });
    const { id } = await world.send({ content: 'Still here' });
    lost.answer((message) => ({ kind: 'sent', waMessageId: message.waMessageId ?? 'x', at: new Date() }));
    other.answer((message) => ({ kind: 'sent', waMessageId: message.waMessageId ?? 'x', at: new Date() }));
    await world.work();
    expect(await world.shown(id)).toMatchObject({ state: 'sent' });
    const sent = await world.sql('SELECT count(*)::int AS n FROM messages WHERE tenant_id = $1', [
      world.tenantId,
    ]);
    expect(sent).toEqual([{ n: 1 }]);
  });
});

describe('its text', () => {
  it.each([
    'if (a) { return {{b}} } {% raw %}',
    '{one|two} stays as it is',
    'A \\ and a }} and {',
    'x'.repeat(65_536),
  ])('is sent as it was written: %.30s', async (content) => {
    const phone = await world.world.sender();
    const { id } = await world.send({ content });
    await world.work();
    expect(phone.texts).toEqual([content]);
    expect((await world.shown(id)).content).toBe(content);
  });

  it('is a template when that was asked for, with the contact and the request for values', async () => {
    const phone = await world.world.sender();
    const to = world.phone();
    await world.world.contacts.upsertMany(db.database.manager, world.tenantId, [
      { phone: to, name: 'Ana', attributes: { city: 'Recife', product: 'tea' } },
    ]);
    const { id } = await world.send({
      to,
      content: 'Hi {{ name }} in {{ city }}: {{ product }}',
      template: true,
      variables: { product: 'coffee' },
    });
    expect((await world.shown(id)).content).toBe('Hi Ana in Recife: coffee');
    await world.work();
    expect(phone.texts).toEqual(['Hi Ana in Recife: coffee']);
  });

  it('other texts of a part are literal too', async () => {
    const phone = await world.world.sender();
    await world.send({
      type: 'poll',
      content: undefined,
      question: 'Which {{ day }}?',
      choices: ['{Mon|Tue}', '{{ never }}'],
    });
    await world.work();
    expect(phone.handed[0]?.content).toMatchObject({
      type: 'poll',
      question: 'Which {{ day }}?',
      choices: ['{Mon|Tue}', '{{ never }}'],
    });
  });
});

describe('what is refused', () => {
  const refused = (input: Parameters<DirectWorld['send']>[0], expected: object) =>
    expect(world.send(input)).rejects.toMatchObject(expected);

  afterEachNothingStored();

  it('a contact that opted out, naming when and how', async () => {
    await world.world.sender();
    const to = world.phone();
    await world.world.contacts.optOut(db.database.manager, world.tenantId, to, 'keyword');
    await refused(
      { to },
      {
        kind: 'not_possible',
        code: 'recipient_opted_out',
        errors: [{ path: 'to', message: expect.stringMatching(/opted out on \d{4}-\d\d-\d\d \(keyword\)/) }],
      },
    );
  });

  it('a number on the suppression list', async () => {
    await world.world.sender();
    const to = world.phone();
    await insertSuppressions(db.database.manager, world.tenantId, [to]);
    await refused({ to }, { kind: 'not_possible', code: 'recipient_suppressed' });
  });

  it('a template that lacks a value, and variables without a template', async () => {
    await world.world.sender();
    await refused(
      { content: 'Hi {{ nick }}', template: true },
      { kind: 'not_possible', code: 'template_missing_variable', errors: [{ path: 'variables' }] },
    );
    await refused({ variables: { nick: 'Bo' } }, { kind: 'invalid', errors: [{ path: 'variables' }] });
    await refused(
      { content: 'Hi {{ nick', template: true },
      { kind: 'invalid', errors: [{ path: 'content', message: expect.stringContaining('line 1') }] },
    );
  });

  it('wrong input, each field by its name', async () => {
    const { senderId } = await world.world.sender();
    await refused({ to: 'nobody' }, { kind: 'invalid', errors: [{ path: 'to' }] });
    await refused({ content: '  ' }, { kind: 'invalid', errors: [{ path: 'content' }] });
    await refused({ content: undefined }, { kind: 'invalid', errors: [{ path: 'content' }] });
    await refused({ content: 'a\u0000b' }, { kind: 'invalid', errors: [{ path: 'content' }] });
    await refused({ content: 'x'.repeat(65_537) }, { kind: 'invalid', errors: [{ path: 'content' }] });
    await refused({ type: 'image', content: undefined }, { kind: 'invalid', errors: [{ path: 'mediaUrl' }] });
    await refused({ sendAt: '2001-01-01T00:00:00Z' }, { kind: 'invalid', errors: [{ path: 'sendAt' }] });
    await refused({ sendAt: '2999-01-01T00:00:00Z' }, { kind: 'invalid', errors: [{ path: 'sendAt' }] });
    await refused({ defaultCountry: 'XX' }, { kind: 'invalid', errors: [{ path: 'defaultCountry' }] });
    const stranger = await DirectWorld.create(db);
    await stranger.world.sender();
    await expect(stranger.send({ senderId })).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'senderId' }],
    });
  });

  it('anything while there is no sender at all', async () => {
    await refused({}, { kind: 'not_possible', code: 'no_sender_in_pool', errors: [{ path: 'senderId' }] });
  });
});

function afterEachNothingStored(): void {
  afterEach(async () => {
    const [row] = await world.sql<{ n: number }>(
      `SELECT (SELECT count(*) FROM sends WHERE tenant_id = $1)
            + (SELECT count(*) FROM messages WHERE tenant_id = $1)::int AS n`,
      [world.tenantId],
    );
    expect(Number(row?.n)).toBe(0);
    expect(world.queue.jobs).toEqual([]);
  });
}

describe('the rules of marketing', () => {
  it('do not hold up a message of service: hours and the frequency cap, for which it does not count either', async () => {
    const phone = await world.world.sender();
    // Open on no day, quiet around the clock but for a minute, one message a month.
    await saveSettings(db.database.manager, world.tenantId, {
      sendWindow: { timeZone: 'UTC', days: [] },
      quietHours: { from: '00:01', to: '00:00', timeZone: 'UTC' },
      frequencyCap: { messages: 1, days: 30 },
    });
    const to = world.phone();
    await world.send({ to, content: 'first' });
    await world.send({ to, content: 'second' });
    await world.work();
    expect(phone.texts.toSorted()).toEqual(['first', 'second']);

    await world.sql(
      'UPDATE tenant_settings SET send_window = NULL, quiet_hours = NULL WHERE tenant_id = $1',
      [world.tenantId],
    );
    const { recipients } = await world.world.campaign();
    await world.sql(
      `UPDATE deliveries SET phone = $2, contact_id = (SELECT id FROM contacts WHERE tenant_id = $3 AND phone = $2)
       WHERE id = $1`,
      [recipients[0]?.deliveryId, to, world.tenantId],
    );
    await world.world.drive(world.world.worker(), recipients[0]!);
    expect(phone.handed).toHaveLength(3);
  });
});

describe('its delivery', () => {
  it('is counted nowhere', async () => {
    await world.world.sender();
    await world.send({});
    await world.work();
    const ledgers = ['campaign_counts', 'campaign_message_counts'].map((ledger) =>
      world.sql(`SELECT * FROM ${ledger} WHERE tenant_id = $1`, [world.tenantId]),
    );
    expect((await Promise.all(ledgers)).flat()).toEqual([]);
  });
});
