import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { knownNumbers } from '../../src/modules/contacts/index.js';
import { lasting, SuppressionRepository } from '../../src/modules/contacts/suppression.repository.js';
import type { Peer } from '../../src/transports/peer.js';
import { createContactWorld, page, type ContactWorld } from './world.js';

let world: ContactWorld;
let tenantId: string;
const PHONE = '+5511987654321';
const NEW_PHONE = '+5531987654321';
const LID = '190000000000001';
const SCOPE = 'portfolio1';
const ID = 'BR.one';
const NEW_ID = 'BR.two';

beforeAll(async () => {
  world = await createContactWorld();
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
});
afterAll(() => world.test.close());

const inTx = <T>(
  run: (tx: Parameters<Parameters<ContactWorld['database']['transaction']>[0]>[0]) => Promise<T>,
) => world.database.transaction(run);
async function writes(peer: Peer): Promise<string> {
  const found = await inTx((tx) => world.identities.contactOfPeer(tx, tenantId, peer, SCOPE));
  return found?.contactId ?? '';
}
async function stops(peer: Peer): Promise<void> {
  await inTx(async (tx) => {
    const found = await world.identities.contactOfPeer(tx, tenantId, peer, SCOPE);
    await world.identities.optOut(tx, tenantId, found?.contactId ?? '', 'STOP');
  });
}
const links = (...peers: Peer[]) =>
  inTx((tx) => world.identities.linkPeers(tx, tenantId, peers, { scope: SCOPE }));
const changes = (from: Peer, to: Peer) =>
  inTx((tx) => world.identities.changeIdentity(tx, tenantId, from, to, { scope: SCOPE }));
const imported = (phone: string) => inTx((tx) => world.contacts.upsertMany(tx, tenantId, [{ phone }]));
async function everybody() {
  return (await world.contacts.list(tenantId, {}, page)).items;
}
async function shown(id: string) {
  const { identities } = await world.contacts.get(tenantId, id);
  return identities.map(({ line, until }) => (until === null ? line : `${line} until`));
}

type Step = [told: string, run: () => Promise<unknown>];
const sequences: [name: string, peer: Peer, steps: Step[]][] = [
  [
    'a number, then a LID, then a business-scoped id, then another',
    { phone: PHONE },
    [
      ['number and LID', () => links({ phone: PHONE }, { lid: LID })],
      ['LID and id', () => links({ lid: LID, businessScopedId: ID })],
      ['another id', () => changes({ businessScopedId: ID }, { businessScopedId: NEW_ID })],
    ],
  ],
  [
    'a LID, then its number, then another number',
    { lid: LID },
    [
      ['the number', () => links({ lid: LID }, { phone: PHONE })],
      ['the new number', () => changes({ phone: PHONE }, { phone: NEW_PHONE })],
    ],
  ],
  [
    'a LID whose number is imported already, and so is the new one',
    { lid: LID },
    [
      ['an import', () => imported(PHONE)],
      ['the number', () => links({ lid: LID, phone: PHONE })],
      ['another import', () => imported(NEW_PHONE)],
      ['the new number', () => changes({ phone: PHONE, lid: LID }, { phone: NEW_PHONE, lid: LID })],
    ],
  ],
  [
    'a business-scoped id that becomes a LID, then a number',
    { businessScopedId: ID },
    [
      ['the LID', () => changes({ businessScopedId: ID }, { lid: LID })],
      ['the number', () => links({ lid: LID }, { phone: PHONE })],
      ['the number imported', () => imported(PHONE)],
    ],
  ],
  [
    'a message that carries both, after each was met alone',
    { lid: LID },
    [
      ['the number writes', () => writes({ phone: PHONE })],
      ['both in one message', () => writes({ phone: PHONE, lid: LID })],
      [
        'a change in an older form of the number',
        () => changes({ phone: '+551187654321' }, { phone: NEW_PHONE }),
      ],
    ],
  ],
];

describe.each(sequences)('%s', (_, first, steps) => {
  const holds: [string, (peer: Peer) => Promise<unknown>][] = [
    ['an opt-out', stops],
    [
      'a suppression',
      async (peer) => {
        const contact = await world.contacts.get(tenantId, await writes(peer));
        await new SuppressionRepository().addMany(
          world.database.manager,
          tenantId,
          contact.identities.map(({ address }) => ({ id: newId(), address })),
          lasting(null),
          new Date(),
        );
      },
    ],
  ];

  it.each(holds)('%s binds at every step, and in the end it is one contact', async (hold, act) => {
    await act(first);
    for (const [told, run] of steps) {
      await run();
      const contacts = await everybody();
      const current = contacts.flatMap(({ identities }) => identities).filter(({ until }) => until === null);
      const lines = current.map(({ line }) => line);
      expect([told, new Set(lines).size]).toEqual([told, lines.length]);
      const met = contacts.filter(({ id }) => id === contacts.at(-1)?.id);
      const known = await knownNumbers(
        world.database.manager,
        tenantId,
        met.map(({ line }) => line),
      );
      expect([
        hold,
        told,
        known.map(({ optedOutAt, suppressed }) => optedOutAt !== null || suppressed),
      ]).toEqual([hold, told, [true]]);
    }
    expect(await everybody()).toHaveLength(1);
  });
});

it('keeps what the person was known by, and since when', async () => {
  const id = await writes({ lid: LID });
  expect(await shown(id)).toEqual([`lid:${LID}`]);
  await links({ lid: LID }, { phone: PHONE });
  await links({ phone: PHONE }, { businessScopedId: ID });
  await changes({ phone: PHONE }, { phone: NEW_PHONE });
  await changes({ businessScopedId: ID }, { businessScopedId: NEW_ID });
  expect(await shown(id)).toEqual([
    NEW_PHONE,
    `bsuid:${SCOPE}:${NEW_ID}`,
    `lid:${LID}`,
    `${PHONE} until`,
    `bsuid:${SCOPE}:${ID} until`,
  ]);
  expect((await world.contacts.get(tenantId, id)).phone).toBe(NEW_PHONE);
});

it('whoever owns a given-up number next is a new person, unless the number is suppressed', async () => {
  await stops({ phone: PHONE });
  await changes({ phone: PHONE }, { phone: NEW_PHONE });
  const next = await writes({ phone: PHONE });
  expect((await world.contacts.get(tenantId, next)).optedOutAt).toBeNull();
  expect(await everybody()).toHaveLength(2);
  await world.suppressions.add(tenantId, { phoneNumbers: [NEW_PHONE] });
  await changes({ phone: NEW_PHONE }, { phone: '+5521987654321' });
  await writes({ phone: NEW_PHONE });
  const known = await knownNumbers(world.database.manager, tenantId, [NEW_PHONE, '+5521987654321', PHONE]);
  expect(known.map(({ suppressed }) => suppressed)).toEqual([true, true, false]);
});

it('a business-scoped id means nothing in another portfolio, and nothing crosses to another tenant', async () => {
  const id = await writes({ businessScopedId: ID });
  const other = await inTx((tx) =>
    world.identities.contactOfPeer(tx, tenantId, { businessScopedId: ID }, 'portfolio2'),
  );
  expect(other).toEqual({ contactId: expect.any(String), created: true });
  expect(other?.contactId).not.toBe(id);
  const stranger = await world.test.createTenant();
  const [mine] = [tenantId];
  tenantId = stranger;
  await links({ phone: PHONE }, { businessScopedId: ID });
  await changes({ phone: PHONE }, { phone: NEW_PHONE });
  expect(await everybody()).toHaveLength(1);
  tenantId = mine;
  expect((await everybody()).map(({ line }) => line).toSorted()).toEqual([
    `bsuid:${SCOPE}:${ID}`,
    `bsuid:portfolio2:${ID}`,
  ]);
});

it.each([{}, { phone: 'x' }, { lid: '1:2' }, { businessScopedId: 'x' }, { username: 'ana' }])(
  'nobody is %j',
  async (peer) => {
    expect(await writes(peer)).toBe('');
    expect(await links(peer)).toBeUndefined();
    expect(await changes({ phone: PHONE }, peer)).toBeUndefined();
    expect(await everybody()).toEqual([]);
  },
);

it('links, messages and imports at the same moment leave one contact with each identity once', async () => {
  for (let round = 0; round < 5; round += 1) {
    tenantId = await world.test.createTenant();
    const retried = async (run: () => Promise<unknown>): Promise<void> => {
      for (let tries = 0; ; tries += 1) {
        try {
          await run();
          return;
        } catch (error) {
          // As the queue does: the database ends one of two transactions that wait for each other.
          if (tries > 5 || !/deadlock/.test(String(error))) throw error;
        }
      }
    };
    await Promise.all(
      [
        () => writes({ lid: LID }),
        () => imported(PHONE),
        () => links({ lid: LID }, { phone: PHONE }),
        () => writes({ phone: PHONE }),
        () => stops({ lid: LID }),
        () => links({ phone: PHONE }, { businessScopedId: ID }),
        () => imported(PHONE),
      ].map(retried),
    );
    const contacts = await everybody();
    expect(contacts).toHaveLength(1);
    expect(contacts[0]?.optedOutAt).not.toBeNull();
    expect((await shown(contacts[0]?.id ?? '')).toSorted()).toEqual([
      PHONE,
      `bsuid:${SCOPE}:${ID}`,
      `lid:${LID}`,
    ]);
  }
});

describe('what waits for the person', () => {
  const waiting = (contactId: string, address: string) => ({
    contactId,
    phone: address,
    state: 'pending' as const,
  });

  it('is sent once when two recipients turn out to be one person', async () => {
    const [lid, number] = [await writes({ lid: LID }), await writes({ phone: PHONE })];
    const campaign = await world.campaign(tenantId, [waiting(lid, `lid:${LID}`), waiting(number, PHONE)]);
    const alone = await world.campaign(tenantId, [waiting(lid, `lid:${LID}`)]);
    await links({ lid: LID }, { phone: PHONE });
    expect(await world.recipients(campaign)).toEqual([
      { contactId: number, phone: `lid:${LID}`, state: 'skipped', code: 'duplicate' },
      { contactId: number, phone: PHONE, state: 'pending', code: null },
    ]);
    expect(await world.recipients(alone)).toEqual([waitingRow(number, PHONE)]);
  });

  it('goes to the new number, and a twin that waits at it already is the duplicate', async () => {
    const id = await writes({ phone: PHONE });
    const campaign = await world.campaign(tenantId, [waiting(id, PHONE)]);
    const [known] = await imported(NEW_PHONE);
    const both = await world.campaign(tenantId, [waiting(id, PHONE), waiting(known?.id ?? '', NEW_PHONE)]);
    await changes({ phone: PHONE }, { phone: NEW_PHONE });
    const [person] = await everybody();
    expect(await world.recipients(campaign)).toEqual([waitingRow(person?.id ?? '', NEW_PHONE)]);
    const states = (await world.recipients(both)).map(
      ({ contactId, state, code }) => `${contactId} ${state} ${code}`,
    );
    expect(states.toSorted()).toEqual([`${person?.id} pending null`, `${person?.id} skipped duplicate`]);
  });

  function waitingRow(contactId: string, phone: string) {
    return { contactId, phone, state: 'pending', code: null };
  }
});

it.each([
  [{ lids: ['12:3'] }, 'lids[0]'],
  [{ businessScopedIds: [{ id: 'x' }] }, 'businessScopedIds[0].id'],
  [{ businessScopedIds: [{ id: ID, portfolio: 'a b' }] }, 'businessScopedIds[0].portfolio'],
  [{ lids: [LID], scope: 'topic' as const }, 'topic'],
  [{ lids: [LID], scope: 'topic' as const, topic: 'Not so' }, 'topic'],
  [{ lids: [LID], topic: 'news' }, 'topic'],
  [{}, 'phoneNumbers'],
])('a suppression of %j names the field %s', async (input, path) => {
  await expect(world.suppressions.add(tenantId, input)).rejects.toMatchObject({
    errors: [{ path }],
  });
});

it('people are found by everything they are known by, and by whether their number is known', async () => {
  const lid = await writes({ lid: LID });
  const both = await writes({ phone: PHONE, lid: '250000000000002' });
  const scoped = await writes({ businessScopedId: ID });
  const found = async (filter: Parameters<ContactWorld['contacts']['list']>[1]) =>
    (await world.contacts.list(tenantId, filter, page)).items.map(({ id }) => id);
  expect(await found({ q: '1900000' })).toEqual([lid]);
  expect(await found({ q: '25000000' })).toEqual([both]);
  expect(await found({ address: 'lid:250000000000002' })).toEqual([both]);
  expect(await found({ address: `bsuid:${SCOPE}:${ID}` })).toEqual([scoped]);
  expect(await found({ hasPhone: true })).toEqual([both]);
  expect(await found({ hasPhone: false })).toEqual([scoped, lid]);
  expect(await found({ hasPhone: false, q: '1900' })).toEqual([lid]);
});

it('an erasure removes everything the person was known by, also what was given up', async () => {
  const id = await writes({ lid: LID, phone: PHONE });
  await changes({ phone: PHONE }, { phone: NEW_PHONE });
  expect(await world.people.export(tenantId, id)).toMatchObject({
    identities: [{ value: NEW_PHONE }, { value: LID }, { value: PHONE, until: expect.any(String) }],
    changes: [{ kind: 'identity_added' }, { kind: 'identity_changed' }],
  });
  await world.people.erase(tenantId, id);
  expect(
    await world.database.manager.query('SELECT FROM contact_identities WHERE tenant_id = $1', [tenantId]),
  ).toEqual([]);
  expect(await writes({ lid: LID })).not.toBe(id);
});
