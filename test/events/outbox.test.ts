import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Tx } from '../../src/db/index.js';
import { encodeCursor } from '../../src/lib/pages.js';
import { newId } from '../../src/lib/ids.js';
import { eventsAfter } from '../../src/modules/events/event.repository.js';
import { EventOutbox, readLog, writeEvents, type NewEvent } from '../../src/modules/events/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { refuseRows } from '../support/faults.js';

let db: TestDatabase;
let outbox: EventOutbox;
let tenantId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  outbox = new EventOutbox(db.database);
});
afterAll(() => db.close());
beforeEach(async () => {
  tenantId = await db.createTenant();
});

const publish = () => outbox.publish(new AbortController().signal);
const paused = (objectId: string, before = 'running'): NewEvent => ({
  tenantId,
  kind: 'campaign.paused',
  objectId,
  payload: { before, reason: null },
});
const write = (events: readonly NewEvent[]) => db.database.transaction((tx) => writeEvents(tx, events));
const log = (objectId: string, query: Partial<Parameters<typeof readLog>[2]> = {}) =>
  readLog(db.database.manager, { tenantId, objectId }, { limit: 50, ...query });

/** A reader of the outbox, from now on. */
async function newReader(): Promise<{ next(): Promise<string[]> }> {
  await publish();
  const [{ position }] = await db.database.manager.query<[{ position: number }]>(
    'SELECT coalesce(max(position), 0)::float8 AS position FROM events',
  );
  let reached = position;
  return {
    async next() {
      await publish();
      const events = await eventsAfter(db.database.manager, reached, 1_000);
      reached = events.at(-1)?.position ?? reached;
      return events.map(({ objectId }) => objectId);
    },
  };
}

/** A transaction that does what it is told and stays open. */
async function openTransaction(work: (tx: Tx) => Promise<void>) {
  const runner = db.database.dataSource.createQueryRunner();
  await runner.startTransaction();
  await work(runner.manager);
  return {
    async end(how: 'commit' | 'rollback') {
      await (how === 'commit' ? runner.commitTransaction() : runner.rollbackTransaction());
      await runner.release();
    },
  };
}

describe('a reader of events', () => {
  it('gets one whose commit comes late after those that overtook it, and each of them once', async () => {
    const reader = await newReader();
    const late = newId();
    const held = await openTransaction((tx) => writeEvents(tx, [paused(late)]));
    const seen: string[] = [];
    const others = Array.from({ length: 20 }, () => newId());
    for (const [index, id] of others.entries()) {
      await write([paused(id)]);
      // Some are read one by one, some together.
      if (index < 10) seen.push(...(await reader.next()));
    }
    seen.push(...(await reader.next()));
    expect(seen).toEqual(others);
    expect((await log(late)).items).toEqual([]);
    await held.end('commit');
    expect(await reader.next()).toEqual([late]);
    expect(await reader.next()).toEqual([]);
    expect((await log(late)).items).toHaveLength(1);
  });

  it('is not held up by a transaction that takes long, whatever it does', async () => {
    const reader = await newReader();
    const held = await openTransaction(async (tx) => {
      await tx.query('SELECT pg_current_xact_id()');
    });
    const id = newId();
    await write([paused(id)]);
    expect(await reader.next()).toEqual([id]);
    await held.end('rollback');
  });

  it('gets nothing of a change that was rolled back', async () => {
    const reader = await newReader();
    const held = await openTransaction((tx) => writeEvents(tx, [paused(newId())]));
    await held.end('rollback');
    expect(await reader.next()).toEqual([]);
  });

  it('gets all in one order without gaps, however many processes number them at once', async () => {
    const reader = await newReader();
    const ids = Array.from({ length: 2_500 }, () => newId());
    for (let from = 0; from < ids.length; from += 100)
      await write(ids.slice(from, from + 100).map((id) => paused(id)));
    await Promise.all(Array.from({ length: 4 }, publish));
    const seen = [...(await reader.next()), ...(await reader.next()), ...(await reader.next())];
    expect(seen).toEqual(ids);
    const [row] = await db.database.manager.query<{ gaps: number }[]>(
      `SELECT (max(position) - min(position) + 1 - count(*))::int AS gaps FROM events`,
    );
    expect(row).toEqual({ gaps: 0 });
  });
});

describe('the sequence of an object', () => {
  it('counts its events alone from 1, in the order in which they were written, over batches', async () => {
    const [a, b] = [newId(), newId()];
    await write([paused(a, 'x'), paused(b, 'x'), paused(a, 'y')]);
    await write([paused(b, 'y'), paused(a, 'z')]);
    const of = async (id: string) =>
      (await log(id)).items.map(({ sequence, payload }) => [sequence, payload['before']]);
    const expected = [
      [
        [3, 'z'],
        [2, 'y'],
        [1, 'x'],
      ],
      [
        [2, 'y'],
        [1, 'x'],
      ],
    ];
    expect([await of(a), await of(b)]).toEqual(expected);
    await publish();
    expect([await of(a), await of(b)]).toEqual(expected);
  });
});

describe('the log of an object', () => {
  it('is paged, the newest first, and shows what is copied and what is not yet as one', async () => {
    const id = newId();
    await write([paused(id), paused(id)]);
    await publish();
    await write([
      paused(id),
      { tenantId, kind: 'campaign.stopped', objectId: id, payload: { before: 'paused' } },
    ]);
    const first = await log(id, { limit: 3 });
    expect(first.items.map(({ sequence }) => sequence)).toEqual([4, 3, 2]);
    const second = await log(id, { limit: 3, cursor: first.nextCursor ?? '' });
    expect(second).toEqual({ items: [expect.objectContaining({ sequence: 1 })], nextCursor: null });
    const stopped = await log(id, { kind: ['campaign.stopped', 'campaign.failed'] });
    expect(stopped.items.map(({ kind, sequence }) => [kind, sequence])).toEqual([['campaign.stopped', 4]]);
    const { nextCursor: ofThis } = await log(id, { limit: 1 });
    const strange = [
      encodeCursor([1]),
      encodeCursor([`${id}:0`]),
      encodeCursor([`${id}:1.5`]),
      encodeCursor([`${id}:`]),
    ];
    for (const cursor of strange)
      await expect(log(id, { cursor })).rejects.toMatchObject({ errors: [{ path: 'cursor' }] });
    await expect(log(newId(), { cursor: ofThis ?? '' })).rejects.toMatchObject({
      errors: [{ path: 'cursor' }],
    });
  });

  it('is of one tenant', async () => {
    const id = newId();
    await write([paused(id)]);
    tenantId = await db.createTenant();
    expect((await log(id)).items).toEqual([]);
    await publish();
    expect((await log(id)).items).toEqual([]);
  });

  it('has each event once when copying fails half-way and is done again', async () => {
    const id = newId();
    await write([paused(id), paused(id)]);
    const mend = await refuseRows(db.database.manager, 'event_positions', 'UPDATE', `NEW.name = 'log'`);
    await expect(publish()).rejects.toThrow();
    await mend();
    expect((await log(id)).items.map(({ sequence }) => sequence)).toEqual([2, 1]);
    await publish();
    expect((await log(id)).items.map(({ sequence }) => sequence)).toEqual([2, 1]);
  });
});
