import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { admitted } from '../../src/modules/delivery/core/frequency-cap.js';
import { countOverCap } from '../../src/modules/delivery/admission/frequency-cap.repository.js';
import type { sendMessage } from '../../src/modules/delivery/index.js';
import type { PayloadOf } from '../../src/queue/job.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { World } from './world.js';
import { saveSettings } from '../support/rows.js';

type SendPayload = PayloadOf<typeof sendMessage>;
type OfCampaign = SendPayload & { campaignId: string };

let db: TestDatabase;
let world: World;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
  await world.sender();
});

async function capOf(messages: number, days: number, of = world): Promise<void> {
  await saveSettings(of.database.manager, of.tenantId, { frequencyCap: { messages, days } });
}

/** So many campaigns to one and the same person. */
async function campaignsToOne(count: number, parts = ['Hello'], of = world): Promise<OfCampaign[]> {
  const first = await of.campaign({ parts });
  const payloads = [first.recipients[0]!];
  while (payloads.length < count) {
    const next = await of.campaign({ parts });
    const [payload] = next.recipients;
    await of.sql(
      `UPDATE deliveries SET phone = $1, contact_id =
         (SELECT id FROM contacts WHERE phone = $1 AND tenant_id = $2) WHERE id = $3`,
      [first.phones[0], of.tenantId, payload!.deliveryId],
    );
    payloads.push(payload!);
  }
  return payloads;
}

async function states(payloads: SendPayload[], of = world): Promise<[string, string | null][]> {
  const rows = await Promise.all(payloads.map(({ deliveryId }) => of.recipient(deliveryId)));
  return rows.map(({ state, code }) => [state, code]);
}

async function drive(payloads: SendPayload[], of = world): Promise<void> {
  for (const payload of payloads) await of.drive(of.worker(), payload);
}

describe('a frequency cap', () => {
  it('skips whom it leaves no room for, with the reason', async () => {
    await capOf(2, 7);
    const payloads = await campaignsToOne(3);
    await drive(payloads);
    expect(await states(payloads)).toEqual([
      ['sent', null],
      ['sent', null],
      ['skipped', 'frequency_cap'],
    ]);
  });

  it('is not there unless a tenant has set one', async () => {
    const payloads = await campaignsToOne(3);
    await drive(payloads);
    expect(await states(payloads)).toEqual(payloads.map(() => ['sent', null]));
  });

  it('looks back so many days', async () => {
    await capOf(1, 7);
    const [earlier, later, latest] = await campaignsToOne(3);
    await drive([earlier!]);
    await world.sql(`UPDATE messages SET sent_at = sent_at - interval '8 days' WHERE delivery_id = $1`, [
      earlier!.deliveryId,
    ]);
    await drive([later!, latest!]);
    expect(await states([later!, latest!])).toEqual([
      ['sent', null],
      ['skipped', 'frequency_cap'],
    ]);
  });

  it('counts a message that left lately, however long ago it was accepted', async () => {
    await capOf(1, 7);
    const [earlier, later, next] = await campaignsToOne(3);
    await drive([earlier!]);
    const accepted = (days: number, sendAt: string) =>
      world.sql(
        `UPDATE messages SET send_at = ${sendAt}, sent_at = now(),
           id = (lpad(to_hex((extract(epoch FROM now() - make_interval(days => $2)) * 1000)::bigint), 12, '0')
                 || right(replace(id::text, '-', ''), 20))::uuid
         WHERE delivery_id = $1`,
        [earlier!.deliveryId, days],
      );
    await accepted(300, 'now()');
    await drive([later!]);
    expect(await states([later!])).toEqual([['skipped', 'frequency_cap']]);
    await world.sql(`UPDATE messages SET sent_at = now() - interval '8 days' WHERE delivery_id = $1`, [
      earlier!.deliveryId,
    ]);
    await drive([next!]);
    expect(await states([next!])).toEqual([['sent', null]]);
  });

  it('counts every part, and sends all of a campaign or nothing', async () => {
    await capOf(3, 7);
    const payloads = await campaignsToOne(2, ['one', 'two']);
    const [single] = await campaignsToOne(1);
    await world.sql(
      `UPDATE deliveries SET phone = '+5511900009999', contact_id =
         (SELECT contact_id FROM deliveries WHERE id = $2) WHERE id = $1`,
      [single!.deliveryId, payloads[0]!.deliveryId],
    );
    await drive([...payloads, single!]);
    expect(await states([...payloads, single!])).toEqual([
      ['sent', null],
      ['skipped', 'frequency_cap'],
      ['sent', null],
    ]);
  });

  it('keeps room for the parts that are still to come', async () => {
    await capOf(3, 7);
    const [begun, other] = await campaignsToOne(2, ['one', 'two']);
    await drive([begun!]);
    await world.sql('DELETE FROM messages WHERE delivery_id = $1 AND part = 1', [begun!.deliveryId]);
    await world.sql(`UPDATE deliveries SET state = 'queued', next_part = 1 WHERE id = $1`, [
      begun!.deliveryId,
    ]);
    await drive([other!]);
    expect(await states([other!])).toEqual([['skipped', 'frequency_cap']]);
    await capOf(1, 7);
    await drive([begun!]);
    expect(await states([begun!])).toEqual([['sent', null]]);
  });

  it.each([
    ['delivered', true],
    ['read', true],
    ['unknown', true],
    ['sending', true],
    ['queued', false],
    ['failed', false],
    ['skipped', false],
  ])('counts a message that is %s: %s', async (state, counts) => {
    await capOf(1, 7);
    const [earlier, later] = await campaignsToOne(2);
    await drive([earlier!]);
    await world.sql('UPDATE messages SET state = $2 WHERE delivery_id = $1', [earlier!.deliveryId, state]);
    await drive([later!]);
    expect(await states([later!])).toEqual([counts ? ['skipped', 'frequency_cap'] : ['sent', null]]);
  });

  it.each([
    ['neither counts nor holds up messages of service', 'service', ['sent', null]],
    ['holds back messages of marketing that no campaign sends', 'marketing', ['skipped', 'frequency_cap']],
  ] as const)('%s', async (_what, purpose, last) => {
    await capOf(purpose === 'service' ? 1 : 2, 7);
    const [campaign] = await campaignsToOne(1);
    const { phone } = await world.recipient(campaign!.deliveryId);
    const [first, second] = await Promise.all(
      [1, 2].map(async () => (await world.send({ purpose, to: [String(phone)] })).recipients[0]!),
    );
    await drive([first!, campaign!, second!]);
    expect(await states([first!, campaign!, second!])).toEqual([['sent', null], ['sent', null], last]);
  });

  it('is not for campaigns of service, which do not count either', async () => {
    await capOf(1, 7);
    const [service, marketing] = await campaignsToOne(2);
    await world.sql(`UPDATE campaigns SET purpose = 'service' WHERE id = $1`, [service!.campaignId]);
    await world.sql(`UPDATE deliveries SET purpose = 'service' WHERE campaign_id = $1`, [
      service!.campaignId,
    ]);
    await drive([service!, marketing!]);
    expect(await states([service!, marketing!])).toEqual([
      ['sent', null],
      ['sent', null],
    ]);
  });

  it('remembers campaigns that were deleted', async () => {
    await capOf(1, 7);
    const [gone, next] = await campaignsToOne(2);
    await drive([gone!]);
    await world.sql('DELETE FROM campaigns WHERE id = $1', [gone!.campaignId]);
    await drive([next!]);
    expect(await states([next!])).toEqual([['skipped', 'frequency_cap']]);
  });

  it("is a tenant's own", async () => {
    const other = new World(db.database, await db.createTenant());
    await other.sender();
    await capOf(1, 7);
    const theirs = await campaignsToOne(2, ['Hello'], other);
    await drive(theirs, other);
    expect(await states(theirs, other)).toEqual(theirs.map(() => ['sent', null]));
  });

  it('gives the last slot to one of several campaigns that want it at once, in several processes', async () => {
    await capOf(1, 7);
    const session = await world.sender();
    const processes = Array.from({ length: 4 }, () => {
      const one = new World(db.database, world.tenantId);
      for (const [id, known] of world.sessions) one.sessions.set(id, known);
      return one;
    });
    for (let round = 0; round < 5; round += 1) {
      const payloads = await campaignsToOne(8);
      // All have passed the guards before the first of them claims.
      const requests = await Promise.all(
        payloads.map(async ({ tenantId, deliveryId }, index) => {
          const { delivery } = processes[index % processes.length]!;
          const loaded = (await delivery.load(tenantId, deliveryId))!;
          expect(loaded.overCap).toBe(false);
          return { process: delivery, ...loaded };
        }),
      );
      const claims = await Promise.all(
        requests.map(({ process, delivery, policy }) =>
          process.claim({
            tenantId: delivery.tenantId,
            source: delivery.source,
            sourceId: delivery.sourceId,
            deliveryId: delivery.id,
            claimEpoch: delivery.claimEpoch,
            part: 0,
            senderId: session.senderId,
            waMessageId: newId(),
            type: 'text',
            body: 'Hello',
            content: null,
            capped: { contactId: delivery.contactId, parts: 1, cap: policy.frequencyCap! },
          }),
        ),
      );
      expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
      expect(claims.filter(({ kind }) => kind === 'lost')).toHaveLength(7);
    }
  });

  it('holds when workers race through whole sends', async () => {
    await capOf(2, 7);
    const payloads = await campaignsToOne(6);
    const worker = world.worker();
    await Promise.all(payloads.map((payload) => world.drive(worker, payload)));
    const ends = await states(payloads);
    expect(ends.filter(([state]) => state === 'sent')).toHaveLength(2);
    expect(ends.filter(([, code]) => code === 'frequency_cap')).toHaveLength(4);
    const { ledger, counted } = await world.counts(payloads[0]!.campaignId);
    expect(ledger).toEqual(counted);
  });

  it('can say beforehand how many of a campaign it will skip', async () => {
    const [sent, waiting] = await campaignsToOne(2);
    await drive([sent!]);
    const count = () => countOverCap(world.database.manager, world.tenantId, waiting!.campaignId);
    expect(await count()).toBe(0);
    await capOf(1, 7);
    expect(await count()).toBe(1);
    await capOf(2, 7);
    expect(await count()).toBe(0);
  });

  it('finds what a contact had through an index', async () => {
    await capOf(1, 7);
    const [payload] = await campaignsToOne(1);
    const { contact_id: contactId } = await world.recipient(payload!.deliveryId);
    await world.sql(
      `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, type, state)
       SELECT gen_random_uuid(), $1, 'out', gen_random_uuid(), $1, 'text', 'sent' FROM generate_series(1, 20000)`,
      [world.tenantId],
    );
    await world.sql('ANALYZE messages');
    const plan = await world.sql<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT count(*) FROM messages m
       WHERE m.contact_id = $1 AND m.id > '01a00000-0000-7000-8000-000000000000' AND m.direction = 'out'
         AND m.delivery_id IS NOT NULL`,
      [contactId],
    );
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toMatch(/messages_contact/);
  });
});

describe('admitting claims', () => {
  const claim = (contactId: string, parts = 1, messages = 2) => ({
    contactId,
    parts,
    cap: { messages, days: 7 },
  });

  it('goes in order, by contact, and lets those without a cap pass', () => {
    const claims = [claim('a'), undefined, claim('b', 2), claim('a'), claim('b')];
    expect(admitted(claims, new Map([['a', 1]]))).toEqual([true, true, true, false, false]);
  });

  it('admits no recipient whose parts are more than the cap', () => {
    expect(admitted([claim('a', 3)], new Map())).toEqual([false]);
  });
});
