import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { newId } from '../../../src/lib/ids.js';
import { waitingRecipients } from '../../../src/modules/campaigns/creation/problems.repository.js';
import { harmlessValueBytes } from '../../../src/modules/content/core/templates/text-risk.js';
import {
  choiceSeed,
  renderPart,
  templateScope,
} from '../../../src/modules/content/core/templates/template.js';
import { createWorld, draft, phone, type World } from '../world.js';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.db.close());

async function problemsOf(tenantId: string, campaignId: string, limit = 500) {
  const items = [];
  let cursor: string | undefined;
  do {
    const page = await world.manager.problems(tenantId, campaignId, { limit, ...(cursor && { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return items;
}

describe('the problems of a campaign', () => {
  it('include a text that leaves half of a character, in every kind of part', async () => {
    const tenantId = await world.tenantWithSender();
    const { campaign } = await world.manager.create(tenantId, {
      name: 'Test',
      messages: [
        { type: 'text', content: 'Hi {{ name["0"] | default: "you" }}' },
        {
          type: 'location',
          latitude: 1,
          longitude: 2,
          name: 'Here',
          address: '{{ name["0"] | default: "" }}',
        },
        { type: 'poll', question: 'Who?', choices: ['you', '{{ name["1"] | default: "me" }}'] },
        { type: 'text', content: 'Hi {{ name | split: "" | first }}' },
      ],
      contacts: [
        { phoneNumber: phone(0), name: 'Ana' },
        { phoneNumber: phone(1), name: '😀 Bo' },
      ],
    });
    const failed = { code: 'template_failed', message: expect.stringContaining('half of a character') };
    expect(await problemsOf(tenantId, campaign.id)).toMatchObject([
      { recipient: { phone: phone(1) }, problems: [0, 1, 2].map((part) => ({ part, ...failed })) },
    ]);
  });

  it('are listed before it starts, by recipient, part and variable', async () => {
    const tenantId = await world.tenantWithSender();
    const { campaign, warnings } = await world.manager.create(tenantId, {
      name: 'Test',
      messages: [
        { type: 'text', content: 'Hi {{ name }}' },
        { type: 'text', content: '{% if city %}In {{ city }}{% endif %}' },
        { type: 'text', content: 'Until {{ until | date_in: "pt-BR", "UTC" }}' },
      ],
      contacts: [
        { phoneNumber: phone(0), name: 'Ana', variables: { city: 'Recife', until: '2026-03-02' } },
        { phoneNumber: phone(1), variables: { city: 'Recife', until: '2026-03-02' } },
        { phoneNumber: phone(2), name: 'Bo', variables: { until: 'soon' } },
      ],
    });
    expect(warnings).toMatchObject([{ variable: 'name', count: 1 }]);
    const problems = await problemsOf(tenantId, campaign.id);
    expect(problems.map(({ recipient, problems: found }) => [recipient.phone, found])).toEqual([
      [
        phone(1),
        [
          {
            part: 0,
            code: 'template_missing_variable',
            variable: 'name',
            message: 'The recipient has no value for name.',
          },
        ],
      ],
      [
        phone(2),
        [
          { part: 1, code: 'template_empty', message: expect.stringContaining('empty') },
          { part: 2, code: 'template_failed', message: expect.stringContaining('"soon" is no date') },
        ],
      ],
    ]);
  });

  it('are as many as the warnings say, page by page', async () => {
    const tenantId = await world.tenantWithSender();
    const listIds = [
      await world.list(tenantId, 2_500, (index) => ({
        name: index % 5 === 0 ? ' ' : 'Ana',
        attributes: index % 7 === 0 ? {} : { city: 'Recife' },
      })),
    ];
    for (const template of [
      'Hi {{ name }}',
      '{Hi|Oi} {{ contact.name | upcase }}',
      '{% if true %}{{ name }}{% endif %}',
    ]) {
      const { campaign, warnings } = await world.manager.create(tenantId, draft({ template, listIds }));
      const problems = await problemsOf(tenantId, campaign.id, 77);
      expect(warnings).toMatchObject([{ count: 500 }]);
      expect(problems).toHaveLength(500);
      expect(new Set(problems.map(({ recipient }) => recipient.id)).size).toBe(500);
      // As many as are read at a time: nothing follows.
      expect(await problemsOf(tenantId, campaign.id)).toHaveLength(500);
    }
    const { campaign } = await world.manager.create(
      tenantId,
      draft({ template: 'Hi {{ city | default: "you" }}', listIds }),
    );
    expect(await problemsOf(tenantId, campaign.id)).toEqual([]);
  });

  it('are about those who are still to get it, and the tenant’s own campaigns', async () => {
    const tenantId = await world.tenantWithSender();
    const contacts = [phone(1), { phoneNumber: phone(2), name: 'Ana' }];
    const { campaign } = await world.manager.create(tenantId, draft({ template: 'Hi {{ name }}', contacts }));
    expect(await problemsOf(tenantId, campaign.id)).toHaveLength(1);
    await world.move(campaign.id, 'pending', 'failed');
    expect(await problemsOf(tenantId, campaign.id)).toEqual([]);
    for (const attempt of [
      world.manager.problems(await world.db.createTenant(), campaign.id, { limit: 1 }),
      world.manager.problems(tenantId, newId(), { limit: 1 }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ code: 'campaign_not_found' });
    }
  });

  it('include those that an error inside Starling has ended, in one order with the others', async () => {
    const tenantId = await world.tenantWithSender();
    const contacts = Array.from({ length: 9 }, (_, index) => phone(index));
    const template = 'Hi {{ name | default: "you" }}{{ nick }}';
    const withNick = { phoneNumber: phone(9), variables: { nick: 'Bo' } };
    const input = draft({ template, contacts: [...contacts, withNick] });
    const { campaign } = await world.manager.create(tenantId, input);
    await world.db.database.manager.query(
      `UPDATE deliveries SET state = 'failed', code = CASE WHEN phone = $2 THEN 'gave_up' ELSE 'internal_error' END
       WHERE campaign_id = $1 AND phone = ANY($3::text[])`,
      [campaign.id, phone(4), [phone(2), phone(4), phone(7)]],
    );
    const finds = async (limit: number) => {
      const found = await problemsOf(tenantId, campaign.id, limit);
      const codes = found.map(({ recipient, problems: [problem] }) => [recipient.phone, problem?.code]);
      const missing = 'template_missing_variable';
      expect(codes).toEqual(
        [0, 1, 2, 3, 5, 6, 7, 8].map((n) => [phone(n), n === 2 || n === 7 ? 'internal_error' : missing]),
      );
      expect(JSON.stringify(found).length).toBeLessThan(10_000);
    };
    for (const limit of [1, 2, 500]) await finds(limit);
    // Longer than what is read at a time: one, then two of them.
    for (const characters of [5_000_000, 2_500_000]) {
      await world.db.database.manager.query(
        `UPDATE deliveries SET variables = variables || jsonb_build_object('notes', repeat('x', $2)) WHERE campaign_id = $1`,
        [campaign.id, characters],
      );
      const page = { after: undefined, limit: 500, suspicion: undefined };
      const key = { tenantId, id: campaign.id };
      const { rows, more } = await waitingRecipients(world.db.database.manager, key, page);
      expect([rows.length, more]).toEqual([characters === 5_000_000 ? 1 : 2, true]);
      await finds(500);
    }
  });

  it('leave the process free for others while they are looked for, however slow the text', async () => {
    const tenantId = await world.tenantWithSender();
    const listIds = [await world.list(tenantId, 600, () => ({ name: 'Ana' }))];
    const template = 'x{% if name == "Bo" %}y{% endif %}';
    const { campaign } = await world.manager.create(tenantId, draft({ template, listIds }));
    // Every look at the clock takes a millisecond, however fast the machine is.
    const startedAt = performance.now();
    let looks = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => startedAt + (looks += 1));
    let turns = 0;
    const over = new AbortController();
    const others = (async () => {
      while (!over.signal.aborted) {
        await setImmediate();
        turns += 1;
      }
    })();
    const { items } = await world.manager.problems(tenantId, campaign.id, { limit: 500 }).finally(() => {
      over.abort();
      clock.mockRestore();
    });
    await others;
    expect(items).toEqual([]);
    // Two looks at the clock per recipient, a turn for others after ten.
    expect(turns).toBeGreaterThan(40);
  });

  it('are found among suspects only where nothing else can go wrong', () => {
    const bound = (content: string) => harmlessValueBytes([{ type: 'text', content }]);
    for (const harmless of [
      'Hi',
      'Hi {{ name | first_name }}',
      '{Hi|Oi} {{ contact.a.b | default: c }}',
      '\\{x\\}',
    ]) {
      expect(bound(harmless)).toBeGreaterThan(100);
    }
    for (const risky of [
      '{{ name }}',
      '{|Hi} {{ name }}',
      'Hi {% if x %}{{ y }}{% endif %}',
      'Hi {{ at | date_in: "pt", "UTC" }}',
      'Hi {{ contact.tags.first }}',
      'Hi {{ contact[name] }}',
      'Hi {{ name | replace: "a", "b" }}',
      'Hi {{ name | title_case: language }}',
      `Hi {{ name${' | upcase'.repeat(30)} }}`,
    ]) {
      expect(bound(risky)).toBeUndefined();
    }
    expect(harmlessValueBytes([{ type: 'image', mediaId: 'x', caption: 'Hi {{ name }}' }])).toBeUndefined();
    expect(harmlessValueBytes([{ type: 'image', mediaId: 'x', caption: 'Hi' }])).toBe(Infinity);
  });

  it('are exactly those of rendering everything, whatever the template', async () => {
    const tenantId = await world.tenantWithSender();
    const values = [
      'x',
      ' \u00a0\u3000',
      '',
      null,
      0,
      false,
      [],
      ['a'],
      {},
      { b: 'y' },
      { b: ' ' },
      'z'.repeat(9_000),
    ];
    const contacts = values.flatMap((a, index) =>
      values.slice(0, 6).map((c, other) => ({
        phoneNumber: phone(index * 10 + other),
        ...(index % 2 === 0 ? { name: 'Ana' } : {}),
        variables: { a, c, ...(other % 3 === 0 ? { city: 'Recife', size: 'XL' } : {}) },
      })),
    );
    const piece = fc.constantFrom(
      'Hi ',
      '{{ a }}',
      '{{ contact.a.b }}',
      '{{ c | default: "-" }}',
      '{{ name | first_name }}',
      ' {x|y}',
      '\\{',
      '{{{ city }}|there}',
      '{{ a | append: c }}',
      '{{ a | default: city }}',
      '{{ name | title_case: c }}',
      '{{ contact.size }}',
      '{% if c %}{{ c }}{% endif %}',
      '{|z}',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), async (pieces) => {
        const template = pieces.join('');
        fc.pre(template.trim() !== '');
        const { campaign } = await world.manager.create(tenantId, draft({ template, contacts }));
        const rows = await world.db.database.manager.query<
          { phone: string; name: string | null; variables: Record<string, unknown>; contact_id: string }[]
        >('SELECT phone, name, variables, contact_id FROM deliveries WHERE campaign_id = $1 ORDER BY id', [
          campaign.id,
        ]);
        const expected = rows
          .filter((row) => {
            const seed = choiceSeed(row.contact_id, 0);
            return !renderPart({ type: 'text', content: template }, templateScope(row), seed).ok;
          })
          .map((row) => row.phone);
        const found = await problemsOf(tenantId, campaign.id);
        expect(found.map(({ recipient }) => recipient.phone)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});
