import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../../src/lib/ids.js';
import { CampaignAudience } from '../../../src/modules/campaigns/audience/audience.service.js';
import { judgeCanary } from '../../../src/modules/campaigns/canary/core/canary.js';
import { CampaignManager, presentCampaign } from '../../../src/modules/campaigns/index.js';
import { presentCampaignStats, presentRecipients } from '../../../src/modules/campaigns/reports/index.js';
import { CampaignReports } from '../../../src/modules/campaigns/reports/report.service.js';
import { SegmentService } from '../../../src/modules/segments/index.js';
import { ContactService } from '../../../src/modules/contacts/index.js';
import { createWorld, draft, phone, type World } from '../world.js';
import { saveSettings } from '../../support/rows.js';

let world: World;
let segments: SegmentService;
let tenantId: string;
let first: number;

beforeAll(async () => {
  world = await createWorld();
  const { database } = world.db;
  const contacts = new ContactService({ database, clock: world.clock });
  segments = new SegmentService({ database, clock: world.clock, contacts });
  tenantId = await world.tenantWithSender();
  first = 0;
});
afterAll(() => world.db.close());

/** A list with contacts of its own, in a city of its own. */
async function people(size: number, of = tenantId) {
  const from = (first += 1_000);
  const city = `City ${from}`;
  const listId = await world.list(of, size, (index) => ({
    phone: phone(from + index),
    attributes: { city },
  }));
  const phones = Array.from({ length: size }, (_, index) => phone(from + index));
  const filter = { field: 'attributes.city', op: 'equals', value: city };
  return { listId, phones, filter };
}

async function segment(filter: object, of = tenantId): Promise<string> {
  return (await segments.create(of, { name: newId(), filter })).id;
}

async function importOf(phones: string[], status = 'completed', of = tenantId): Promise<string> {
  const id = newId();
  const { manager } = world.db.database;
  await manager.query(
    `INSERT INTO imports (id, tenant_id, status, file_name, file_path, options) VALUES ($1, $2, $3, 'a.csv', 'a', '{}')`,
    [id, of, status],
  );
  await manager.query(
    'INSERT INTO import_phones (import_id, tenant_id, line) SELECT $1, $2, unnest($3::text[])',
    [id, of, phones],
  );
  return id;
}

async function audienceOf(campaignId: string): Promise<string[]> {
  const rows = await world.db.database.manager.query<{ phone: string }[]>(
    `SELECT phone FROM deliveries WHERE campaign_id = $1 AND state <> 'excluded' ORDER BY id`,
    [campaignId],
  );
  return rows.map((row) => row.phone);
}

async function excludedFrom(campaignId: string): Promise<[phone: string, code: string][]> {
  const rows = await world.db.database.manager.query<{ phone: string; code: string }[]>(
    `SELECT phone, code FROM deliveries WHERE campaign_id = $1 AND state = 'excluded' ORDER BY id`,
    [campaignId],
  );
  return rows.map(({ phone: number, code }) => [number, code]);
}

describe('an audience', () => {
  it('comes from contacts, lists, segments, a filter and imports, each person once', async () => {
    const [listed, inSegment, filtered, imported] = [
      await people(3),
      await people(3),
      await people(3),
      await people(3),
    ];
    const segmentId = await segment({ any: [inSegment.filter, listed.filter] });
    const importId = await importOf([...imported.phones, listed.phones[0] ?? '']);
    const counted = await world.manager.create(
      tenantId,
      draft({
        contacts: [listed.phones[2], listed.phones[2], phone(1)],
        listIds: [listed.listId],
        segmentIds: [segmentId],
        filter: filtered.filter,
        importIds: [importId],
      }),
    );
    expect(await audienceOf(counted.campaign.id)).toEqual([
      listed.phones[2],
      phone(1),
      ...listed.phones.slice(0, 2),
      ...inSegment.phones,
      ...filtered.phones,
      ...imported.phones,
    ]);
    const shown = presentCampaign(counted);
    expect(shown).toMatchObject({
      totalRecipients: 13,
      counts: { pending: 13 },
      segmentIds: [segmentId],
      filter: filtered.filter,
      importIds: [importId],
    });
    expect(shown.audience).toEqual({
      sources: [
        { source: 'contacts', matched: 3, added: 2 },
        { source: 'list', id: listed.listId, matched: 3, added: 2 },
        { source: 'segment', id: segmentId, matched: 6, added: 3 },
        { source: 'filter', matched: 3, added: 3 },
        { source: 'import', id: importId, matched: 4, added: 3 },
      ],
      duplicates: 6,
      excluded: { phoneNumbers: 0, lists: 0, segments: 0, campaigns: 0 },
    });
  });

  it('leaves out who is excluded, each counted once, and the counters know', async () => {
    const candidates = await people(10);
    const [byList, bySegment, byCampaign] = [0, 1, 2].map((part) =>
      candidates.phones.slice(part * 2, part * 2 + 3),
    );
    const { manager } = world.db.database;
    const listId = await world.list(tenantId, 0);
    await manager.query(
      `INSERT INTO contact_list_members (list_id, contact_id, tenant_id)
       SELECT $1, id, $2 FROM contacts WHERE tenant_id = $2 AND phone = ANY($3)`,
      [listId, tenantId, byList],
    );
    const segmentId = await segment({ field: 'phoneNumber', op: 'in', value: bySegment });
    const earlier = await world.manager.create(tenantId, draft({ contacts: byCampaign }));
    const counted = await world.manager.create(
      tenantId,
      draft({
        listIds: [candidates.listId],
        exclude: {
          listIds: [listId],
          segmentIds: [segmentId],
          campaignIds: [earlier.campaign.id],
          phoneNumbers: [candidates.phones[9] ?? '', candidates.phones[0] ?? '', phone(999_999)],
        },
      }),
    );
    expect(await audienceOf(counted.campaign.id)).toEqual(candidates.phones.slice(7, 9));
    expect(presentCampaign(counted)).toMatchObject({
      totalRecipients: 2,
      totalRequests: 2,
      counts: { pending: 2, skipped: 0, excluded: 8 },
      audience: { excluded: { phoneNumbers: 2, lists: 2, segments: 2, campaigns: 2 } },
    });
    const reasons = ['number', 'list', 'list', 'segment', 'segment', 'campaign', 'campaign', 'number'];
    expect(await excludedFrom(counted.campaign.id)).toEqual(
      reasons.map((by, index) => [candidates.phones[index < 7 ? index : 9], `excluded_${by}`]),
    );
  });

  it('shows the excluded one by one with the reason, beside the total', async () => {
    const { listId, phones } = await people(3);
    const variants = ['A', 'B'].map((name) => ({
      name,
      messages: [{ type: 'text' as const, content: name }],
    }));
    const { campaign } = await world.manager.create(
      tenantId,
      draft({
        template: undefined,
        variants,
        listIds: [listId],
        exclude: { phoneNumbers: [phones[0] ?? ''] },
      }),
    );
    const reports = new CampaignReports(world.deps);
    const stats = presentCampaignStats(await reports.stats(tenantId, campaign.id));
    expect(stats).toMatchObject({
      total: 2,
      pending: 2,
      skipped: 0,
      excluded: 1,
      byCode: [{ state: 'excluded', code: 'excluded_number', count: 1 }],
    });
    expect(
      stats.byVariant?.map(({ recipients, pending, excluded }) => [recipients, pending, excluded]),
    ).toEqual([
      [1, 1, 0],
      [1, 1, 0],
    ]);
    const all = presentRecipients(await reports.recipients(tenantId, campaign.id, { limit: 10 }));
    expect(all).toMatchObject({ total: 3, items: [{ state: 'excluded' }, { state: 'pending' }, {}] });
    const page = await reports.recipients(tenantId, campaign.id, { limit: 10, state: 'excluded' });
    expect(presentRecipients(page).items).toMatchObject([
      { phoneNumber: phones[0], code: 'excluded_number', reason: 'The campaign excludes this number.' },
    ]);
    const trace = await reports.trace(tenantId, campaign.id, page.items[0]?.id ?? '');
    expect(trace.summary).toBe('Left out when the campaign was made: the campaign excludes this number.');
    expect(trace.steps.map(({ text }) => text)).toEqual(['Left out: the campaign excludes this number']);
  });

  it('keeps whom another campaign only excluded', async () => {
    const { listId, phones } = await people(2);
    const earlier = await world.manager.create(
      tenantId,
      draft({ listIds: [listId], exclude: { phoneNumbers: [phones[0] ?? ''] } }),
    );
    const again = await world.manager.create(
      tenantId,
      draft({ listIds: [listId], exclude: { campaignIds: [earlier.campaign.id] } }),
    );
    expect(await audienceOf(again.campaign.id)).toEqual([phones[0]]);
  });

  it('lets a canary begin with people who were not excluded', async () => {
    const { listId, phones } = await people(4);
    const { campaign, counts } = await world.manager.create(
      tenantId,
      draft({
        listIds: [listId],
        canary: { percent: 50 },
        exclude: { phoneNumbers: phones.slice(0, 2) },
      }),
    );
    expect(campaign.canary?.recipients).toBe(1);
    expect(judgeCanary(campaign.canary, counts, new Date())).toEqual({ kind: 'send', room: 1 });
  });

  it('keeps whom an excluded campaign skipped or could not reach', async () => {
    const { listId, phones } = await people(3);
    const earlier = await world.manager.create(tenantId, draft({ contacts: phones }));
    await world.db.database.manager.query(
      `UPDATE deliveries SET state = CASE phone WHEN $2 THEN 'failed' WHEN $3 THEN 'skipped' ELSE 'read' END
       WHERE campaign_id = $1`,
      [earlier.campaign.id, phones[0], phones[1]],
    );
    const again = await world.manager.create(
      tenantId,
      draft({ listIds: [listId], exclude: { campaignIds: [earlier.campaign.id] } }),
    );
    expect(await audienceOf(again.campaign.id)).toEqual(phones.slice(0, 2));
  });

  it('leaves out whom an excluded campaign reached before it was stopped, or under another number', async () => {
    const { listId, phones } = await people(4);
    const earlier = await world.manager.create(
      tenantId,
      draft({ contacts: [...phones.slice(0, 2), phone(76)] }),
    );
    await world.db.database.manager.query(
      `UPDATE deliveries r SET
         state = CASE phone WHEN $5 THEN 'sent' ELSE 'skipped' END,
         next_part = CASE phone WHEN $2 THEN 1 ELSE 0 END,
         contact_id = CASE phone WHEN $5 THEN (SELECT id FROM contacts WHERE tenant_id = $3 AND phone = $4)
                      ELSE contact_id END
       WHERE campaign_id = $1`,
      [earlier.campaign.id, phones[0], tenantId, phones[3], phone(76)],
    );
    const again = await world.manager.create(
      tenantId,
      draft({ listIds: [listId], exclude: { campaignIds: [earlier.campaign.id] } }),
    );
    expect(await audienceOf(again.campaign.id)).toEqual(phones.slice(1, 3));
  });

  it('is decided anew for a repetition, which names the same people itself', async () => {
    const { listId, phones } = await people(3);
    const { campaign } = await world.manager.create(
      tenantId,
      draft({
        template: '{{ city | default: "" }}',
        contacts: [{ phoneNumber: phone(77), name: 'Bo', variables: { city: 'Olinda' } }],
        listIds: [listId],
        exclude: { phoneNumbers: [phones[0] ?? ''] },
      }),
    );
    const { manager } = world.db.database;
    await manager.query(
      `DELETE FROM contact_list_members WHERE list_id = $1 AND contact_id IN
         (SELECT id FROM contacts WHERE tenant_id = $2 AND phone = $3)`,
      [listId, tenantId, phones[1]],
    );
    const next = await world.manager.create(tenantId, draft({ contacts: [phone(78)] }));
    await manager.query('DELETE FROM deliveries WHERE campaign_id = $1', [next.campaign.id]);
    const audience = new CampaignAudience(world.deps);
    const summary = await audience.fillLike(manager, { tenantId, campaignId: next.campaign.id }, campaign);
    expect(await audienceOf(next.campaign.id)).toEqual([phone(77), phones[2]]);
    expect(summary).toMatchObject({
      sources: [
        { source: 'contacts', matched: 1, added: 1 },
        { source: 'list', id: listId, matched: 2 },
      ],
      excluded: { phoneNumbers: 1 },
    });
    const [again] = await manager.query<{ name: string; variables: object; inline: boolean }[]>(
      'SELECT name, variables, inline FROM deliveries WHERE campaign_id = $1 AND phone = $2',
      [next.campaign.id, phone(77)],
    );
    expect(again).toEqual({ name: 'Bo', variables: { city: 'Olinda' }, inline: true });
  });

  it('brings back in a repetition whom the request named and an exclusion kept out before', async () => {
    const { listId, phones } = await people(1);
    const { campaign } = await world.manager.create(
      tenantId,
      draft({ contacts: [phones[0], phone(79)], exclude: { listIds: [listId] } }),
    );
    expect(await audienceOf(campaign.id)).toEqual([phone(79)]);
    const { manager } = world.db.database;
    await manager.query('DELETE FROM contact_list_members WHERE list_id = $1', [listId]);
    const next = await world.manager.create(tenantId, draft({ contacts: [phone(78)] }));
    await manager.query('DELETE FROM deliveries WHERE campaign_id = $1', [next.campaign.id]);
    const key = { tenantId, campaignId: next.campaign.id };
    await new CampaignAudience(world.deps).fillLike(manager, key, campaign);
    expect(await audienceOf(next.campaign.id)).toEqual([phones[0], phone(79)]);
  });
});

describe('a frequency cap', () => {
  it('is warned of when a campaign is made that it will not let through', async () => {
    const capped = await world.tenantWithSender();
    const parts = {
      template: undefined,
      messages: ['a', 'b'].map((content) => ({ type: 'text' as const, content })),
    };
    const made = () => world.manager.create(capped, draft({ ...parts, contacts: [phone(1), phone(2)] }));
    expect((await made()).warnings).toEqual([]);
    await saveSettings(world.db.database.manager, capped, { frequencyCap: { messages: 1, days: 7 } });
    expect((await made()).warnings).toMatchObject([{ code: 'frequency_cap', count: 2 }]);
  });
});

describe('refusing an audience', () => {
  const unknownId = newId();

  it.each([
    ['an unknown segment', { segmentIds: [unknownId] }, 'segmentIds[0]'],
    ['an unknown import', { importIds: [unknownId] }, 'importIds[0]'],
    ['an unknown list to exclude', { exclude: { listIds: [unknownId] } }, 'exclude.listIds[0]'],
    ['an unknown segment to exclude', { exclude: { segmentIds: [unknownId] } }, 'exclude.segmentIds[0]'],
    ['an unknown campaign to exclude', { exclude: { campaignIds: [unknownId] } }, 'exclude.campaignIds[0]'],
    [
      'a number that is none',
      { exclude: { phoneNumbers: ['+5511987654321', '12'] } },
      'exclude.phoneNumbers[1]',
    ],
    ['a filter that cannot be parsed', { filter: { all: [{ field: 'age' }] } }, 'filter.all[0].field'],
    [
      'a list in a filter that is none',
      { filter: { not: { field: 'list', op: 'in', value: unknownId } } },
      'filter.not.value',
    ],
    [
      'a campaign in a filter that is none',
      { filter: { activity: 'read', campaignId: unknownId } },
      'filter.campaignId',
    ],
  ])('%s is named by its place', async (_, input, path) => {
    const creation = world.manager.create(tenantId, draft({ contacts: [phone(1)], ...input }));
    await expect(creation).rejects.toMatchObject({ kind: 'invalid', errors: [{ path }] });
  });

  it('what belongs to another tenant does not exist', async () => {
    const other = await world.tenantWithSender();
    const theirs = await people(2, other);
    const campaign = await world.manager.create(other, draft({ listIds: [theirs.listId] }));
    for (const input of [
      { segmentIds: [await segment(theirs.filter, other)] },
      { importIds: [await importOf(theirs.phones, 'completed', other)] },
      { exclude: { listIds: [theirs.listId] } },
      { exclude: { campaignIds: [campaign.campaign.id] } },
      { filter: { field: 'list', op: 'in', value: [theirs.listId] } },
      { filter: { activity: 'received', campaignId: campaign.campaign.id } },
    ]) {
      const creation = world.manager.create(tenantId, draft({ contacts: [phone(1)], ...input }));
      await expect(creation).rejects.toMatchObject({ kind: 'invalid' });
    }
    const creation = world.manager.create(tenantId, draft({ filter: theirs.filter }));
    await expect(creation).rejects.toMatchObject({ code: 'empty_audience' });
  });

  it.each([
    ['running', 'import_running', /still running; wait/],
    ['queued', 'import_running', /still queued; wait/],
    ['failed', 'import_failed', /failed; see/],
  ])('an import that is %s is not possible yet, and named', async (status, code, message) => {
    const importIds = [await importOf([phone(1)]), await importOf([phone(1)], status)];
    await expect(world.manager.create(tenantId, draft({ importIds }))).rejects.toMatchObject({
      kind: 'not_possible',
      code,
      errors: [{ path: 'importIds[1]', message: expect.stringMatching(message) }],
    });
  });

  it('a segment about a list that was deleted is not possible, rather than all contacts', async () => {
    const { listId } = await people(2);
    const segmentId = await segment({ field: 'list', op: 'notIn', value: [listId] });
    await world.db.database.manager.query('DELETE FROM contact_lists WHERE id = $1', [listId]);
    await expect(world.manager.create(tenantId, draft({ segmentIds: [segmentId] }))).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'segment_broken',
      errors: [{ path: 'segmentIds[0].filter.value[0]' }],
    });
  });

  it('an exclusion that is deleted while the campaign is made is missed, rather than left out', async () => {
    const { listId } = await people(2);
    const excludedId = await world.list(tenantId, 0);
    const findPool: typeof world.deps.senders.findPool = async (...asked) => {
      await world.db.database.manager.query('DELETE FROM contact_lists WHERE id = $1', [excludedId]);
      return world.deps.senders.findPool(...asked);
    };
    const senders = { ...world.deps.senders, findPool };
    const made = new CampaignManager({ ...world.deps, senders }).create(
      tenantId,
      draft({ listIds: [listId], exclude: { listIds: [excludedId] } }),
    );
    await expect(made).rejects.toMatchObject({ kind: 'invalid', errors: [{ path: 'exclude.listIds[0]' }] });
  });

  it('one that is all excluded is not possible, and says by what', async () => {
    const { listId, phones } = await people(3);
    const creation = world.manager.create(
      tenantId,
      draft({ listIds: [listId], exclude: { listIds: [listId], phoneNumbers: [phones[0] ?? ''] } }),
    );
    await expect(creation).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'empty_audience',
      message: 'The audience is empty: 3 were found, and all of them excluded (1 by number, 2 by list).',
      errors: [
        { path: 'exclude.phoneNumbers', message: 'excludes 1 of 3' },
        { path: 'exclude.listIds', message: 'excludes 2 of 3' },
      ],
    });
  });
});
