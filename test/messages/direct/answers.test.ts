import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/lib/clock.js';
import { newId } from '../../../src/lib/ids.js';
import { createLogger } from '../../../src/lib/logger.js';
import { MergeService } from '../../../src/modules/contacts/index.js';
import {
  DeliveryPersonRecords,
  MessagePersonRecords,
  ReconcileService,
} from '../../../src/modules/delivery/index.js';
import { laneAt, type Lane } from '../../../src/modules/delivery/core/lane.js';
import { ConversationPersonRecords } from '../../../src/modules/inbound/index.js';
import type { SendMessageDto } from '../../../src/modules/messages/index.js';
import { deliverySources } from '../../../src/runtime/sources.js';
import type { ScriptedSession } from '../../delivery/scripted-session.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DirectWorld } from './world.js';
import { receive } from '../../support/inbound.js';

const DAY_MS = 24 * 60 * 60_000;
const NOW = new Date('2026-03-02T12:00:00Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);

describe('the lane of a delivery', () => {
  it.each<[Lane, Date | null, Lane]>([
    ['answer', ago(0), 'answer'],
    ['answer', ago(DAY_MS), 'answer'],
    ['answer', ago(DAY_MS + 1), 'direct'],
    ['answer', null, 'direct'],
    ['direct', ago(0), 'direct'],
    ['campaign', null, 'campaign'],
  ])('%s of a person who last wrote at %j is %s', (lane, lastInboundAt, now) => {
    expect(laneAt({ lane, lastInboundAt }, NOW)).toBe(now);
  });
});

describe('an answer', () => {
  let db: TestDatabase;
  let world: DirectWorld;
  let phone: ScriptedSession;
  let counter = 0;

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    world = await DirectWorld.create(db);
    phone = await world.world.sender();
  });

  /** Somebody writes; the id under which that is stored. */
  async function written(from: string, at = new Date(), to = phone): Promise<string> {
    const waMessageId = `in-${(counter += 1)}`;
    const entry = { waMessageId, from, text: 'Are you open?', at: at.toISOString() };
    await receive(world.world.inbound, world.tenantId, to.senderId, [entry]);
    const [row] = await world.sql<{ id: string }>('SELECT id FROM messages WHERE wa_message_id = $1', [
      waMessageId,
    ]);
    return row?.id ?? '';
  }

  const contactOf = async (number: string): Promise<string> => {
    const [row] = await world.sql<{ id: string }>(
      'SELECT id FROM contacts WHERE tenant_id = $1 AND phone = $2',
      [world.tenantId, number],
    );
    return row?.id ?? '';
  };

  const laneOf = async (messageId: string) =>
    world.sql(
      'SELECT r.lane, r.only_sender_id, r.contact_id FROM deliveries r JOIN messages m ON m.delivery_id = r.id WHERE m.id = $1',
      [messageId],
    );

  /** The sender can send nothing but answers for an hour. */
  const busy = () =>
    world.sql(
      `UPDATE sender_slots SET next_available_at = now() + interval '1 hour', restricted_until = now() + interval '1 hour'
       WHERE sender_id = $1`,
      [phone.senderId],
    );

  it('leaves through the sender that was written to, without its pace and past a restriction', async () => {
    await world.world.sender();
    const to = world.phone();
    const replyTo = await written(to);
    await busy();
    const { id } = await world.send({ to, replyTo: replyTo.toUpperCase(), content: 'Until nine' });
    expect(world.queue.jobs).toMatchObject([{ name: 'message.answer' }]);
    await world.work();
    expect(phone.texts).toEqual(['Until nine']);
    expect(await world.shown(id)).toMatchObject({ state: 'sent', senderId: phone.senderId, replyTo });
  });

  it('says what it answers, advertisements and bulks too, as long as that is there', async () => {
    const [to, other] = [world.phone(), world.phone()];
    const [replyTo, second] = [await written(to), await written(other)];
    const alone = await world.send({ to, replyTo: replyTo.toUpperCase(), purpose: 'marketing' });
    const none = await world.send({ to });
    const text = { type: 'text' as const, content: 'Until nine' };
    const { messages } = await world.sendBulk({
      messages: [
        { to, replyTo, ...text },
        { to: other, replyTo: second, ...text },
        { to, ...text },
      ],
    });
    const accepted = [alone, none, ...messages];
    const expected = [replyTo, null, replyTo, second, null];
    expect(accepted.map((message) => message.replyTo)).toEqual(expected);
    const shown = async () => {
      const all = await Promise.all(accepted.map(({ id }) => world.shown(id)));
      return all.map((message) => message.replyTo);
    };
    expect(await shown()).toEqual(expected);
    expect(await world.shown(replyTo)).toMatchObject({ direction: 'in', replyTo: null });
    await world.sql('DELETE FROM messages WHERE id = $1', [replyTo]);
    expect(await shown()).toEqual([null, null, null, second, null]);
  });

  it('waits for nothing but the minute of answers, and is sent then', async () => {
    const to = world.phone();
    const replyTo = await written(to);
    await world.sql('UPDATE senders SET answers_per_minute = 1 WHERE id = $1', [phone.senderId]);
    const ids = [await world.send({ to, replyTo }), await world.send({ to, replyTo })].map(({ id }) => id);
    await world.work();
    expect(phone.handed).toHaveLength(1);
    const shown = await Promise.all(ids.map((id) => world.shown(id)));
    expect(shown).toMatchObject([
      { state: 'sent' },
      { state: 'queued', waitingFor: { reason: 'quota_used_up', until: expect.any(String) } },
    ]);
  });

  it('is none a day after the person wrote, nor when it advertises: then it waits like any other', async () => {
    const [late, asked] = [world.phone(), world.phone()];
    const old = await written(late, new Date(Date.now() - DAY_MS - 60_000));
    const recent = await written(asked);
    await busy();
    const stale = await world.send({ to: late, replyTo: old });
    const advertisement = await world.send({ to: asked, replyTo: recent, purpose: 'marketing' });
    expect(await laneOf(stale.id)).toMatchObject([{ lane: 'answer', only_sender_id: phone.senderId }]);
    expect(await laneOf(advertisement.id)).toMatchObject([
      { lane: 'direct', only_sender_id: phone.senderId },
    ]);
    await world.work();
    expect(phone.handed).toEqual([]);
    await written(late);
    await world.send({ to: late, replyTo: old, content: 'They wrote again' });
    await world.work();
    expect(phone.texts).toEqual(['They wrote again']);
  });

  it('goes to the number that was written from, also once its contact was merged', async () => {
    const [kept, other] = [world.phone(), world.phone()];
    await written(kept);
    const replyTo = await written(other);
    const records = [
      new DeliveryPersonRecords(),
      new MessagePersonRecords(),
      new ConversationPersonRecords(),
    ];
    const { database, contacts } = world.world;
    const contactId = await contactOf(kept);
    const merges = new MergeService({ database, clock: systemClock, contacts, records });
    await contacts.update(world.tenantId, contactId, { name: 'Ana' });
    await merges.merge(world.tenantId, contactId, await contactOf(other));
    await busy();
    const text = { content: 'Hello {{ name }}', template: true };
    const { id } = await world.send({ to: other, replyTo, ...text });
    await world.send({ to: kept, replyTo, ...text });
    expect(await laneOf(id)).toMatchObject([{ lane: 'answer', contact_id: contactId }]);
    expect(await contactOf(other)).toBe('');
    await world.work();
    expect(phone.handed.map(({ to }) => to.phone ?? '')).toEqual([other, kept]);
    expect(phone.texts).toEqual(['Hello Ana', 'Hello Ana']);
  });

  it('is refused where it answers nothing that came in from this person at this sender', async () => {
    const [to, stranger] = [world.phone(), world.phone()];
    const replyTo = await written(to);
    const elsewhere = await DirectWorld.create(db);
    const { id: sent } = await world.send({ to });
    const other = await world.world.sender();
    const gone = await world.world.sender();
    const toGone = await written(to, new Date(), gone);
    await world.sql('DELETE FROM senders WHERE id = $1', [gone.senderId]);
    const ofDeleted = await written(stranger);
    await world.sql('DELETE FROM contacts WHERE id = $1', [await contactOf(stranger)]);
    const cases: [Partial<SendMessageDto>, string, string][] = [
      [{ replyTo: newId() }, 'replyTo', 'there is no message'],
      [{ replyTo: sent }, 'replyTo', 'was sent, not received'],
      [{ replyTo, to: stranger }, 'replyTo', 'came from another person'],
      [{ replyTo, senderId: other.senderId }, 'senderId', `give ${phone.senderId}`],
      [{ replyTo: toGone }, 'replyTo', 'a sender that was deleted'],
      [{ replyTo: ofDeleted, to: stranger }, 'replyTo', 'a contact that is not there'],
    ];
    for (const [input, path, message] of cases) {
      await expect(world.send({ to, ...input })).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path, message: expect.stringContaining(message) }],
      });
    }
    await elsewhere.world.sender();
    await expect(elsewhere.send({ to, replyTo })).rejects.toMatchObject({ errors: [{ path: 'replyTo' }] });
  });

  it('may be one of many messages, each with its own', async () => {
    const [first, second] = [world.phone(), world.phone()];
    const replyTo = await written(first);
    const message = { type: 'text' as const, content: 'Hi' };
    const messages = [
      { to: first, replyTo, ...message },
      { to: second, ...message },
      { to: second, replyTo, ...message },
    ];
    await expect(world.sendBulk({ messages })).rejects.toMatchObject({
      errors: [{ path: 'messages[2].replyTo' }],
    });
    const accepted = await world.sendBulk({ messages, skipInvalid: true });
    expect(accepted).toMatchObject({ messages: [{ index: 0 }, { index: 1 }], refused: [{ index: 2 }] });
    expect(world.queue.jobs.map(({ name }) => name).toSorted()).toEqual(['message.answer', 'message.send']);
  });

  it('is queued again as an answer when its job was lost, or its time has come', async () => {
    const to = world.phone();
    const replyTo = await written(to);
    const { id } = await world.send({ to, replyTo });
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    await world.send({ to, replyTo, sendAt });
    await world.sql(
      `UPDATE deliveries SET updated_at = now() - interval '1 hour', send_at = CASE WHEN send_at IS NOT NULL THEN now() END
       WHERE tenant_id = $1`,
      [world.tenantId],
    );
    world.queue.jobs = [];
    const reconcile = new ReconcileService({
      database: db.database,
      sources: deliverySources,
      queue: world.queue,
      clock: systemClock,
      logger: createLogger('silent'),
      hasIdempotentIds: () => true,
    });
    await reconcile.run();
    const own = world.queue.jobs.filter(({ payload }) => Reflect.get(payload, 'tenantId') === world.tenantId);
    expect(own.map(({ name }) => name)).toEqual(['message.answer', 'message.answer']);
    world.queue.jobs = own;
    await world.work();
    expect(phone.handed).toHaveLength(2);
    expect(await world.shown(id)).toMatchObject({ state: 'sent' });
  });
});
