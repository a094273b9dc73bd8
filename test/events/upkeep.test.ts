import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addMs } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { partitionsAhead, partitionsOver } from '../../src/modules/events/core/partitions.js';
import { EventOutbox, EventUpkeep, writeEvents } from '../../src/modules/events/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the partitions of events', () => {
  it('last six hours, and are made for two days from the next one on', () => {
    const names = partitionsAhead(new Date('2026-12-30T06:00:00.000Z')).map(({ name }) => name);
    expect(names).toHaveLength(8);
    expect([names[0], names[7]]).toEqual(['events_20261230_12', 'events_20270101_06']);
    expect(partitionsAhead(new Date('2026-12-30T05:59:59.999Z'))[0]?.name).toBe('events_20261230_06');
  });

  it('are over a day after their end; the one for the rest never is', () => {
    const names = ['events_rest', 'events_20261230_06', 'events_20261230_12'];
    const over = (at: string) => partitionsOver(names, new Date(at)).map(({ name }) => name);
    expect(over('2026-12-31T11:59:59.999Z')).toEqual([]);
    expect(over('2026-12-31T12:00:00.000Z')).toEqual(['events_20261230_06']);
  });
});

let db: TestDatabase;
let upkeep: EventUpkeep;
let now: Date;
const objectId = newId();

beforeEach(async () => {
  db = await createTestDatabase();
  upkeep = new EventUpkeep({ database: db.database, logger: createLogger('silent') });
  now = new Date();
});
afterEach(() => db.close());

const keep = (at = now) => upkeep.keep(new AbortController().signal, at);
const publish = () => new EventOutbox(db.database).publish(new AbortController().signal);

async function partitions(): Promise<string[]> {
  const rows: { name: string }[] = await db.database.manager.query(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'events'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** Events of these times, in partitions where there are some for them. */
async function writeAt(...times: Date[]): Promise<void> {
  const tenantId = await db.createTenant();
  const event = { tenantId, kind: 'campaign.stopped', objectId, payload: { before: 'paused' } } as const;
  await db.database.transaction(async (tx) => {
    await writeEvents(
      tx,
      times.map(() => event),
    );
    await tx.query(
      `UPDATE events SET at = given.at FROM unnest($1::timestamptz[]) WITH ORDINALITY AS given(at, sequence)
       WHERE events.sequence = given.sequence`,
      [times],
    );
  });
}

async function counted(table: 'events' | 'events_rest' | 'event_log'): Promise<number> {
  const [row]: { n: number }[] = await db.database.manager.query(`SELECT count(*)::int AS n FROM ${table}`);
  return row?.n ?? -1;
}

describe('the upkeep of events', () => {
  it('makes partitions ahead, and drops whole what has been kept for a day', async () => {
    await keep();
    const ahead = partitionsAhead(now);
    expect(await partitions()).toEqual([...ahead.map(({ name }) => name), 'events_rest']);
    const [first, second] = [ahead[0]!, ahead[1]!];
    await writeAt(first.from, addMs(first.to, -1), second.from);
    await publish();
    expect(await counted('events_rest')).toBe(0);
    await keep(addMs(first.to, DAY - 1));
    expect(await counted('events')).toBe(3);
    await keep(addMs(first.to, DAY));
    expect(await counted('events')).toBe(1);
    expect(await partitions()).not.toContain(first.name);
  });

  it('keeps what a reader has not come to', async () => {
    await keep();
    const [first] = partitionsAhead(now);
    await writeAt(first!.from, addMs(now, -3 * DAY));
    await keep(addMs(now, 5 * DAY));
    expect([await counted('events'), await counted('event_log')]).toEqual([2, 0]);
    await publish();
    await keep(addMs(now, 5 * DAY));
    expect([await counted('events'), await counted('event_log')]).toEqual([0, 2]);
  });

  it('is made up for when it did not happen for days: nothing failed meanwhile', async () => {
    await keep(addMs(now, -10 * DAY));
    const yesterday = addMs(now, -25 * HOUR);
    await writeAt(
      ...Array.from({ length: 1_200 }, (_, index) => addMs(yesterday, -index)),
      addMs(now, -HOUR),
      now,
    );
    expect(await counted('events_rest')).toBe(1_202);
    await publish();
    await keep();
    expect(await counted('events')).toBe(2);
    expect(await partitions()).toEqual([...partitionsAhead(now).map(({ name }) => name), 'events_rest']);
  });

  it('goes on after a clock that was ahead, and leaves that time to the rest', async () => {
    await keep();
    const [first] = partitionsAhead(addMs(now, 3 * DAY));
    await writeAt(first!.from, addMs(now, -3 * DAY));
    await publish();
    await keep(addMs(now, 2 * DAY));
    const names = await partitions();
    expect(names).not.toContain(first!.name);
    expect(names).toEqual(expect.arrayContaining([partitionsAhead(addMs(now, 2 * DAY))[0]!.name]));
    expect(await counted('events')).toBe(1);
    await keep(addMs(first!.from, DAY));
    expect(await counted('events')).toBe(1);
    await keep(addMs(first!.from, DAY + 1));
    expect(await counted('events')).toBe(0);
  });

  it('waits for another time when the table is in use, and holds up nobody', async () => {
    const held = db.database.dataSource.createQueryRunner();
    await held.startTransaction();
    await held.query('SELECT 1 FROM events');
    await keep();
    expect(await partitions()).toEqual(['events_rest']);
    await held.commitTransaction();
    await held.release();
    await keep();
    expect(await partitions()).toHaveLength(9);
  });

  it('is done once when several processes do it at once', async () => {
    await Promise.all([keep(), keep(), keep()]);
    await keep();
    expect(await partitions()).toHaveLength(9);
  });

  it('removes entries of logs after 90 days, in batches', async () => {
    const old = addMs(now, -90 * DAY);
    await writeAt(...Array.from({ length: 5 }, () => now));
    await publish();
    await db.database.manager.query(
      `UPDATE event_log SET at = $1::timestamptz - interval '1 second' WHERE sequence <= 3`,
      [old],
    );
    await db.database.manager.query('UPDATE event_log SET at = $1 WHERE sequence = 4', [old]);
    await keep();
    const rows = await db.database.manager.query('SELECT sequence FROM event_log ORDER BY 1');
    expect(rows).toEqual([{ sequence: 4 }, { sequence: 5 }]);
  });
});
