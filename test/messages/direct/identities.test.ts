import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { World } from '../../delivery/world.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { insertSuppressions } from '../../support/rows.js';
import { DirectWorld } from './world.js';

let db: TestDatabase;
let world: DirectWorld;
const LID = 'lid:190000000000051';
const SCOPED = 'bsuid:1029384756:BR.1a2b3c';

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new DirectWorld(
    new World(db.database, await db.createTenant(), {
      simulator: { addresses: ['phone', 'lid'] },
      waha: { addresses: ['phone'] },
    }),
  );
});

const contacts = () =>
  world.sql<{ id: string; line: string }>('SELECT id, line FROM contacts WHERE tenant_id = $1', [
    world.tenantId,
  ]);

describe('a message to an identity that is no number', () => {
  it('goes to that identity, of which it makes a contact once', async () => {
    const phone = await world.world.sender();
    const { id } = await world.send({ to: LID });
    await world.send({ to: LID });
    expect(await world.shown(id)).toMatchObject({ to: null, lid: '190000000000051', state: 'queued' });
    await world.work();
    expect(phone.handed.map(({ to }) => to)).toEqual([
      { lid: '190000000000051' },
      { lid: '190000000000051' },
    ]);
    expect(await contacts()).toMatchObject([{ line: LID }]);
  });

  it('goes to the number of a contact who has one, which the text may show', async () => {
    const phone = await world.world.sender({ transport: 'waha' });
    const to = world.phone();
    await world.world.contacts.create(world.tenantId, { phoneNumber: to, lid: '190000000000051' });
    const { id } = await world.send({ to: LID, content: 'Is {{ phoneNumber }} right?', template: true });
    expect(await world.shown(id)).toMatchObject({ to });
    await world.work();
    expect(phone.texts).toEqual([`Is ${to} right?`]);
    expect(await contacts()).toHaveLength(1);
  });

  it('lacks a number in its text', async () => {
    await world.world.sender();
    await expect(
      world.send({ to: LID, content: 'Is {{ phoneNumber }} right?', template: true }),
    ).rejects.toMatchObject({ code: 'template_missing_variable' });
  });

  it.each([
    ['all senders', () => world.send({ to: SCOPED }), 'to'],
    [
      'a bulk',
      () => world.sendBulk({ recipients: [world.phone(), SCOPED], type: 'text', content: 'x' }),
      'recipients[1]',
    ],
  ])('is refused at once where no sender can write to it: %s', async (_, send, path) => {
    await world.world.sender();
    await expect(send()).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'no_reachable_identity',
      errors: [
        {
          path,
          message: expect.stringMatching(/business-scoped id.*connect a sender that can, or give a number/),
        },
      ],
    });
    expect(await contacts()).toEqual([]);
  });

  it('is refused where the sender it names cannot, whatever the others can', async () => {
    await world.world.sender();
    const { senderId } = await world.world.sender({ transport: 'waha' });
    await expect(world.send({ to: LID, senderId })).rejects.toMatchObject({ code: 'no_reachable_identity' });
    await expect(world.send({ to: LID })).resolves.toMatchObject({ to: LID });
  });

  it('waits for its sender like any other', async () => {
    const { senderId } = await world.world.sender();
    await world.sql(`UPDATE senders SET status = 'disconnected' WHERE id = $1`, [senderId]);
    await expect(world.send({ to: LID })).resolves.toMatchObject({ to: LID, state: 'queued' });
  });

  it('is refused where it is suppressed', async () => {
    await world.world.sender();
    await insertSuppressions(db.database.manager, world.tenantId, [LID]);
    await expect(world.send({ to: LID })).rejects.toMatchObject({ code: 'recipient_suppressed' });
  });

  it.each(['lid:', 'lid:12a', 'lid:190000000000051@lid', 'bsuid:BR.1a', 'bsuid:a b:BR.1a', 'bsuid::br.1a'])(
    'is refused where it is none: %s',
    async (to) => {
      await world.world.sender();
      await expect(world.send({ to })).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path: 'to', message: expect.stringContaining('such as lid:190000000000009') }],
      });
    },
  );
});
