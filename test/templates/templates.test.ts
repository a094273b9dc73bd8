import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/lib/ids.js';
import { PreviewService, TemplateService } from '../../src/modules/templates/index.js';
import { createWorld, draft, phone, type World } from '../campaigns/world.js';

let world: World;
let templates: TemplateService;
let previews: PreviewService;

beforeAll(async () => {
  world = await createWorld();
  const { database } = world.db;
  templates = new TemplateService({ database, clock: world.clock });
  previews = new PreviewService({ database });
});
afterAll(() => world.db.close());

describe('a saved template', () => {
  it('is created, listed, changed and removed, within its tenant', async () => {
    const [tenantId, other] = [await world.db.createTenant(), await world.db.createTenant()];
    const first = await templates.create(tenantId, { name: ' Welcome ', content: 'Hi {{ name }}' });
    const second = await templates.create(tenantId, { name: 'Sale', content: '{a|b}' });
    expect(first.name).toBe('Welcome');
    const page = await templates.list(tenantId, { limit: 1 });
    expect(page.items.map(({ id }) => id)).toEqual([second.id]);
    const rest = await templates.list(tenantId, { limit: 1, cursor: page.nextCursor ?? '' });
    expect(rest).toMatchObject({ items: [{ id: first.id }], nextCursor: null });
    expect(await templates.update(tenantId, first.id, { content: 'Hello' })).toMatchObject({
      name: 'Welcome',
      content: 'Hello',
    });
    expect(await templates.update(tenantId, first.id, { name: 'Welcome' })).toMatchObject({
      content: 'Hello',
    });

    expect((await templates.list(other, { limit: 10 })).items).toEqual([]);
    for (const attempt of [
      templates.get(other, first.id),
      templates.update(other, first.id, { content: 'stolen' }),
      templates.remove(other, first.id),
    ]) {
      await expect(attempt).rejects.toMatchObject({ kind: 'not_found', code: 'template_not_found' });
    }
    const preview = previews.preview(other, { templateId: first.id });
    await expect(preview).rejects.toMatchObject({ kind: 'invalid', errors: [{ path: 'templateId' }] });
    await templates.remove(tenantId, first.id);
    await expect(templates.get(tenantId, first.id)).rejects.toMatchObject({ code: 'template_not_found' });
  });

  it('has a name of its own', async () => {
    const tenantId = await world.db.createTenant();
    await templates.create(tenantId, { name: 'One', content: 'x' });
    const two = await templates.create(tenantId, { name: 'Two', content: 'x' });
    await expect(templates.create(tenantId, { name: 'One', content: 'y' })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'template_exists',
    });
    await expect(templates.update(tenantId, two.id, { name: 'One' })).rejects.toMatchObject({
      code: 'template_exists',
    });
    await expect(templates.create(tenantId, { name: '  ', content: 'y' })).rejects.toMatchObject({
      kind: 'invalid',
    });
    await templates.create(await world.db.createTenant(), { name: 'One', content: 'y' });
  });

  it('of several that take a name at once one gets it, the others are told so', async () => {
    const tenantId = await world.db.createTenant();
    const made = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        templates.create(tenantId, { name: `T${index}`, content: 'x' }),
      ),
    );
    const renamed = await Promise.allSettled(
      made.map(({ id }) => templates.update(tenantId, id, { name: 'Wanted' })),
    );
    const refused = renamed.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    expect(refused).toHaveLength(5);
    for (const reason of refused) expect(reason).toMatchObject({ kind: 'conflict', code: 'template_exists' });
  });

  it.each([
    ['Hi {{ name', '(line 1, column 4)'],
    ['\n{a|b', '(line 2, column 1)'],
    ['{{ contact }}', 'name a field of it'],
    ['  ', 'empty'],
    ['x'.repeat(5_000), 'at most 4096'],
  ])('is refused where it does not parse: %j', async (content, message) => {
    const tenantId = await world.db.createTenant();
    await expect(templates.create(tenantId, { name: 'Broken', content })).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'content', message: expect.stringContaining(message) }],
    });
  });
});

describe('a preview', () => {
  const content =
    '{Hi|Hello|Hey|Oi} {{ contact.name | first_name }} of {{ city }}{% if plan %}, {{ plan }}{% endif %}';

  it('shows each contact its text, or why there is none', async () => {
    const tenantId = await world.tenantWithSender();
    const listId = await world.list(
      tenantId,
      3,
      (index) =>
        [
          { name: 'Ana Maria', attributes: { city: 'Recife', plan: 'gold' } },
          { name: '{a|b} {{ city }}', attributes: { city: 'Natal' } },
          { name: 'Nobody', attributes: {} },
        ][index] ?? {},
    );
    const preview = await previews.preview(tenantId, { content, listId });
    expect(preview.variables).toEqual([
      { name: 'contact.name', required: true },
      { name: 'city', required: true },
      { name: 'plan', required: false },
    ]);
    const byPhone = new Map(preview.items.map((item) => [item.phone, item.outcome]));
    expect(byPhone.get(phone(0))).toMatchObject({ text: expect.stringMatching(/^\w+ Ana of Recife, gold$/) });
    expect(byPhone.get(phone(1))).toMatchObject({ text: expect.stringMatching(/^\w+ \{a\|b\} of Natal$/) });
    expect(byPhone.get(phone(2))).toMatchObject({
      ok: false,
      code: 'template_missing_variable',
      variable: 'city',
    });

    const contactId = preview.items[0]?.contactId ?? '';
    const single = await previews.preview(tenantId, { content, contactIds: [contactId] });
    expect(single.items).toEqual([preview.items[0]]);
    const newest = await previews.preview(tenantId, { content, limit: 2 });
    expect(newest.items).toHaveLength(2);
    expect(preview.items).toEqual(expect.arrayContaining(newest.items));
  });

  it('takes a person made up, and a saved template', async () => {
    const tenantId = await world.db.createTenant();
    const { id } = await templates.create(tenantId, { name: 'T', content: '{{ name }} {{ phoneNumber }}' });
    const { items } = await previews.preview(tenantId, { templateId: id, variables: { name: 'Ana' } });
    expect(items).toEqual([
      {
        contactId: null,
        phone: '+12025550100',
        name: 'Ana',
        outcome: { ok: true, text: 'Ana +12025550100' },
      },
    ]);
  });

  it('shows a person without a number as one who has none, real or made up', async () => {
    const tenantId = await world.db.createTenant();
    await world.deps.database.manager.query(
      `INSERT INTO contacts (id, tenant_id, address, name, attributes) VALUES ($1, $2, 'lid:190000000000031', 'Ana', '{}')`,
      [newId(), tenantId],
    );
    const text = 'Call {{ phoneNumber | default: "us" }}';
    const none = { phone: null, outcome: { ok: true, text: 'Call us' } };
    const variables = { name: 'Ana', phoneNumber: null };
    expect((await previews.preview(tenantId, { content: text })).items).toMatchObject([none]);
    expect((await previews.preview(tenantId, { content: text, variables })).items).toMatchObject([none]);
    expect((await previews.preview(tenantId, { content: '{{ contact.phoneNumber }}' })).items).toMatchObject([
      { outcome: { code: 'template_missing_variable', variable: 'contact.phoneNumber' } },
    ]);
  });

  it.each(['NULL', '\u200b', '-', 'n/a'])(
    'of a person named %j shows a person without a name',
    async (name) => {
      const tenantId = await world.db.createTenant();
      const text = '{{ name | default: "you" }}{% if contact.name == "" %}, nobody{% endif %}';
      const { items } = await previews.preview(tenantId, { content: text, variables: { name } });
      expect(items).toMatchObject([{ name: null, outcome: { ok: true, text: 'you, nobody' } }]);
      const greeting = await previews.preview(tenantId, {
        content: 'Hi {{ contact.name }}',
        variables: { name },
      });
      expect(greeting.items).toMatchObject([{ outcome: { code: 'template_missing_variable' } }]);
    },
  );

  it('refuses what names no recipient, and what names too much', async () => {
    const [tenantId, other] = [await world.tenantWithSender(), await world.tenantWithSender()];
    const listId = await world.list(other, 1);
    const refused = async (request: Parameters<PreviewService['preview']>[1], path: string) =>
      expect(previews.preview(tenantId, request)).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path }],
      });
    await refused({}, 'content');
    await refused({ content: 'x', templateId: newId() }, 'content');
    await refused({ content: 'x', listId, variables: {} }, 'variables');
    await refused({ content: 'x', listId }, 'listId');
    await refused({ content: 'x', contactIds: [newId()] }, 'contactIds[0]');
    await refused({ content: '{{ x | nosuch }}', variables: {} }, 'content');
  });
});

describe('a campaign made from a template', () => {
  it('keeps the text it had then', async () => {
    const tenantId = await world.tenantWithSender();
    const template = await templates.create(tenantId, {
      name: 'T',
      content: 'Hi {{ name | default: "you" }}',
    });
    const { campaign } = await world.manager.create(tenantId, {
      name: 'From a template',
      templateId: template.id.toUpperCase(),
      contacts: [phone(1)],
    });
    await templates.update(tenantId, template.id, { content: 'Changed' });
    await templates.remove(tenantId, template.id);
    const kept = await world.manager.get(tenantId, campaign.id);
    expect(kept.campaign.parts).toEqual([{ type: 'text', content: 'Hi {{ name | default: "you" }}' }]);
  });

  it('needs a template of its tenant, and no other text', async () => {
    const [tenantId, other] = [await world.tenantWithSender(), await world.tenantWithSender()];
    const foreign = await templates.create(other, { name: 'T', content: 'x' });
    const own = await templates.create(tenantId, { name: 'T', content: 'x' });
    const base = { name: 'x', contacts: [phone(1)] };
    for (const input of [
      { ...base, templateId: foreign.id },
      { ...base, templateId: own.id, template: 'x' },
      { ...base, templateId: own.id, messages: [{ type: 'text' as const, content: 'x' }] },
    ]) {
      await expect(world.manager.create(tenantId, input)).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path: 'templateId' }],
      });
    }
    const { campaign } = await world.manager.create(tenantId, draft({ contacts: [phone(1)] }));
    const updated = await world.manager.update(tenantId, campaign.id, { templateId: own.id });
    expect(updated.campaign.parts).toEqual([{ type: 'text', content: 'x' }]);
  });
});
