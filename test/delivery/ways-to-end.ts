import { expect } from '@jest/globals';
import { cancelMessage, DeliveryPersonRecords, type SourceKind } from '../../src/modules/delivery/index.js';
import type { ReceiptEntry } from '../../src/modules/delivery/core/receipts.js';
import { accept, type ScriptedSession } from './scripted-session.js';
import type { World } from './world.js';

/** Two queued deliveries of two parts each; what happens is that of the first one. */
export interface Ending {
  world: World;
  /** Their only sender, whose network does not de-duplicate: a time-out leaves the outcome unknown. */
  phone: ScriptedSession;
  kind: SourceKind;
  recipients: Awaited<ReturnType<World['deliveries']>>['recipients'];
}

interface Way {
  way: string;
  run: (one: Ending) => Promise<unknown>;
  /** What sources are told of it, as World.ends shows it. */
  noted: string[];
  /** Sources whose deliveries do not end so. */
  not?: SourceKind[];
}

export const timesOut = { kind: 'unknown', code: 'timeout' } as const;

/** What the network reports about a part that was handed over. */
export async function reported(
  { world, phone }: Pick<Ending, 'world' | 'phone'>,
  status: ReceiptEntry['status'],
  part = 0,
): Promise<void> {
  const waMessageId = phone.handed[part]?.waMessageId ?? '';
  await world.receipts.apply(world.tenantId, phone.senderId, [
    { waMessageId, status, at: new Date().toISOString() },
  ]);
}

export async function personOf({ world, recipients }: Pick<Ending, 'world' | 'recipients'>, index = 0) {
  const { contact_id: id, phone, line } = await world.recipient(recipients[index]!.deliveryId);
  return { id: String(id), address: String(phone), line: String(line), lines: [String(line)] };
}

const send = ({ world, recipients }: Ending) => world.drive(world.worker(), recipients[0]!);
const idOf = ({ recipients }: Ending) => recipients[0]!.deliveryId;

/** Every way in which a delivery comes to an end, or from one to another. */
export const waysToEnd: Way[] = [
  { way: 'is sent', run: send, noted: ['open -> sent'] },
  {
    way: 'is delivered and read after it was sent',
    run: async (one) => {
      await send(one);
      for (const status of ['delivered', 'read'] as const) {
        await reported(one, status, 0);
        await reported(one, status, 1);
      }
    },
    noted: ['open -> sent', 'sent -> delivered', 'delivered -> read'],
  },
  {
    way: 'is taken back by the network after it was sent',
    run: async (one) => {
      await send(one);
      await reported(one, 'failed', 1);
    },
    noted: ['open -> sent', 'sent -> failed'],
  },
  {
    way: 'is rejected by the network',
    run: async (one) => {
      one.phone.answer({ kind: 'rejected', code: 'content_rejected', permanent: true });
      await send(one);
    },
    noted: ['open -> failed'],
  },
  {
    way: 'is unknown',
    run: async (one) => {
      one.phone.answer(timesOut);
      await send(one);
    },
    noted: ['open -> unknown'],
  },
  {
    way: 'was unknown, goes on after a late receipt, and is sent',
    run: async (one) => {
      one.phone.answer(timesOut, accept);
      await send(one);
      await reported(one, 'server');
      if (one.kind === 'campaign') return;
      await one.world.reconcile().run();
      await send(one);
    },
    noted: ['open -> unknown', 'unknown -> open', 'open -> sent'],
  },
  {
    way: 'is given up after the last failure of its job',
    run: (one) => one.world.delivery.giveUp(one.world.tenantId, idOf(one)),
    noted: ['open -> failed'],
  },
  {
    way: 'is given up when an interrupted hand-over may have arrived',
    run: async (one) => {
      one.phone.answer({ kind: 'retryLater', code: 'unavailable', scope: 'global', at: inAMinute() });
      await send(one);
      await one.world.sql(`UPDATE messages SET wa_message_id = 'wa-1' WHERE delivery_id = $1 AND part = 0`, [
        idOf(one),
      ]);
      await one.world.delivery.giveUp(one.world.tenantId, idOf(one));
    },
    noted: ['open -> unknown'],
  },
  {
    way: 'is skipped before its hand-over',
    run: async (one) => {
      const loaded = await one.world.delivery.load(one.world.tenantId, idOf(one));
      expect(await one.world.delivery.end(loaded!.delivery, 'skipped', 'opted_out')).toBe(true);
    },
    noted: ['open -> skipped'],
  },
  {
    way: 'is cancelled',
    run: async (one) => {
      const [message] = await one.world.messages(idOf(one));
      const { database, tenantId } = one.world;
      const cancelled = database.transaction((tx) => cancelMessage(tx, tenantId, String(message?.['id'])));
      expect(await cancelled).toBe(true);
    },
    noted: ['open -> skipped'],
    not: ['campaign', 'test'],
  },
  {
    way: 'waits when its person is erased',
    run: async (one) => {
      const person = await personOf(one);
      const { database, tenantId } = one.world;
      await database.transaction((tx) => new DeliveryPersonRecords().erase(tx, tenantId, person));
    },
    noted: ['open -> skipped'],
  },
  {
    way: 'waits when its person is merged with another who gets the same',
    run: async (one) => {
      const [from, to] = [await personOf(one, 0), await personOf(one, 1)];
      const { database, tenantId } = one.world;
      await database.transaction((tx) => new DeliveryPersonRecords().move(tx, tenantId, from, to));
    },
    noted: ['open -> skipped'],
  },
  {
    way: 'was handed over by a worker that died',
    run: diedWhileSending,
    noted: ['open -> unknown'],
  },
  {
    way: 'is changed by any other statement',
    run: (one) =>
      one.world.sql(`UPDATE deliveries SET state = 'skipped', code = 'expired' WHERE id = $1`, [idOf(one)]),
    noted: ['open -> skipped'],
  },
];

const inAMinute = () => new Date(Date.now() + 60_000);

/** As the claim leaves it whose worker was never seen again. */
async function diedWhileSending(one: Ending): Promise<void> {
  const { world, phone } = one;
  await world.sql(
    `UPDATE deliveries SET state = 'sending', sender_id = $2, claim_epoch = claim_epoch + 1,
       updated_at = now() - interval '1 hour' WHERE id = $1`,
    [idOf(one), phone.senderId],
  );
  await world.sql(
    `INSERT INTO messages (id, tenant_id, direction, sender_id, delivery_id, part, type, state, claim_epoch,
                           worker_id, campaign_id, source, source_id, wa_message_id, updated_at)
     SELECT gen_random_uuid(), tenant_id, 'out', sender_id, id, 0, 'text', 'sending', claim_epoch, $2, campaign_id,
            CASE WHEN campaign_id IS NULL THEN source END, source_id, 'wa-1', now() - interval '1 hour'
     FROM deliveries WHERE id = $1
     ON CONFLICT (delivery_id, part) WHERE delivery_id IS NOT NULL AND direction = 'out'
     DO UPDATE SET state = 'sending', claim_epoch = excluded.claim_epoch, sender_id = excluded.sender_id,
       worker_id = excluded.worker_id, wa_message_id = 'wa-1', updated_at = excluded.updated_at`,
    [idOf(one), world.workerId],
  );
  await world.reconcile({ sendingMs: 1 }).run();
}
