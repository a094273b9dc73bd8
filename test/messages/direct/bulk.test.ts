import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { DomainError } from '../../../src/lib/errors.js';
import { newId } from '../../../src/lib/ids.js';
import { DirectWorld } from './world.js';

let db: TestDatabase;
let world: DirectWorld;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = await DirectWorld.create(db);
});

const text = (to: string, content: string) => ({ to, type: 'text' as const, content });
const storedMessages = () =>
  world.sql('SELECT id FROM messages WHERE tenant_id = $1', [world.tenantId]).then((rows) => rows.length);

describe('a bulk of messages', () => {
  it('sends each its own, returns their ids in order, and lists them by the id of the bulk', async () => {
    const phone = await world.world.sender();
    const numbers = [world.phone(), world.phone(), world.phone()];
    const bulk = await world.sendBulk({ messages: numbers.map((to, index) => text(to, `Order ${index}`)) });
    expect(bulk.messages.map(({ to, index, state }) => ({ to, index, state }))).toEqual(
      numbers.map((to, index) => ({ to, index, state: 'queued' })),
    );
    expect(bulk.refused).toEqual([]);
    await world.work();
    expect(phone.texts.toSorted()).toEqual(['Order 0', 'Order 1', 'Order 2']);
    const filter = { bulkId: bulk.id, kind: 'direct' as const };
    const { items } = await world.messages.list(world.tenantId, filter, { limit: 10 });
    expect(items.map(({ id }) => id).toSorted()).toEqual(bulk.messages.map(({ id }) => id).toSorted());
    expect((await world.messages.list(world.tenantId, { kind: 'campaign' }, { limit: 10 })).items).toEqual(
      [],
    );
  });

  it('writes its request once, with one delivery and its message for each', async () => {
    const { senderId } = await world.world.sender();
    const messages = Array.from({ length: 200 }, (_, index) => ({
      ...text(world.phone(), `Number ${index % 7}`),
      ...(index % 2 === 0 ? { senderId } : {}),
    }));
    const { id } = await world.sendBulk({ messages });
    const [rows] = await world.sql(
      `SELECT (SELECT json_agg(id) FROM sends WHERE tenant_id = $1) AS sends,
              (SELECT count(*)::int FROM deliveries WHERE source_id = $2 AND parts = 1) AS deliveries,
              (SELECT count(*)::int FROM messages WHERE source_id = $2) AS messages,
              (SELECT count(*)::int FROM campaigns WHERE tenant_id = $1) AS campaigns`,
      [world.tenantId, id],
    );
    expect(rows).toEqual({ sends: [id], deliveries: 200, messages: 200, campaigns: 0 });
  });

  it('may hold several messages to one number, and repeats none', async () => {
    const phone = await world.world.sender();
    const to = world.phone();
    const bulk = await world.sendBulk({ messages: [text(to, 'one'), text(to, 'two'), text(to, 'one')] });
    expect(new Set(bulk.messages.map(({ id }) => id)).size).toBe(3);
    await world.work();
    await world.work();
    expect(phone.texts.toSorted()).toEqual(['one', 'one', 'two']);
  });

  it('gives recipients one part, as a template with values of their own', async () => {
    const phone = await world.world.sender();
    const [first, second] = [world.phone(), world.phone()];
    await world.sendBulk({
      recipients: [
        { phoneNumber: first, name: 'Ana', variables: { table: 4 } },
        { phoneNumber: second, variables: { table: 5 } },
      ],
      type: 'text',
      content: '{{ name | default: "Guest" }}: table {{ table }}',
      template: true,
    });
    await world.work();
    expect(phone.texts.toSorted()).toEqual(['Ana: table 4', 'Guest: table 5']);
    expect(phone.handed.map(({ to }) => to.phone ?? '').toSorted()).toEqual([first, second].toSorted());
  });

  it('leaves at one time when it says one, except those with their own', async () => {
    await world.world.sender();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const later = new Date(Date.now() + 7_200_000).toISOString();
    const bulk = await world.sendBulk({
      sendAt,
      messages: [text(world.phone(), 'a'), { ...text(world.phone(), 'b'), sendAt: later }],
    });
    expect(bulk.messages.map((message) => [message.state, message.sendAt?.toISOString()])).toEqual([
      ['pending', sendAt],
      ['pending', later],
    ]);
  });
});

describe('a bulk with mistakes', () => {
  it('is refused as a whole, with every mistake by its place', async () => {
    await world.world.sender();
    const gone = world.phone();
    await world.world.contacts.optOut(db.database.manager, world.tenantId, gone, 'api');
    await expect(
      world.sendBulk({
        messages: [
          text(world.phone(), 'fine'),
          text('12', 'no number'),
          text(gone, 'x'),
          text(world.phone(), ' '),
        ],
      }),
    ).rejects.toMatchObject({
      kind: 'invalid',
      errors: expect.arrayContaining([
        { path: 'messages[1].to', message: expect.any(String) },
        { path: 'messages[2].to', message: expect.stringContaining('opted out') },
        { path: 'messages[3].content', message: 'must not be blank' },
      ]),
    });
    expect(await storedMessages()).toBe(0);
    expect(world.queue.jobs).toEqual([]);
  });

  it('is not possible when all that is wrong is that a recipient opted out', async () => {
    await world.world.sender();
    const gone = world.phone();
    await world.world.contacts.optOut(db.database.manager, world.tenantId, gone, 'api');
    const messages = [text(world.phone(), 'fine'), text(gone, 'x')];
    await expect(world.sendBulk({ messages })).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'recipient_opted_out',
      errors: [{ path: 'messages[1].to' }],
    });
  });

  it('sends the rest and lists the refused when asked to', async () => {
    const phone = await world.world.sender();
    const gone = world.phone();
    await world.world.contacts.optOut(db.database.manager, world.tenantId, gone, 'api');
    const bulk = await world.sendBulk({
      skipInvalid: true,
      messages: [text('12', 'a'), text(world.phone(), 'fine'), text(gone, 'b')],
    });
    expect(bulk.messages).toMatchObject([{ index: 1 }]);
    expect(bulk.refused).toMatchObject([
      { index: 0, code: 'invalid_input', errors: [{ path: 'messages[0].to' }] },
      { index: 2, code: 'recipient_opted_out', errors: [{ path: 'messages[2].to' }] },
    ]);
    await world.work();
    expect(phone.texts).toEqual(['fine']);
  });

  it('is refused when nothing of it is left', async () => {
    await world.world.sender();
    await expect(world.sendBulk({ skipInvalid: true, messages: [text('12', 'a')] })).rejects.toMatchObject({
      kind: 'invalid',
    });
  });

  it('does not send one part to one number twice', async () => {
    await world.world.sender();
    const to = world.phone();
    await expect(
      world.sendBulk({ recipients: [to, world.phone(), { phoneNumber: to }], type: 'text', content: 'x' }),
    ).rejects.toMatchObject({
      errors: [{ path: 'recipients[2].phoneNumber', message: 'is the same number as recipients[0]' }],
    });
  });

  it.each([
    [{}, 'messages'],
    [{ messages: [text('+5511961234567', 'x')], recipients: ['+5511961234567'] }, 'recipients'],
    [{ recipients: ['+5511961234567'] }, 'type'],
    [{ recipients: ['+5511961234567'], type: 'text' as const }, 'content'],
    [{ recipients: [7], type: 'text' as const, content: 'x' }, 'recipients[0]'],
    [{ messages: [text('+5511961234567', 'x')], content: 'stray' }, 'content'],
  ])('names what its form lacks: %j', async (input, path) => {
    await world.world.sender();
    await expect(world.sendBulk(input)).rejects.toMatchObject({ kind: 'invalid', errors: [{ path }] });
  });
});

describe('the files of a bulk', () => {
  let fetched: string[];
  let pictures: DirectWorld;
  beforeEach(async () => {
    fetched = [];
    const id = newId();
    pictures = await DirectWorld.create(db, {
      media: {
        requestBytes: 1_000,
        find: async () => undefined,
        fetch: async (_tenantId, url) => {
          fetched.push(url);
          if (url.endsWith('large.png'))
            throw new DomainError('too_large', 'media_too_large', 'It is too large.');
          return { id, mimeType: 'image/png', sizeBytes: 100 };
        },
        lockFiles: async (_tx, _tenantId, ids) => new Set(ids),
      },
    });
    await pictures.world.sender();
  });
  const picture = (mediaUrl: string, caption: string) => {
    return { to: pictures.phone(), type: 'image' as const, mediaUrl, caption };
  };

  it('are fetched once per URL, whatever is written below them', async () => {
    const messages = Array.from({ length: 20 }, (_, n) => picture('https://a.example/x.png', `Hi ${n}`));
    expect((await pictures.sendBulk({ messages })).messages).toHaveLength(20);
    expect(fetched).toEqual(['https://a.example/x.png']);
  });

  it('refuse only the messages whose file is too large', async () => {
    const messages = [picture('https://a.example/large.png', 'a'), picture('https://a.example/x.png', 'b')];
    const bulk = await pictures.sendBulk({ messages, skipInvalid: true });
    expect(bulk.messages.map(({ index }) => index)).toEqual([1]);
    const errors = [{ path: 'messages[0].mediaUrl', message: 'It is too large.' }];
    expect(bulk.refused).toMatchObject([{ index: 0, code: 'media_too_large', errors }]);
    await expect(pictures.sendBulk({ messages })).rejects.toMatchObject({ kind: 'too_large', errors });
  });
});
