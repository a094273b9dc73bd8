import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { FileJournal } from '../../src/journal/file-journal.js';
import { JournalKeeper } from '../../src/journal/journal-keeper.js';
import { JournalDamaged, type Journal } from '../../src/journal/journal.js';
import { RedisJournal } from '../../src/journal/redis-journal.js';
import { systemClock } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { ThrottledLogger } from '../../src/lib/throttled-logger.js';
import { decodeBinding, encodeBinding } from '../../src/modules/inbound/receiving/binding.js';
import { tellBindingAgain } from '../../src/modules/inbound/index.js';
import { Inbox } from '../../src/modules/inbound/receiving/inbox.js';
import type { InboundEvent } from '../../src/transports/inbound.js';
import { World } from '../delivery/world.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { written } from '../support/inbound.js';
import { restoredCopy } from '../support/restored-database.js';

const logger = createLogger('silent');
const [ANA, BEA] = ['+5511961230001', '+5511961230002'];

let db: TestDatabase;
let tenantId: string;
let senderId: string;
/** The database of before anybody wrote. */
let copy: TestDatabase;
let restored: World;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  tenantId = await db.createTenant();
  const world = new World(db.database, tenantId);
  ({ senderId } = await world.sender());
  await world.contacts.upsertMany(db.database.manager, tenantId, [{ phone: ANA }, { phone: BEA }]);
  copy = await restoredCopy(db.url);
  restored = new World(copy.database, tenantId);
});
afterEach(() => copy.close());

interface Place {
  open(): Journal;
  remove(): Promise<void>;
}

function redisPlace(): Promise<Place> {
  const url = process.env['STARLING_TEST_REDIS_URL'] ?? '';
  const key = `journal-${randomBytes(6).toString('hex')}`;
  return Promise.resolve({
    open: () => new RedisJournal(url, key, () => undefined),
    async remove() {
      const redis = new Redis(url);
      await redis.del(key);
      redis.disconnect();
    },
  });
}

async function filePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'told-again-'));
  return {
    open: () => new FileJournal(folder, randomUUID()),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** What was heard before the restore, by a process that keeps it in that journal. */
async function heard(journal: Journal, ...events: InboundEvent[]): Promise<void> {
  const log = new ThrottledLogger(logger, systemClock);
  const keeper = new JournalKeeper({ journals: [journal], log, onGap: () => undefined });
  const inbox = new Inbox({
    database: db.database,
    clock: systemClock,
    logger,
    onStored: () => undefined,
    keepBinding: (record) => keeper.keep(record),
  });
  await inbox.store(events.map((event) => ({ tenantId, senderId, event })));
}

const tell = (...journals: Journal[]) =>
  tellBindingAgain({ database: copy.database, logger }, journals, new Date(0));

const isOptedOut = async (phone: string): Promise<boolean | undefined> => {
  const [row] = await restored.sql<{ out: boolean }>(
    'SELECT opted_out_at IS NOT NULL AS out FROM contacts WHERE tenant_id = $1 AND phone = $2',
    [tenantId, phone],
  );
  return row?.out;
};
const waiting = async (): Promise<string[]> => {
  const rows = await restored.sql<{ waId: string }>(
    `SELECT wa_id AS "waId" FROM inbound_events WHERE tenant_id = $1 AND done_at IS NULL ORDER BY id`,
    [tenantId],
  );
  return rows.map(({ waId }) => waId);
};

describe.each([
  ['in Redis', redisPlace],
  ['in files', filePlace],
])('what people wrote since a backup, the journal %s', (_where, make) => {
  let place: Place;
  const opened: Journal[] = [];
  const open = (): Journal => {
    const journal = place.open();
    opened.push(journal);
    return journal;
  };
  beforeEach(async () => {
    place = await make();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((journal) => journal.close()));
    await place.remove();
  });

  it('is a STOP that binds in the restored database, and nothing of what does not bind', async () => {
    await heard(open(), written('note', 'Are you open?'), written('stop', 'STOP'));
    expect(await isOptedOut(ANA)).toBe(false);
    expect(await tell(open())).toBe(1);
    expect(await waiting()).toEqual(['stop']);
    await restored.inbound.workOff();
    expect([await isOptedOut(ANA), await isOptedOut(BEA)]).toEqual([true, false]);
  });

  it('is told once, however often the restore begins anew', async () => {
    await heard(open(), written('stop', 'STOP'));
    await tell(open());
    await restored.inbound.workOff();
    await tell(open());
    expect(await waiting()).toEqual([]);
  });

  it('is a START after a STOP, too, of whichever process heard it', async () => {
    await heard(open(), written('stop', 'STOP'), written('out', 'STOP', { from: { phone: BEA } }));
    await heard(open(), written('start', 'START'));
    await tell(open());
    await restored.inbound.workOff();
    expect([await isOptedOut(ANA), await isOptedOut(BEA)]).toEqual([false, true]);
  });

  it('is who is known to be the same person: the STOP of a LID binds its number', async () => {
    await heard(
      open(),
      { type: 'identity', peers: [{ lid: '77' }, { phone: ANA }] },
      written('stop', 'STOP', { from: { lid: '77' } }),
    );
    await tell(open());
    await restored.inbound.workOff();
    expect(await isOptedOut(ANA)).toBe(true);
  });
});

describe('what the journal has of what people wrote', () => {
  const row = {
    tenantId: newId(),
    senderId: newId(),
    kind: 'message' as const,
    waId: 'stop',
    revision: '',
    lines: [ANA],
    payload: JSON.stringify(written('stop', 'STOP')),
    plain: false,
    stops: true,
  };
  /** A journal of those records. */
  const journalOf = (...records: Buffer[]): Journal =>
    ({
      async *since() {
        for (const data of records) yield await Promise.resolve({ at: new Date(), data });
      },
    }) as Partial<Journal> as Journal;

  it('comes back as it was written, and is told apart from hand-overs', () => {
    expect(decodeBinding(encodeBinding([row]))).toEqual([row]);
    expect(decodeBinding(Buffer.from([1, 0x7b, 0x7d]))).toBeUndefined();
    expect(() => decodeBinding(Buffer.from([3, 0x7b]))).toThrow(JournalDamaged);
    expect(() => decodeBinding(Buffer.from([3, 0x7b, 0x7d]))).toThrow(JournalDamaged);
  });

  it('is left out where its tenant is not there', async () => {
    await tell(journalOf(encodeBinding([row])));
    expect(await restored.sql('SELECT FROM inbound_events WHERE tenant_id = $1', [row.tenantId])).toEqual([]);
  });

  it('is told as far as it can be read, of each journal', async () => {
    const ours = { ...row, tenantId, senderId };
    const damaged = journalOf(encodeBinding([ours]), Buffer.from([3, 0x7b]));
    await tell(damaged, journalOf(encodeBinding([{ ...ours, waId: 'other' }])));
    expect((await waiting()).toSorted()).toEqual(['other', 'stop']);
  });
});
