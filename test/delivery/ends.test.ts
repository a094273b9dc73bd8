import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Tx } from '../../src/db/index.js';
import { createLogger } from '../../src/lib/logger.js';
import {
  DeliveryEnds,
  DeliveryPersonRecords,
  Send,
  sourceKinds,
  type DeliveryEnd,
  type DeliverySource,
} from '../../src/modules/delivery/index.js';
import { presentSend } from '../../src/modules/messages/index.js';
import { deliverySources } from '../../src/runtime/sources.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';
import type { ScriptedSession } from './scripted-session.js';
import { personOf, reported, timesOut, waysToEnd } from './ways-to-end.js';
import { World } from './world.js';

let db: TestDatabase;
let world: World;
let phone: ScriptedSession;
let end: (() => Promise<void>)[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new World(db.database, await db.createTenant());
  phone = await world.senderWithoutIdempotentIds();
});
afterEach(async () => {
  for (const one of end) await one();
  end = [];
});

const logged: Record<string, unknown>[] = [];
const logger = createLogger('warn', {
  destination: { write: (line: string) => logged.push(JSON.parse(line) as Record<string, unknown>) },
});

function ends(sources = deliverySources): DeliveryEnds {
  return new DeliveryEnds({ database: db.database, sources, logger });
}

const tell = (how = ends()) => how.tell(new AbortController().signal);

async function shown(id: string) {
  const send = await db.database.manager.findOneByOrFail(Send, { id });
  return presentSend(send);
}

/** As its deliveries are now. */
async function counted(id: string): Promise<Record<string, number>> {
  const rows = await world.sql<{ state: string; count: number }>(
    `SELECT CASE WHEN state IN ('pending', 'queued', 'sending') THEN 'open' ELSE state END AS state,
            count(*)::int AS count FROM deliveries WHERE source_id = $1 GROUP BY 1`,
    [id],
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

const nothing = { open: 0, sent: 0, delivered: 0, read: 0, failed: 0, skipped: 0, unknown: 0 };

describe.each(sourceKinds)('a delivery of the source %s', (kind) => {
  it.each(waysToEnd.filter(({ not = [] }) => !not.includes(kind)))(
    'that $way notes each of its ends once, if its source asks for them',
    async ({ run, noted }) => {
      const { id, recipients } = await world.deliveries(kind, { parts: ['one', 'two'], recipients: 2 });
      await run({ world, phone, kind, recipients });
      if (kind === 'campaign') {
        expect(await world.ends()).toEqual([]);
        expect((await world.recipient(recipients[0]!.deliveryId)).state).not.toBe('queued');
        return;
      }
      expect(await world.ends(recipients[0]!.deliveryId)).toEqual(noted);
      expect(await world.ends()).toEqual(noted);
      await tell();
      expect(await world.ends()).toEqual([]);
      const now = { ...nothing, ...(await counted(id)) };
      expect(now.open).toBe(1);
      expect(await shown(id)).toMatchObject({ ...now, total: 2, completedAt: null });
    },
  );
});

describe('a send', () => {
  it('is complete when the last of its deliveries has ended, and says when', async () => {
    const { id, recipients } = await world.send({ recipients: 3 });
    expect(await shown(id)).toEqual({
      ...nothing,
      id,
      kind: 'direct',
      createdAt: expect.any(String),
      total: 3,
      open: 3,
      completedAt: null,
    });
    await world.drive(world.worker(), recipients[0]!);
    await world.delivery.giveUp(world.tenantId, recipients[1]!.deliveryId);
    await tell();
    expect(await shown(id)).toMatchObject({ open: 1, sent: 1, failed: 1, completedAt: null });

    await world.drive(world.worker(), recipients[2]!);
    const [last] = await world.sql<{ at: Date }>(
      'SELECT max(ended_at) AS at FROM delivery_ends WHERE source_id = $1',
      [id],
    );
    await tell();
    const complete = { open: 0, sent: 2, failed: 1, completedAt: last?.at.toISOString() };
    expect(await shown(id)).toMatchObject(complete);

    await reported({ world, phone }, 'read');
    await tell();
    expect(await shown(id)).toMatchObject({ ...complete, sent: 1, read: 1 });
  });

  it('is under way again when a late receipt reopens a delivery', async () => {
    phone.answer(timesOut);
    const { id, recipients } = await world.send({ parts: ['one', 'two'] });
    await world.drive(world.worker(), recipients[0]!);
    await tell();
    expect(await shown(id)).toMatchObject({ open: 0, unknown: 1, completedAt: expect.any(String) });
    await reported({ world, phone }, 'server');
    await tell();
    expect(await shown(id)).toMatchObject({ ...nothing, open: 1, completedAt: null });
  });

  it('keeps its counts when its people are erased, and when its deliveries are deleted', async () => {
    const { id, recipients } = await world.send({ recipients: 2 });
    for (const recipient of recipients) await world.drive(world.worker(), recipient);
    await tell();
    const before = await shown(id);
    const who = await personOf({ world, recipients });
    await db.database.transaction((tx) => new DeliveryPersonRecords().erase(tx, world.tenantId, who));
    await world.sql('DELETE FROM deliveries WHERE source_id = $1', [id]);
    expect(await tell()).toBe(0);
    expect(await shown(id)).toEqual(before);
    expect(before).toMatchObject({ sent: 2, completedAt: expect.any(String) });
  });

  it('that is gone leaves nothing behind: its ends are told to nobody', async () => {
    const { recipients } = await world.send();
    await world.drive(world.worker(), recipients[0]!);
    await world.sql('DELETE FROM tenants WHERE id = $1', [world.tenantId]);
    await tell();
    expect(await world.ends()).toEqual([]);
  });
});

/** 600 ends of 20 sends, which take more than one batch. */
async function manyEnds(): Promise<string[]> {
  const sends: string[] = [];
  for (let index = 0; index < 20; index += 1) sends.push((await world.send({ recipients: 30 })).id);
  await world.sql(`UPDATE deliveries SET state = 'sent' WHERE source_id = ANY($1::uuid[])`, [sends]);
  return sends;
}

/** What its sends do with their ends, and something beside it. */
function sendsWith(ended: NonNullable<DeliverySource['ended']>) {
  const direct: DeliverySource = { ...deliverySources.direct, ended };
  return { ...deliverySources, direct };
}

const asBefore = (tx: Tx, some: readonly DeliveryEnd[]) => deliverySources.direct.ended!(tx, some);

describe('an end is told', () => {
  it('once, however many workers tell ends at once', async () => {
    const sends = await manyEnds();
    const told = await Promise.all(Array.from({ length: 4 }, () => tell()));
    // One whose batch was another's may have stopped early: the next turn is seconds later.
    const rest = await tell();
    expect(told.reduce((sum, one) => sum + one, rest)).toBe(600);
    const complete = await Promise.all(sends.map(shown));
    expect(complete.map(({ sent, open }) => ({ sent, open }))).toEqual(
      sends.map(() => ({ sent: 30, open: 0 })),
    );
  });

  it('again when the worker dies before its transaction commits', async () => {
    const { id } = await world.send();
    await world.sql(`UPDATE deliveries SET state = 'sent' WHERE source_id = $1`, [id]);
    const dying = sendsWith(async (tx, some) => {
      await asBefore(tx, some);
      throw Object.assign(new Error('terminating connection'), { code: '57P01' });
    });
    await expect(tell(ends(dying))).rejects.toThrow('terminating connection');
    expect(await shown(id)).toMatchObject({ sent: 0, open: 1 });
    await tell();
    await tell();
    expect(await shown(id)).toMatchObject({ sent: 1, open: 0 });
  });

  it('to all others when a source cannot take one, which is tried again later', async () => {
    const sends = await manyEnds();
    const broken = sends[7] ?? '';
    end.push(await refuseRows(db.database.manager, 'sends', 'UPDATE', `NEW.id = '${broken}'`));
    expect(await tell()).toBe(570);
    expect(await shown(broken)).toMatchObject({ sent: 0, open: 30 });
    expect(await shown(sends[8] ?? '')).toMatchObject({ sent: 30, completedAt: expect.any(String) });
    const waiting =
      'SELECT count(*)::int AS n, min(attempts) AS tried FROM delivery_ends WHERE source_id = $1 AND retry_at > now()';
    expect(await world.sql(waiting, [broken])).toEqual([{ n: 30, tried: 1 }]);
    expect(await tell()).toBe(0);

    await end.pop()?.();
    await world.sql('UPDATE delivery_ends SET retry_at = now() WHERE source_id = $1', [broken]);
    expect(await tell()).toBe(30);
    expect(await shown(broken)).toMatchObject({ sent: 30, open: 0 });
  });

  it('no more after its tenth failure, which is an alert that names it', async () => {
    const { id, recipients } = await world.send();
    const { deliveryId } = recipients[0]!;
    await world.sql(`UPDATE deliveries SET state = 'sent' WHERE source_id = $1`, [id]);
    const broken = sendsWith(() => Promise.reject(new Error('it is broken')));
    for (const failures of [1, 9, 10]) {
      await world.sql('UPDATE delivery_ends SET retry_at = NULL, attempts = $2 WHERE source_id = $1', [
        id,
        failures - 1,
      ]);
      await tell(ends(broken));
    }
    expect(await world.ends(deliveryId)).toEqual([]);
    const about = logged
      .filter((line) => line['error'] === 'it is broken')
      .map(({ alert, attempts }) => ({ alert, attempts }));
    expect(about).toEqual([
      { alert: undefined, attempts: 1 },
      { alert: undefined, attempts: 9 },
      { alert: 'delivery.end_dropped', attempts: 10 },
    ]);
    expect(logged.at(-1)).toMatchObject({ deliveryId, source: 'direct', sourceId: id });
  });
});
