import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { knownNumbers } from '../../src/modules/contacts/index.js';
import { waitFor } from '../support/wait-for.js';
import { createContactWorld, page, type ContactWorld } from './world.js';

let world: ContactWorld;
let tenantId: string;
let id: string;
const PHONE = '+5531981234567';
const OTHER_FORM = '+553181234567';

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
  ({ id } = await world.contacts.create(tenantId, { phoneNumber: PHONE, name: 'Ana', optedOut: true }));
});
afterAll(() => world.test.close());

/** Whether a message to the person would be held back. */
async function isSuppressed(phone = PHONE): Promise<boolean | undefined> {
  const [number] = await knownNumbers(world.database.manager, tenantId, [phone]);
  return number?.suppressed;
}

/** By opt-out or suppression. */
async function isReachable(): Promise<boolean> {
  const [number] = await knownNumbers(world.database.manager, tenantId, [PHONE]);
  return number !== undefined && number.optedOutAt === null && !number.suppressed;
}

/** As an import writes it. */
const importAgain = (phone: string) =>
  world.database.transaction((tx) => world.contacts.upsertMany(tx, tenantId, [{ phone, name: 'Ana' }]));

const ways: [way: string, reason: string, remove: () => Promise<unknown>][] = [
  ['was deleted', 'opted out before its contact was deleted', () => world.contacts.remove(tenantId, id)],
  ['was erased', 'erased', () => world.people.erase(tenantId, id)],
];

describe.each(ways)('a person who opted out and %s', (_, reason, remove) => {
  it.each([PHONE, OTHER_FORM])(
    'stays suppressed when %s is imported again, until that is lifted',
    async (phone) => {
      await remove();
      await importAgain(phone);
      expect(await isSuppressed()).toBe(true);
      await world.database.transaction((tx) => world.contacts.optIn(tx, tenantId, phone));
      expect(await isSuppressed(OTHER_FORM)).toBe(true);
      const { items } = await world.suppressions.list(tenantId, { phoneNumber: phone }, page);
      expect(items).toMatchObject([{ address: PHONE, reason }]);
      await world.suppressions.remove(tenantId, items[0]?.id ?? '');
      expect(await isSuppressed()).toBe(false);
    },
  );
});

it('a person who opted out and was merged into another stays suppressed at the number until an opt-in', async () => {
  const { id: kept } = await world.contacts.create(tenantId, { phoneNumber: '+5511955550000' });
  await world.merges.merge(tenantId, kept, id);
  await importAgain(OTHER_FORM);
  expect(await isReachable()).toBe(false);
  await world.database.transaction((tx) => world.contacts.optIn(tx, tenantId, PHONE));
  expect(await isReachable()).toBe(true);
});

it('a suppression that is there keeps its reason', async () => {
  await world.suppressions.add(tenantId, { phoneNumbers: [OTHER_FORM], reason: 'complained' });
  await world.contacts.remove(tenantId, id);
  expect((await world.suppressions.list(tenantId, {}, page)).items).toMatchObject([
    { address: OTHER_FORM, reason: 'complained' },
  ]);
});

it('deleted again and again, the person stays suppressed, and only once', async () => {
  await world.contacts.remove(tenantId, id);
  const [again] = await importAgain(PHONE);
  await world.contacts.remove(tenantId, again?.id ?? '');
  expect((await world.suppressions.list(tenantId, {}, page)).items).toHaveLength(1);
});

it('a contact who did not opt out, or opted in again, leaves no suppression behind', async () => {
  await world.contacts.update(tenantId, id, { optedOut: false });
  await world.contacts.remove(tenantId, id);
  expect((await world.suppressions.list(tenantId, {}, page)).items).toEqual([]);
});

it('a STOP that comes while the contact is being deleted is kept', async () => {
  await world.contacts.update(tenantId, id, { optedOut: false });
  let removal: Promise<void> | undefined;
  await world.database.transaction(async (tx) => {
    await world.contacts.optOut(tx, tenantId, OTHER_FORM, 'keyword');
    removal = world.contacts.remove(tenantId, id);
    await waitFor(
      async () => {
        const rows: unknown[] = await world.database.manager.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rows.length > 0;
      },
      { what: 'the removal to wait for the row that the STOP has changed' },
    );
  });
  await removal;
  expect(await isSuppressed()).toBe(true);
});

it('another tenant is not concerned', async () => {
  const stranger = await world.test.createTenant();
  await world.contacts.remove(tenantId, id);
  expect((await world.suppressions.list(stranger, {}, page)).items).toEqual([]);
});
