import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { bulkEditProgress, presentBulkEdit, type BulkEditInput } from '../../src/modules/contacts/index.js';
import { waitFor } from '../support/wait-for.js';
import { createContactWorld, page, running, type ContactWorld } from './world.js';

let world: ContactWorld;
let tenantId: string;

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
  world.jobs.length = 0;
});
afterAll(() => world.test.close());

async function edit(input: BulkEditInput) {
  const outcome = await world.bulkEdits.edit(tenantId, input);
  if (outcome.kind !== 'edit') throw new Error('That was a dry run.');
  return outcome.edit;
}

describe('a bulk edit', () => {
  it('changes tags, attributes, lists and the opt-out of all matching contacts, and counts those it changed', async () => {
    const list = await world.lists.create(tenantId, { name: 'New' });
    const old = await world.lists.create(tenantId, { name: 'Old' });
    const first = await world.contacts.create(tenantId, {
      phoneNumber: '+5511987650001',
      tags: ['a', 'b'],
      attributes: { city: 'Recife', plan: 'gold' },
      listIds: [old.id],
    });
    const second = await world.contacts.create(tenantId, { phoneNumber: '+5511987650002', optedOut: true });
    const changes = {
      addTags: ['c'],
      removeTags: ['a'],
      attributes: { city: 'Olinda', plan: null },
      addToListIds: [list.id],
      removeFromListIds: [old.id],
      optedOut: true,
    };
    expect(await edit({ filter: {}, changes })).toMatchObject({
      status: 'completed',
      matched: 2,
      changed: 2,
    });
    expect(await world.contacts.get(tenantId, first.id)).toMatchObject({
      tags: ['b', 'c'],
      attributes: { city: 'Olinda' },
      optOutSource: 'api',
      consent: { kind: 'withdrawn', source: 'api' },
    });
    expect((await world.consents.list(tenantId, second.id, page)).items).toHaveLength(1);
    expect(await world.lists.get(tenantId, list.id)).toMatchObject({ memberCount: 2 });
    expect(await world.lists.get(tenantId, old.id)).toMatchObject({ memberCount: 0 });
    expect(await edit({ filter: {}, changes })).toMatchObject({ matched: 2, processed: 2, changed: 0 });
    expect(await edit({ contactIds: [first.id], changes: { optedOut: false } })).toMatchObject({
      changed: 1,
    });
    expect((await world.contacts.get(tenantId, first.id)).consent).toMatchObject({ kind: 'granted' });
  });

  it('reaches all matching contacts although it removes what it filters by', async () => {
    const ids = await world.many(tenantId, 2_500);
    await edit({ contactIds: ids, changes: { addTags: ['spring'] } });
    const done = await edit({ filter: { tags: ['spring'] }, changes: { removeTags: ['spring'] } });
    expect(done).toMatchObject({ status: 'completed', matched: 2_500, processed: 2_500, changed: 2_500 });
    expect((await world.contacts.list(tenantId, { tags: ['spring'] }, page)).items).toEqual([]);
  });

  it('can be tried without changing anything', async () => {
    await world.many(tenantId, 3);
    const outcome = await world.bulkEdits.edit(tenantId, {
      filter: {},
      changes: { addTags: ['x'] },
      dryRun: true,
    });
    expect(outcome).toEqual({ kind: 'dry_run', matched: 3 });
    expect((await world.contacts.list(tenantId, { tags: ['x'] }, page)).items).toEqual([]);
  });

  it('of more than 10,000 contacts runs in the background and goes on where it was interrupted', async () => {
    await world.many(tenantId, 10_500);
    const queued = await edit({ filter: {}, changes: { addTags: ['big'] } });
    expect(queued).toMatchObject({ status: 'queued', matched: 10_500, processed: 0 });
    expect(world.jobs).toEqual([{ name: 'contacts.bulk', payload: { tenantId, bulkEditId: queued.id } }]);
    const job = { tenantId, bulkEditId: queued.id };
    const interrupted = new AbortController();
    interrupted.abort();
    expect(await world.bulkEdits.handleBulk(job, interrupted)).toMatchObject({ kind: 'runAgain' });
    const outcomes = await Promise.all([
      world.bulkEdits.handleBulk(job, running),
      world.bulkEdits.handleBulk(job, running),
    ]);
    expect(outcomes).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    const outcome = await world.bulkEdits.get(tenantId, queued.id);
    expect(outcome).toMatchObject({ edit: { status: 'completed', processed: 10_500, changed: 10_500 } });
    expect(await world.bulkEdits.resumeUnfinished()).toBe(0);
  });

  it.each([
    ['failed', 'An error inside Starling'],
    ['died', 'three times the process that worked on it broke down'],
  ] as const)('that has %s for the last time says so, and keeps what is done', async (end, reason) => {
    await world.many(tenantId, 10_500);
    const { id } = await edit({ filter: {}, changes: { addTags: ['big'] } });
    const { manager } = world.database;
    const committed = await bulkEditProgress(manager, tenantId, id);
    const ending = new AbortController();
    const batch = world.bulkEdits.handleBulk({ tenantId, bulkEditId: id }, ending);
    await waitFor(async () => (await bulkEditProgress(manager, tenantId, id)) !== committed);
    ending.abort();
    await batch;
    await world.bulkEdits.handleExhausted({ tenantId, bulkEditId: id }, end);
    expect(await bulkEditProgress(manager, tenantId, id)).toBeUndefined();
    const outcome = await world.bulkEdits.get(tenantId, id);
    expect(presentBulkEdit(outcome)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining(reason),
      completedAt: expect.any(String),
    });
    if (outcome.kind === 'edit') expect(outcome.edit.processed).toBeGreaterThan(0);
    expect(await world.bulkEdits.resumeUnfinished()).toBe(0);
  });

  it('and others who write the same contacts do not block each other', async () => {
    const count = 1_000;
    const phones = Array.from({ length: count }, (_, index) => `+55119${70_000_000 + index}`);
    const ids = phones.map(() => newId()).toSorted();
    // The newest have the smallest numbers: locking in the order of ids would deadlock with locking by number.
    await world.database.manager.query(
      `INSERT INTO contacts (id, tenant_id, phone)
       SELECT id, $1, phone FROM unnest($2::uuid[], $3::text[]) AS given (id, phone)`,
      [tenantId, ids, phones.toReversed()],
    );
    const list = await world.lists.create(tenantId, { name: 'All' });
    for (let round = 0; round < 5; round += 1) {
      const contacts = phones.map((phone) => ({ phone, attributes: { round } }));
      await Promise.all([
        edit({ contactIds: ids, changes: { addTags: [`r${round}`], addToListIds: [list.id] } }),
        world.database.transaction((tx) => world.contacts.upsertMany(tx, tenantId, contacts)),
        edit({ filter: {}, changes: { attributes: { edited: round }, addToListIds: [list.id] } }),
        world.lists.addMembers(tenantId, list.id, ids.toReversed()),
      ]);
      await edit({ filter: {}, changes: { removeFromListIds: [list.id] } });
    }
    expect(await world.lists.get(tenantId, list.id)).toMatchObject({ memberCount: 0 });
  });

  it('that has ended keeps no contact it was about', async () => {
    const name = 'Zenobia Quark';
    const { id, phone } = await world.contacts.create(tenantId, { phoneNumber: '+5511987650001', name });
    const changes = { attributes: { nick: 'Zenny' } };
    await edit({ filter: { q: 'zenobia' }, changes });
    await edit({ filter: { phoneNumber: phone ?? '' }, changes });
    await edit({ contactIds: [id], changes });
    const rows = await world.database.manager.query(
      `SELECT target, changes, changed FROM contact_bulk_edits WHERE tenant_id = $1 ORDER BY id`,
      [tenantId],
    );
    const erased = { target: { contactIds: [] }, changes: {} };
    expect(rows).toEqual([1, 0, 0].map((changed) => ({ ...erased, changed })));
  });

  it('that cannot be right is refused and names the field', async () => {
    const [own = ''] = await world.many(tenantId, 1);
    const stranger = await world.test.createTenant();
    const [foreign = ''] = await world.many(stranger, 1);
    const foreignList = await world.lists.create(stranger, { name: 'x' });
    const changes = { addTags: ['x'] };
    const cases: [BulkEditInput, string][] = [
      [{ changes }, 'filter'],
      [{ filter: {}, contactIds: [own], changes }, 'contactIds'],
      [{ contactIds: [own, foreign], changes }, 'contactIds'],
      [{ listId: foreignList.id, changes }, 'listId'],
      [{ filter: { listId: newId() }, changes }, 'filter.listId'],
      [{ filter: { phoneNumber: 'x' }, changes }, 'phoneNumber'],
      [{ filter: {}, changes: {} }, 'changes'],
      [{ filter: {}, changes: { addTags: ['a'], removeTags: ['a'] } }, 'changes.removeTags'],
      [{ filter: {}, changes: { addTags: ['a,b'] } }, 'changes.addTags'],
      [{ filter: {}, changes: { attributes: { 'a b': 1 } } }, 'changes.attributes.a b'],
      [{ filter: {}, changes: { addToListIds: [foreignList.id] } }, 'changes.addToListIds'],
    ];
    for (const [input, path] of cases) {
      await expect(edit(input)).rejects.toMatchObject({ kind: 'invalid', errors: [{ path }] });
    }
    const { items } = await world.contacts.list(stranger, {}, page);
    expect(items).toMatchObject([{ tags: [] }]);
    const done = await edit({ filter: {}, changes });
    await expect(world.bulkEdits.get(stranger, done.id)).rejects.toMatchObject({ kind: 'not_found' });
  });
});
