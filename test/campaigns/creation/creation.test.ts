import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../../src/lib/ids.js';
import { presentCampaign } from '../../../src/modules/campaigns/index.js';
import { createWorld, draft, phone, type World } from '../world.js';

let world: World;
let tenantId: string;

beforeAll(async () => {
  world = await createWorld();
  tenantId = await world.tenantWithSender();
});
afterAll(() => world.db.close());

async function recipients(campaignId: string) {
  return world.db.database.manager.query<
    { phone: string; name: string | null; variables: Record<string, unknown>; id: string }[]
  >('SELECT id, phone, name, variables FROM deliveries WHERE campaign_id = $1 ORDER BY id', [campaignId]);
}

describe('creating a campaign', () => {
  it('takes numbers as people write them and keeps each once, in order', async () => {
    const { campaign, warnings } = await world.manager.create(
      tenantId,
      draft({
        template: 'Hi {{ name | default: "you" }}',
        defaultCountry: 'BR',
        contacts: [
          '+55 11 98765-4321',
          { phoneNumber: '(11) 98765-4322', name: ' Ana ', variables: { city: 'Recife' } },
          { phoneNumber: '5511987654321', name: 'again' },
        ],
      }),
    );
    expect(warnings).toEqual([]);
    expect(campaign).toMatchObject({ status: 'draft', totalRecipients: 2, minDelay: 2000, maxDelay: 5000 });
    expect(await recipients(campaign.id)).toMatchObject([
      { phone: '+5511987654321', name: null },
      { phone: '+5511987654322', name: 'Ana', variables: { city: 'Recife' } },
    ]);
  });

  it('presents the shape clients rely on', async () => {
    const counted = await world.manager.create(
      tenantId,
      draft({
        template: undefined,
        messages: [
          { type: 'text', content: 'one' },
          { type: 'text', content: 'two' },
        ],
        contacts: [phone(1), phone(2), phone(3)],
      }),
    );
    expect(presentCampaign(counted)).toMatchObject({
      campaignId: counted.campaign.id,
      status: 'draft',
      totalRecipients: 3,
      totalContacts: 3,
      totalMessages: 2,
      totalRequests: 6,
      counts: { pending: 3, queued: 0, sent: 0, replied: 0, optedOut: 0 },
      createdAt: '2026-03-02T10:00:00.000Z',
      startedAt: null,
      completedAt: null,
    });
  });

  it('joins lists and inline contacts, whose own variables win', async () => {
    const listId = await world.list(tenantId, 5, (index) => ({
      name: `N${index}`,
      attributes: { city: 'Rio', plan: 'a' },
    }));
    const otherId = await world.list(tenantId, 3);
    const { campaign } = await world.manager.create(
      tenantId,
      draft({
        listIds: [listId, otherId],
        contacts: [{ phoneNumber: phone(3), variables: { city: 'Recife' } }],
      }),
    );
    const stored = await recipients(campaign.id);
    expect(stored.map((one) => one.phone).toSorted()).toEqual([0, 1, 2, 3, 4].map(phone));
    expect(stored[0]).toMatchObject({ phone: phone(3), variables: { city: 'Recife', plan: 'a' } });
    expect(stored.every(({ id }) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-/.test(id))).toBe(
      true,
    );
  });

  it('gives list members ids in the order they joined', async () => {
    const listId = await world.list(tenantId, 3_000);
    await world.db.database.manager.query(
      `UPDATE contact_list_members SET added_at = now() + hashtext(contact_id::text) * interval '1 ms' WHERE list_id = $1`,
      [listId],
    );
    const { campaign } = await world.manager.create(tenantId, draft({ listIds: [listId] }));
    const joined = await world.db.database.manager.query<{ phone: string }[]>(
      `SELECT phone FROM contact_list_members JOIN contacts ON contacts.id = contact_id
       WHERE list_id = $1 ORDER BY added_at, contact_id`,
      [listId],
    );
    expect((await recipients(campaign.id)).map((one) => one.phone)).toEqual(joined.map((one) => one.phone));
  });

  it('warns of a variable that some recipients lack', async () => {
    const listId = await world.list(tenantId, 10, (index) => ({
      attributes: index < 7 ? { coupon: 'X' } : { coupon: ' ' },
    }));
    const { warnings } = await world.manager.create(
      tenantId,
      draft({ template: '{{ contact.coupon }} {{ contact.nick | default: "x" }}', listIds: [listId] }),
    );
    expect(warnings).toMatchObject([{ code: 'missing_variable', variable: 'contact.coupon', count: 3 }]);
  });
});

describe('refusing a campaign', () => {
  const one = { contacts: [phone(1)] };
  const unknownId = newId();

  it.each([
    [
      'an invalid number',
      { contacts: [phone(1), '12', { phoneNumber: 'abc' }] },
      ['contacts[1].phoneNumber', 'contacts[2].phoneNumber'],
    ],
    [
      'a contact of the wrong shape',
      { contacts: [5, { phone: '1' }] },
      ['contacts[0]', 'contacts[1].phone', 'contacts[1].phoneNumber'],
    ],
    [
      'variables that are no object',
      { contacts: [{ phoneNumber: phone(1), variables: [] }] },
      ['contacts[0].variables'],
    ],
    ['a NUL in a name', { contacts: [{ phoneNumber: phone(1), name: 'a\0' }] }, ['contacts[0]']],
    ['half a surrogate pair', { ...one, template: 'a\ud83d' }, ['template']],
    ['min above max', { ...one, minDelay: 9000, maxDelay: 10 }, ['minDelay']],
    ['a template that does not parse', { ...one, template: 'Hi {{ name' }, ['template']],
    [
      'a broken part',
      {
        ...one,
        template: undefined,
        messages: [
          { type: 'text', content: 'ok' },
          { type: 'text', content: '{% if %}' },
        ],
      },
      ['messages[1].content'],
    ],
    ['no text', { ...one, template: undefined }, ['messages']],
    ['template and messages', { ...one, messages: [{ type: 'text', content: 'x' }] }, ['template']],
    ['an unknown list', { ...one, listIds: [unknownId] }, ['listIds[0]']],
    ['an unknown sender', { ...one, senderIds: [unknownId] }, ['senderIds[0]']],
    ['an unknown country', { ...one, defaultCountry: 'XX' }, ['defaultCountry']],
    ['a blank name', { ...one, name: ' ' }, ['name']],
    ['the whole contact as a text', { ...one, template: 'Hi {{ contact }}' }, ['template']],
  ] as [string, Parameters<typeof draft>[0], string[]][])(
    '%s is invalid, named by its place',
    async (_, input, paths) => {
      const creation = world.manager.create(tenantId, draft(input));
      await expect(creation).rejects.toMatchObject({
        kind: 'invalid',
        errors: paths.map((path) => ({ path })),
      });
    },
  );

  it('says where the template breaks', async () => {
    const creation = world.manager.create(tenantId, draft({ ...one, template: 'Hi\n{{ name | nofilter }}' }));
    await expect(creation).rejects.toThrow(/undefined filter: nofilter \(line 2, column 1\)/);
  });

  it('cuts a long list of validation errors short and says how many more there are', async () => {
    const contacts = Array.from({ length: 500 }, () => 'x');
    await expect(world.manager.create(tenantId, draft({ contacts }))).rejects.toThrow(/; and 495 more$/);
  });

  it.each([
    ['no audience is given', {}],
    ['empty arrays are given', { contacts: [], listIds: [] }],
  ])('an empty audience is not possible: %s', async (_, input) => {
    const creation = world.manager.create(tenantId, draft(input));
    await expect(creation).rejects.toMatchObject({ kind: 'not_possible', code: 'empty_audience' });
  });

  it('an empty list is an empty audience, and leaves nothing behind', async () => {
    const listId = await world.list(tenantId, 0);
    const other = await world.tenantWithSender();
    await expect(world.manager.create(tenantId, draft({ listIds: [listId] }))).rejects.toMatchObject({
      code: 'empty_audience',
    });
    expect((await world.manager.list(other, { limit: 10 })).items).toEqual([]);
  });

  it('a pool without senders is not possible', async () => {
    const empty = await world.db.createTenant();
    await expect(world.manager.create(empty, draft(one))).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'no_sender_in_pool',
    });
    await expect(world.manager.create(tenantId, draft({ ...one, senderTags: ['vip'] }))).rejects.toThrow(
      /tags vip/,
    );
    await expect(world.manager.create(tenantId, draft({ ...one, senderTags: [' '] }))).rejects.toMatchObject({
      code: 'no_sender_in_pool',
    });
  });

  it('a variable no recipient has is named, with those that are known', async () => {
    const creation = world.manager.create(
      tenantId,
      draft({
        template: '{{ contact.citty }} {{ phoneNumber }} {{ nome }}',
        contacts: [{ phoneNumber: phone(9_999), variables: { city: 'Recife' } }],
      }),
    );
    await expect(creation).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'unknown_variable',
      message: expect.stringContaining(
        'contact.citty, nome. Known are contact.name, contact.phoneNumber, contact.city',
      ),
      errors: [{ path: 'template' }, { path: 'template' }],
    });
  });

  it('people without a number have none in texts, and are counted like those without any other value', async () => {
    const own = await world.tenantWithSender();
    const listId = await world.list(own, 2);
    const alone = await world.list(own, 0);
    const { manager } = world.db.database;
    await manager.query(
      `WITH made AS (
         INSERT INTO contacts (id, tenant_id, address, attributes) VALUES (gen_random_uuid(), $1, 'lid:190000000000041', '{}')
         RETURNING id)
       INSERT INTO contact_list_members (list_id, contact_id, tenant_id)
       SELECT given.id, made.id, $1 FROM made, unnest($2::uuid[]) AS given (id)`,
      [own, [listId, alone]],
    );
    const template = 'Call {{ contact.phoneNumber }}';
    const { campaign, warnings } = await world.manager.create(own, draft({ template, listIds: [listId] }));
    const missing = { code: 'missing_variable', variable: 'contact.phoneNumber', count: 1 };
    expect(warnings).toMatchObject([missing]);
    expect(await world.manager.problems(own, campaign.id, { limit: 5 })).toMatchObject({
      items: [{ problems: [{ code: 'template_missing_variable', variable: 'contact.phoneNumber' }] }],
    });
    await expect(world.manager.create(own, draft({ template, listIds: [alone] }))).rejects.toMatchObject({
      code: 'unknown_variable',
      message: 'No recipient has a value for: contact.phoneNumber. Known are contact.name.',
    });
  });

  it("another tenant's lists, senders and campaigns do not exist", async () => {
    const other = await world.tenantWithSender();
    const listId = await world.list(other, 1);
    const senderId = await world.sender(other, 'theirs');
    await expect(world.manager.create(tenantId, draft({ ...one, listIds: [listId] }))).rejects.toMatchObject({
      kind: 'invalid',
    });
    await expect(
      world.manager.create(tenantId, draft({ ...one, senderIds: [senderId] })),
    ).rejects.toMatchObject({ kind: 'invalid' });
    const { campaign } = await world.manager.create(other, draft(one));
    const gone = { kind: 'not_found', code: 'campaign_not_found' };
    const { manager } = world;
    for (const attempt of [
      () => manager.get(tenantId, campaign.id),
      () => manager.start(tenantId, campaign.id),
      () => manager.pause(tenantId, campaign.id),
      () => manager.resume(tenantId, campaign.id),
      () => manager.stop(tenantId, campaign.id),
      () => manager.remove(tenantId, campaign.id),
      () => manager.update(tenantId, campaign.id, { name: 'mine' }),
      () => manager.stats(tenantId, campaign.id),
      () => manager.recipients(tenantId, campaign.id, { limit: 5 }),
      () => manager.reports.export(tenantId, campaign.id, { format: 'csv' }),
      () => manager.reports.trace(tenantId, campaign.id, campaign.id),
      () => manager.reports.compare(tenantId, [campaign.id, campaign.id]),
    ]) {
      await expect(attempt()).rejects.toMatchObject(gone);
    }
    expect((await manager.list(other, { limit: 5 })).items).toHaveLength(1);
  });
});

describe('changing a draft', () => {
  it('changes texts and pace, and holds the texts against the audience again', async () => {
    const { campaign } = await world.manager.create(tenantId, draft({ contacts: [phone(1)] }));
    const changed = await world.manager.update(tenantId, campaign.id, { template: 'Bye', minDelay: 7_000 });
    expect(changed.campaign).toMatchObject({
      parts: [{ type: 'text', content: 'Bye' }],
      minDelay: 7_000,
      maxDelay: 7_000,
    });
    await expect(
      world.manager.update(tenantId, campaign.id, { template: '{{ nope }}' }),
    ).rejects.toMatchObject({
      code: 'unknown_variable',
    });
    expect((await world.manager.get(tenantId, campaign.id)).campaign.parts).toMatchObject([
      { content: 'Bye' },
    ]);
    await world.manager.start(tenantId, campaign.id);
    await expect(world.manager.update(tenantId, campaign.id, { template: 'Too late' })).rejects.toMatchObject(
      { kind: 'conflict' },
    );
  });
});
