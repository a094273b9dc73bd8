import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/lib/clock.js';
import { IdentityService } from '../../src/modules/contacts/index.js';
import { countBacklog, InboundService } from '../../src/modules/inbound/index.js';
import { sourceKinds } from '../../src/modules/delivery/core/source-kind.js';
import type { InboundEvent, InboundMessage } from '../../src/transports/inbound.js';
import type { Peer } from '../../src/transports/peer.js';
import type { ScriptedSession } from '../delivery/scripted-session.js';
import { World } from '../delivery/world.js';
import { silentLogger } from '../senders/fixture.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';
import { written } from '../support/inbound.js';

/** What others do to what comes in: they lock rows, write thousands of messages, and none that is as it should be. */
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
const fresh = (): string => `+5511962${100_000 + (counter += 1)}`;
const freshLid = (): string => `88${(counter += 1)}`;
const says = (from: Peer, text: string, more: Partial<InboundMessage> = {}): InboundMessage =>
  written(`o-${(counter += 1)}`, text, { from, at: new Date(), ...more });

const heard = (events: readonly InboundEvent[], senderId = phone.senderId) =>
  events.map((event) => ({ tenantId: world.tenantId, senderId, event }));
const store = (...events: InboundEvent[]) => world.inbound.store(heard(events));
async function take(...events: InboundEvent[]): Promise<void> {
  await store(...events);
  await world.inbound.workOff();
}

const worker = (restMs: number) =>
  new InboundService({
    database: db.database,
    people: new IdentityService({ clock: systemClock, logger: silentLogger, records: [] }),
    clock: systemClock,
    logger: silentLogger,
    restMs,
  });

const messages = () =>
  world.sql(`SELECT * FROM messages WHERE tenant_id = $1 AND direction = 'in' ORDER BY id`, [world.tenantId]);
const texts = async () => (await messages()).map(({ body }) => String(body));
const events = () =>
  world.sql('SELECT * FROM inbound_events WHERE tenant_id = $1 ORDER BY id', [world.tenantId]);
const isOptedOut = async (from: string) =>
  (
    await world.sql<{ out: boolean }>(
      'SELECT opted_out_at IS NOT NULL AS out FROM contacts WHERE tenant_id = $1 AND phone = $2',
      [world.tenantId, from],
    )
  )[0]?.out;

describe('others wait for nobody', () => {
  it('whose rows are locked by somebody else; those are tried until they are free, in order', async () => {
    const [locked, other] = [{ phone: fresh() }, { phone: fresh() }];
    await take(says(locked, 'known'), says(other, 'known'));
    const when = `NEW.body = 'locked'`;
    const endFault = await refuseRows(world.database.manager, 'messages', 'INSERT', when, 8, 'locked');
    await store(says(locked, 'locked'), says(locked, 'after it'), says(other, 'free'));
    const patient = worker(60_000);
    await patient.workOff();
    expect(await texts()).toEqual(['known', 'known', 'free']);
    await world.sql('UPDATE inbound_events SET retry_at = NULL WHERE tenant_id = $1', [world.tenantId]);
    await world.inbound.workOff();
    await endFault();
    expect((await texts()).slice(3)).toEqual(['locked', 'after it']);
    expect((await events()).every((event) => event['parked_at'] === null)).toBe(true);
  });

  it('who has thousands of messages behind one that fails', async () => {
    const [many, other] = [{ phone: fresh() }, { phone: fresh() }];
    const endFault = await refuseRows(world.database.manager, 'messages', 'INSERT', `NEW.body = 'bad'`);
    const flood = Array.from({ length: 4_500 }, (_, n) => says(many, `message ${n}`));
    for (let from = 0; from < flood.length; from += 500) {
      await store(...(from === 0 ? [says(many, 'bad')] : []), ...flood.slice(from, from + 500));
    }
    await store(says(other, 'hello'));
    await worker(60_000).workOff();
    expect(await texts()).toEqual(['hello']);
    await world.inbound.workOff();
    await world.sql('UPDATE inbound_events SET retry_at = NULL WHERE tenant_id = $1', [world.tenantId]);
    await world.inbound.workOff();
    await endFault();
    expect((await texts()).slice(1)).toEqual(flood.map((_, n) => `message ${n}`));
  });
});

describe('what cannot be stored', () => {
  it('is counted and said, once however often it is told, and keeps nothing else waiting', async () => {
    const before = await countBacklog(world.database.manager);
    const bad = [
      says({ username: 'ana' }, 'hi'),
      says({ phone: fresh() }, 'hi', { waMessageId: '' }),
      { ...says({ phone: fresh() }, 'hi'), content: undefined },
      { ...says({ phone: fresh() }, 'hi'), from: null },
      { type: 'message' },
      {},
      { type: 'dance\0', from: { phone: fresh() } },
    ] as InboundEvent[];
    await take(...bad, says({ phone: fresh() }, 'good'));
    await take(...bad);
    expect(await texts()).toEqual(['good']);
    const after = await countBacklog(world.database.manager);
    expect(after).toEqual({ ...before, refused: before.refused + bad.length });
    const refused = (await events()).filter((event) => event['parked_at'] !== null);
    expect(refused).toHaveLength(bad.length);
    expect(refused.every((event) => event['error'] !== '' && event['payload'] === null)).toBe(true);
  });

  it('of a text is cut or mended, and a wrong clock is not believed', async () => {
    const from = { phone: fresh() };
    await take(
      says(from, `a\0b\ud800c`, { pushName: '\udfff', at: new Date(8.64e15) }),
      says(from, '\u{1F600}'.repeat(50_000), { at: new Date(0) }),
      says(from, 'by id', { waMessageId: `nul\0${from.phone}` }),
    );
    const [mended, long, named] = await messages();
    expect(mended).toMatchObject({ body: 'ab\ufffdc', received: { pushName: '\ufffd' } });
    expect(String(long?.['body'])).toHaveLength(65_536);
    expect(named).toMatchObject({ wa_message_id: `nul${from.phone}` });
    const today = Date.now() - 60_000;
    for (const message of [mended, long]) expect(Number(message?.['created_at'])).toBeGreaterThan(today);
    const [conversation] = await world.sql('SELECT last_inbound_at FROM conversations WHERE tenant_id = $1', [
      world.tenantId,
    ]);
    expect(Number(conversation?.['last_inbound_at'])).toBeLessThanOrEqual(Date.now());
  });
});

describe('ids', () => {
  it('are of one sender: another one may be told the same', async () => {
    const other = await world.sender();
    const message = says({ phone: fresh() }, 'hi');
    await world.inbound.store([...heard([message, message]), ...heard([message], other.senderId)]);
    await world.inbound.workOff();
    const senders = (await messages()).map((stored) => stored['sender_id']);
    expect(senders).toHaveLength(2);
    expect(new Set(senders)).toEqual(new Set([phone.senderId, other.senderId]));
  });

  it('of what is not here, or of another tenant, are quoted in vain', async () => {
    const elsewhere = new World(db.database, await db.createTenant());
    await elsewhere.sender();
    const theirs = await elsewhere.campaign();
    await elsewhere.drive(elsewhere.worker(), theirs.recipients[0]!);
    const [sent] = await elsewhere.messages(theirs.recipients[0]!.deliveryId);
    const from = { phone: theirs.phones[0]! };
    for (const waMessageId of [String(sent?.['wa_message_id']), 'nothing', '\0', 'x'.repeat(100_000)]) {
      await take(says(from, 'STOP', { replyTo: { waMessageId } }));
    }
    expect(await texts()).toHaveLength(4);
    const delivery = await elsewhere.recipient(theirs.recipients[0]!.deliveryId);
    expect(delivery).toMatchObject({ replied_at: null, opted_out_at: null });
  });

  it('of an edit that comes before its message bring both together, whichever is first', async () => {
    const { recipients, phones } = await world.campaign();
    await world.drive(world.worker(), recipients[0]!);
    const from = { phone: phones[0]! };
    const message = says(from, 'first');
    const edit: InboundEvent = {
      type: 'edit',
      target: { chat: from, waMessageId: message.waMessageId, fromMe: false },
      from,
      text: 'second',
      at: new Date(),
    };
    await take({ ...edit, text: 'between', at: new Date(Date.now() - 1_000) }, edit);
    expect(await messages()).toMatchObject([{ body: 'second', received: { editOnly: true } }]);
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ replied_at: null });
    await take(message, message);
    const [stored, ...more] = await messages();
    expect(more).toEqual([]);
    expect(stored).toMatchObject({
      body: 'second',
      type: 'text',
      received: { editedAt: expect.any(String) },
    });
    expect(stored?.['received']).not.toHaveProperty('editOnly');
    expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({ replied_at: expect.any(Date) });
  });
});

describe('a STOP', () => {
  it('that could neither be stored nor obeyed is obeyed later, and keeps claims back until then', async () => {
    const from = fresh();
    await take(says({ phone: from }, 'hi'));
    const faults = await Promise.all([
      refuseRows(world.database.manager, 'messages', 'INSERT', `NEW.body = 'STOP'`),
      refuseRows(world.database.manager, 'contacts', 'UPDATE', 'NEW.opted_out_at IS NOT NULL'),
    ]);
    await take(says({ phone: from }, 'STOP'));
    const parked = async () => (await events()).filter((event) => event['parked_at'] !== null);
    expect(await parked()).toMatchObject([{ stops: true, done_at: null }]);
    await Promise.all(faults.map((end) => end()));
    await world.inbound.obeyParked(new AbortController().signal);
    expect(await isOptedOut(from)).toBe(true);
    expect(await parked()).toMatchObject([{ stops: false }]);
  });

  const ways: [string, (to: { phone: string; lid: string }) => Peer][] = [
    ['the number', ({ phone: number }) => ({ phone: number })],
    [
      'the number without its ninth digit',
      ({ phone: number }) => ({ phone: number.replace('+55119', '+5511') }),
    ],
    ['the LID', ({ lid }) => ({ lid })],
    ['both', (both) => both],
  ];
  it.each(sourceKinds.flatMap((source) => ways.map(([name, from]) => ({ source, name, from }))))(
    'by $name that is stored keeps back what is sent by $source',
    async ({ source, from }) => {
      const lid = freshLid();
      const number = `+55119${80_000_000 + (counter += 1)}`;
      await take({ type: 'identity', peers: [{ lid }, { phone: number }] });
      const { recipients } = await world.deliveries(source, { to: [number], parts: ['one', 'two'] });
      await store(says(from({ phone: number, lid }), 'STOP'));
      for (const lane of ['handleSend', 'handleAnswer'] as const) {
        await world.worker()[lane](recipients[0]!, { signal: new AbortController().signal });
      }
      await world.inbound.workOff();
      await world.drive(world.worker(), recipients[0]!);
      expect(phone.handed).toEqual([]);
      expect(await world.recipient(recipients[0]!.deliveryId)).toMatchObject({
        state: 'skipped',
        code: 'opted_out',
      });
    },
  );

  it.each<[string, (from: Peer & { lid: string }) => InboundEvent]>([
    [
      'news that the LID has this number',
      ({ lid, phone: number }) => ({ type: 'identity', peers: [{ lid }, { phone: number!, lid }] }),
    ],
    [
      'news that it has become this number',
      ({ lid, phone: number }) => ({
        type: 'identity_changed',
        from: { lid },
        to: { phone: number! },
        at: new Date(),
      }),
    ],
    ['a message that carries both', (both) => says(both, 'hello')],
  ])('by LID binds the number from when %s is stored', async (_, told) => {
    const { recipients, phones } = await world.campaign({ recipients: 2 });
    const lid = freshLid();
    await take(says({ lid }, 'STOP'));
    await store(told({ lid, phone: phones[0]! }));
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

  it('is not taken for one where a message of one known person carries all that is known of it', async () => {
    const both = { phone: fresh(), lid: freshLid() };
    await take(says(both, 'hi'));
    await store(says(both, 'hi again'));
    expect((await events()).at(-1)).toMatchObject({ stops: false, plain: true });
  });
});
