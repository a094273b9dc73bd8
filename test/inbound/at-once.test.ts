import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createContactWorld, type ContactWorld } from '../contacts/world.js';
import { World } from '../delivery/world.js';
import { DirectWorld } from '../messages/direct/world.js';
import { waitFor } from '../support/wait-for.js';
import { receive } from '../support/inbound.js';

let contacts: ContactWorld;
let world: World;
let senderId: string;

beforeAll(async () => {
  contacts = await createContactWorld();
});
afterAll(() => contacts.test.close());
beforeEach(async () => {
  world = new World(contacts.database, await contacts.test.createTenant());
  ({ senderId } = await world.sender());
});

const [KEPT, GONE] = ['+5511987654321', '+5531987654321'];

async function contact(phone: string): Promise<string> {
  const [made] = await world.contacts.upsertMany(world.database.manager, world.tenantId, [{ phone }]);
  return made?.id ?? '';
}

const receiveOne = () =>
  receive(world.inbound, world.tenantId, senderId, [
    { waMessageId: 'in-1', from: GONE, text: 'Are you open?', at: new Date().toISOString() },
  ]);

/** So many transactions wait for a lock of another. */
const waiting = (count: number) =>
  waitFor(
    async () => {
      const waits = await world.sql(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waits.length === count;
    },
    { what: `${count} transactions to wait` },
  );

/** The second begins while the first waits, in the middle of its work, for what the statement locks. */
async function interleaved(
  { locked, values }: { locked: string; values: string[] },
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<void> {
  const { both } = await world.database.transaction(async (tx) => {
    await tx.query(locked, values);
    const begun = first();
    await waiting(1);
    const rest = Promise.all([begun, second()]);
    await waiting(2);
    return { both: rest };
  });
  await both;
}

const stored = () =>
  world.sql(
    `SELECT m.contact_id, m.body, c.phone FROM messages m LEFT JOIN contacts c ON c.id = m.contact_id
     WHERE m.tenant_id = $1 AND m.direction = 'in'`,
    [world.tenantId],
  );

/** A message is stored before its conversation, which needs its sender. */
const storing = () => ({ locked: 'SELECT FROM senders WHERE id = $1 FOR UPDATE', values: [senderId] });

describe('a message that comes in at the moment of a merge', () => {
  it.each(['the message', 'the merge'])(
    'is of the contact that stays, when %s comes first',
    async (first) => {
      const [kept, gone] = [await contact(KEPT), await contact(GONE)];
      const { recipients } = await world.send({ to: [GONE] });
      const merge = () => contacts.merges.merge(world.tenantId, kept, gone);
      if (first === 'the message') await interleaved(storing(), receiveOne, merge);
      else {
        const locked = 'SELECT FROM deliveries WHERE id = $1 FOR UPDATE';
        await interleaved({ locked, values: [recipients[0]?.deliveryId ?? ''] }, merge, receiveOne);
      }
      expect(await stored()).toEqual([{ contact_id: kept, body: 'Are you open?', phone: KEPT }]);
      expect(
        await world.sql('SELECT contact_id, sender_id FROM conversations WHERE tenant_id = $1', [
          world.tenantId,
        ]),
      ).toEqual([{ contact_id: kept, sender_id: senderId }]);
    },
  );
});

describe('a message that comes in at the moment of an erasure', () => {
  it('goes with the person when it comes first', async () => {
    const gone = await contact(GONE);
    await interleaved(storing(), receiveOne, () => contacts.people.erase(world.tenantId, gone));
    expect(await stored()).toEqual([{ contact_id: null, body: null, phone: null }]);
  });

  it('is of a new contact when it comes second', async () => {
    const gone = await contact(GONE);
    const { recipients } = await world.send({ to: [GONE] });
    const locked = 'SELECT FROM deliveries WHERE id = $1 FOR UPDATE';
    const erase = () => contacts.people.erase(world.tenantId, gone);
    await interleaved({ locked, values: [recipients[0]?.deliveryId ?? ''] }, erase, receiveOne);
    const [message] = await stored();
    expect(message).toMatchObject({ body: 'Are you open?', phone: GONE });
    expect(message?.['contact_id']).not.toBe(gone);
  });
});

describe('an answer that is accepted at the moment of a merge', () => {
  it('is for the contact that stays', async () => {
    const [kept, gone] = [await contact(KEPT), await contact(GONE)];
    await receiveOne();
    const [message] = await world.sql<{ id: string }>('SELECT id FROM messages WHERE tenant_id = $1', [
      world.tenantId,
    ]);
    const direct = new DirectWorld(world);
    // A request looks its recipients up, and then needs its tenant to be stored.
    await interleaved(
      { locked: 'SELECT FROM tenants WHERE id = $1 FOR UPDATE', values: [world.tenantId] },
      () => direct.send({ to: GONE, replyTo: message?.id ?? '' }),
      () => contacts.merges.merge(world.tenantId, kept, gone),
    );
    const rows = await world.sql('SELECT contact_id, phone FROM deliveries WHERE tenant_id = $1', [
      world.tenantId,
    ]);
    expect(rows).toEqual([{ contact_id: kept, phone: KEPT }]);
  });
});
