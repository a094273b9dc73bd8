import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/lib/clock.js';
import { IdentityService } from '../../src/modules/contacts/index.js';
import { ConversationPersonRecords, InboundService } from '../../src/modules/inbound/index.js';
import type { InboundContent, InboundEvent, InboundMessage } from '../../src/transports/inbound.js';
import type { ScriptedSession } from '../delivery/scripted-session.js';
import { World } from '../delivery/world.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';
import { written } from '../support/inbound.js';
import { silentLogger } from '../senders/fixture.js';

let db: TestDatabase;
let world: World;
let phone: ScriptedSession;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
  phone = await world.sender();
});

let counter = 0;
const says = (from: string, text: string, more: Partial<InboundMessage> = {}): InboundMessage =>
  written(`w-${(counter += 1)}`, text, { from: { phone: from }, at: new Date(), ...more });

const store = (...events: InboundEvent[]) =>
  world.inbound.store(events.map((event) => ({ tenantId: world.tenantId, senderId: phone.senderId, event })));

async function take(...events: InboundEvent[]): Promise<void> {
  await store(...events);
  await world.inbound.workOff();
}

const worker = () =>
  new InboundService({
    database: db.database,
    people: new IdentityService({ clock: systemClock, logger: silentLogger, records: [] }),
    clock: systemClock,
    logger: silentLogger,
    restMs: 0,
  });

const messages = (direction = 'in') =>
  world.sql(`SELECT * FROM messages WHERE tenant_id = $1 AND direction = $2 ORDER BY id`, [
    world.tenantId,
    direction,
  ]);
const storedTexts = async () => (await messages()).map(({ body }) => String(body));
const events = () =>
  world.sql('SELECT * FROM inbound_events WHERE tenant_id = $1 ORDER BY id', [world.tenantId]);
const isOptedOut = async (from: string) => {
  const [row] = await world.sql<{ out: boolean }>(
    'SELECT opted_out_at IS NOT NULL AS out FROM contacts WHERE tenant_id = $1 AND phone = $2',
    [world.tenantId, from],
  );
  return row?.out;
};

/** A campaign that has written to one person; WhatsApp's id of what it wrote. */
async function wrote(purpose: 'marketing' | 'service' = 'marketing', to?: string) {
  const made = to ? await world.send({ to: [to], purpose }) : await world.campaign();
  await world.drive(world.worker(), made.recipients[0]!);
  const { deliveryId } = made.recipients[0]!;
  await world.sql('UPDATE deliveries SET purpose = $2 WHERE id = $1', [deliveryId, purpose]);
  const [sent] = await world.messages(deliveryId);
  return { ...made, deliveryId, from: made.phones[0]!, waMessageId: String(sent?.['wa_message_id']) };
}

describe('what a session hears', () => {
  it('is there once it is stored, in order, and once however often it is told', async () => {
    const [one, two] = [says('+5511961240001', 'one'), says('+5511961240002', 'two')];
    await Promise.all([store(one, two), store(two, one)]);
    await store(one);
    expect(await events()).toHaveLength(2);
    await world.inbound.workOff();
    await store(two);
    await world.inbound.workOff();
    expect((await storedTexts()).toSorted((a, b) => a.localeCompare(b))).toEqual(['one', 'two']);
    expect(await events()).toMatchObject([{ payload: null, done_at: expect.any(Date) }, { payload: null }]);
  });

  it('is worked off once, in order per person, by several workers at a time', async () => {
    const people = Array.from({ length: 30 }, (_, n) => `+55119612500${10 + n}`);
    const texts = ['START', 'a', 'STOP', 'b', 'START', 'c', 'STOP'];
    const workers = [worker(), worker(), worker()];
    const working: Promise<void>[] = [];
    for (const text of texts) {
      await store(...people.map((from) => says(from, text)));
      working.push(...workers.map((each) => each.workOff()));
    }
    await Promise.all(working);
    await world.inbound.workOff();
    const rows = await world.sql<{ bodies: string[] }>(
      `SELECT array_agg(body ORDER BY id) AS bodies FROM messages WHERE tenant_id = $1 AND direction = 'in' GROUP BY contact_id`,
      [world.tenantId],
    );
    expect(rows).toHaveLength(people.length);
    expect(rows.map(({ bodies }) => bodies)).toEqual(people.map(() => texts));
    expect(await Promise.all(people.map(isOptedOut))).toEqual(people.map(() => true));
  });

  it('is parked when it fails again and again, and then the next of its person is taken', async () => {
    const from = '+5511961240003';
    const endFault = await refuseRows(
      world.database.manager,
      'messages',
      'INSERT',
      `NEW.body = 'unbearable'`,
    );
    await take(
      says(from, 'before'),
      says(from, 'unbearable'),
      says(from, 'STOP'),
      says('+5511961240004', 'hi'),
    );
    await endFault();
    expect((await storedTexts()).toSorted((a, b) => a.localeCompare(b))).toEqual(['before', 'hi', 'STOP']);
    const parked = (await events()).find((row) => row['parked_at'] !== null);
    expect(parked).toMatchObject({ failures: 5, error: expect.any(String), done_at: null });
    expect(await isOptedOut(from)).toBe(true);
    const [person] = await world.sql('SELECT id, line FROM contacts WHERE phone = $1', [from]);
    await new ConversationPersonRecords().erase(world.database.manager, world.tenantId, person as never);
    expect((await events()).filter((row) => row['parked_at'] !== null)).toEqual([]);
  });

  it('binds as a STOP also where it can never be stored', async () => {
    const from = '+5511961240011';
    const endFault = await refuseRows(world.database.manager, 'messages', 'INSERT', `NEW.body = 'STOP'`);
    await take(says(from, 'hi'), says(from, 'STOP'), says(from, 'Hello?'));
    await endFault();
    expect((await messages()).map(({ body }) => body)).toEqual(['hi', 'Hello?']);
    expect(await isOptedOut(from)).toBe(true);
    expect((await events()).map(({ stops }) => stops)).toEqual([false, false, false]);
  });

  it('is forgotten a week after it was worked off, and a month after it was parked', async () => {
    await take(
      says('+5511961240005', 'old'),
      says('+5511961240005', 'parked'),
      says('+5511961240005', 'new'),
    );
    await store(says('+5511961240005', 'waits'));
    const age = (days: number, id: unknown, parked = false) =>
      world.sql(
        `UPDATE inbound_events SET stored_at = now() - make_interval(days => $2),
           done_at = CASE WHEN $3 THEN NULL ELSE now() - make_interval(days => $2) END,
           parked_at = CASE WHEN $3 THEN now() - make_interval(days => $2) END WHERE id = $1`,
        [id, days, parked],
      );
    const [old, parked, fresh, waits] = (await events()).map(({ id }) => id);
    await age(8, old);
    await age(8, parked, true);
    const { signal } = new AbortController();
    expect(await world.inbound.forgetOld(signal)).toBe(1);
    await age(31, parked, true);
    expect(await world.inbound.forgetOld(signal)).toBe(1);
    expect((await events()).map(({ id }) => id)).toEqual([fresh, waits]);
  });
});

describe('a STOP that is stored', () => {
  it('keeps what is claimed for the person back, and nothing else, until it is worked off', async () => {
    const { recipients, phones } = await world.campaign({ recipients: 2 });
    await store(says(phones[0]!, 'Stop!'), says(phones[1]!, 'More, please'));
    for (const payload of recipients) {
      await world.worker().handleSend(payload, { signal: new AbortController().signal });
    }
    expect(phone.handed.map(({ to }) => to.phone)).toEqual([phones[1]]);
    await world.inbound.workOff();
    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
      state: 'skipped',
      code: 'opted_out',
    });
    expect(phone.handed).toHaveLength(1);
  });

  const tap = (text: string): InboundContent => ({ type: 'button', id: 'b1', text });
  const media = { mimeType: 'image/jpeg', ref: 'opaque' };

  it.each<[string, boolean, (from: string, quotes: string) => InboundEvent[]]>([
    ['a caption', true, (from) => [says(from, '', { content: { type: 'image', media, caption: 'STOP' } })]],
    [
      'a tap on a button of marketing',
      true,
      (from, waMessageId) => [says(from, '', { content: tap('Stop'), replyTo: { waMessageId } })],
    ],
    ['a tap that quotes nothing', true, (from) => [says(from, '', { content: tap('Stop') })]],
    [
      'a tap that quotes the person',
      true,
      (from) => [says(from, '', { content: tap('Stop'), replyTo: { waMessageId: 'x' } })],
    ],
    [
      'another tap',
      false,
      (from, waMessageId) => [says(from, '', { content: tap('Never mind'), replyTo: { waMessageId } })],
    ],
    ['what the owner of the account wrote', false, (from) => [says(from, 'STOP', { fromMe: true })]],
    ['an edit', true, (from) => edited(from, 'STOP')],
    ['an edit of something that is not here', true, (from) => edited(from, 'STOP').slice(1)],
    ['an edit to anything else', false, (from) => edited(from, 'Stop by tomorrow')],
  ])('may be %s: %s', async (_, stops, said) => {
    const { from, waMessageId } = await wrote();
    await take(...said(from, waMessageId));
    expect(await isOptedOut(from)).toBe(stops);
  });

  it('is no tap on a button of what is no marketing', async () => {
    const from = '+5511961240006';
    const { waMessageId } = await wrote('service', from);
    await take(says(from, '', { content: tap('Stop'), replyTo: { waMessageId } }));
    expect(await isOptedOut(from)).toBe(false);
  });
});

function edited(from: string, text: string): InboundEvent[] {
  const first = says(from, 'Where is my parcel?');
  const target = { chat: first.from, waMessageId: first.waMessageId, fromMe: false };
  return [first, { type: 'edit', target, from: first.from, text, at: new Date() }];
}

describe('a message that comes in', () => {
  it('is stored with everything it brought', async () => {
    const from = { phone: '+5511961240007', username: 'ana' };
    const expiresAt = new Date('2026-04-01T00:00:00Z');
    const media = { mimeType: 'image/jpeg', ref: 'opaque', sizeBytes: 12, expiresAt };
    const more = { from, pushName: 'Ana ✨', late: true, replyTo: { waMessageId: 'Q' } };
    await take(
      says('', '', { ...more, content: { type: 'image', media, caption: 'Look' } }),
      says('', '', { from, content: { type: 'unsupported', name: 'odd', raw: { a: 1 } } }),
      says('', '', { from, content: { type: 'list', id: 'row-2', text: 'Tomorrow' } }),
    );
    expect(await messages()).toMatchObject([
      {
        type: 'image',
        body: 'Look',
        content: { caption: 'Look', media: { ref: 'opaque', expiresAt: expiresAt.toISOString() } },
        received: { from, pushName: 'Ana ✨', quotes: 'Q', late: true },
      },
      { type: 'unsupported', body: '', content: { name: 'odd', raw: { a: 1 } } },
      { type: 'list', body: 'Tomorrow', content: { id: 'row-2' } },
    ]);
  });

  it('that could not be read is replaced when it comes again', async () => {
    const from = '+5511961240008';
    const unread = says(from, '', { content: { type: 'unavailable', reason: 'not_decrypted' } });
    await take(unread);
    await take({ ...unread, content: { type: 'text', text: 'STOP' } }, unread);
    expect(await messages()).toMatchObject([{ type: 'text', body: 'STOP', content: null }]);
    expect(await isOptedOut(from)).toBe(true);
  });

  it('has the latest text, whatever order its edits come in', async () => {
    const [first, edit] = edited('+5511961240009', 'second');
    const older = { ...edit!, text: 'first', at: new Date(Date.now() - 60_000) } as InboundEvent;
    await take(first!, edit!, older);
    expect(await messages()).toMatchObject([{ body: 'second', received: { editedAt: expect.any(String) } }]);
    const foreign = {
      ...edit!,
      from: { phone: '+5511961240010' },
      text: 'third',
      at: new Date(),
    } as InboundEvent;
    await take(foreign);
    expect(await messages()).toMatchObject([{ body: 'second' }]);
  });

  it('from the owner of the account is his, is no reply, and no echo of what was sent', async () => {
    const { from, deliveryId, waMessageId } = await wrote();
    const own = says(from, 'I will call you', { fromMe: true });
    await take(own, { ...says(from, 'Hello Ana', { fromMe: true }), waMessageId });
    await take(own);
    expect(await messages('own')).toMatchObject([
      { body: 'I will call you', state: 'sent', wa_message_id: own.waMessageId },
    ]);
    expect(await messages()).toEqual([]);
    expect(await world.recipient(deliveryId)).toMatchObject({ replied_at: null });
  });
});

describe('a reply', () => {
  it('is of what it quotes, however long ago, else of the latest', async () => {
    const quoted = await wrote();
    await world.sql(`UPDATE messages SET created_at = now() - interval '30 days' WHERE delivery_id = $1`, [
      quoted.deliveryId,
    ]);
    const latest = await wrote('marketing', quoted.from);
    await take(says(quoted.from, 'This one', { replyTo: { waMessageId: quoted.waMessageId } }));
    expect(await world.recipient(quoted.deliveryId)).toMatchObject({
      replied_at: expect.any(Date),
      reply_quotes: true,
    });
    expect(await world.recipient(latest.deliveryId)).toMatchObject({ replied_at: null });
    await take(says(quoted.from, 'And that one', { replyTo: { waMessageId: 'something else' } }));
    expect(await world.recipient(latest.deliveryId)).toMatchObject({
      replied_at: expect.any(Date),
      reply_quotes: false,
    });
    const { ledger, counted } = await world.counts(quoted.id);
    expect(ledger).toEqual(counted);
  });

  it('does not count for what was written to somebody else', async () => {
    const [mine, theirs] = [await wrote(), await wrote()];
    await take(says(mine.from, 'hi', { replyTo: { waMessageId: theirs.waMessageId } }));
    expect(await world.recipient(theirs.deliveryId)).toMatchObject({ replied_at: null });
    expect(await world.recipient(mine.deliveryId)).toMatchObject({
      replied_at: expect.any(Date),
      reply_quotes: false,
    });
  });
});
