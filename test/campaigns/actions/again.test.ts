import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../../src/lib/ids.js';
import { draft, phone } from '../world.js';
import { createControlWorld, type ControlWorld } from './world.js';
import type { MessageState } from '../../../src/modules/delivery/index.js';
import { World } from '../../delivery/world.js';
import { insertContact, insertMessage } from '../../support/rows.js';

let world: ControlWorld;
let tenantId: string;

beforeAll(async () => {
  world = await createControlWorld();
  tenantId = await world.tenantWithSender();
});
afterAll(() => world.db.close());

type Input = Parameters<typeof draft>[0];

async function fed(size: number, input: Input = {}): Promise<string> {
  const listIds = [await world.list(tenantId, size)];
  const fast = { minDelay: 0, maxDelay: 0 };
  const { campaign } = await world.manager.create(tenantId, draft({ listIds, ...fast, ...input }));
  await world.manager.start(tenantId, campaign.id);
  await world.feed(tenantId, campaign.id);
  return campaign.id;
}

const control = () => world.manager.control;
const statusOf = async (id: string) => (await world.manager.get(tenantId, id)).campaign.status;

async function countsHold(id: string): Promise<void> {
  const {
    replied: _,
    optedOut: __,
    ...counts
  } = (await world.manager.get(tenantId, id)).counts as Record<string, number>;
  const states = Object.fromEntries(
    Object.entries(counts).filter(([name, n]) => n > 0 && name !== 'opted_out'),
  );
  expect(states).toEqual(await world.states(id));
}

describe('retrying', () => {
  it('is refused when a file of the campaign was deleted meanwhile, as a copy is', async () => {
    const mediaId = newId();
    await world.sql(
      `INSERT INTO media (id, tenant_id, sha256, mime_type, size_bytes, file_name) VALUES ($1, $2, $1::uuid::text, 'image/png', 1, 'x')`,
      [mediaId, tenantId],
    );
    const variants = ['A', 'B'].map((name) => ({ name, messages: [{ type: 'image' as const, mediaId }] }));
    const id = await fed(2, { template: undefined, variants });
    await world.end(id, 'failed', 'gave_up', 2);
    await world.feed(tenantId, id);
    await world.sql('DELETE FROM media WHERE id = $1', [mediaId]);
    const gone = {
      kind: 'not_possible',
      code: 'media_not_found',
      message: /was deleted. Make a new campaign/,
    };
    const refused = { ...gone, message: expect.stringMatching(gone.message) };
    await expect(control().retryFailed(tenantId, id)).rejects.toMatchObject(refused);
    await expect(control().duplicate(tenantId, id, {})).rejects.toMatchObject(refused);
    expect(await statusOf(id)).toBe('completed');
    expect(await world.states(id)).toEqual({ failed: 2 });
  });

  it('sends again to those whose failure may pass, and to others when they are named', async () => {
    const id = await fed(6);
    await world.end(id, 'failed', 'gave_up', 2);
    await world.end(id, 'failed', 'not_on_whatsapp', 1);
    await world.end(id, 'sent', null, 3);
    expect(await world.feed(tenantId, id)).toEqual({ kind: 'done' });
    expect(await statusOf(id)).toBe('completed');
    world.queue.woken = [];
    const outcome = await control().retryFailed(tenantId, id);
    expect(outcome).toEqual({ retried: 2, left: [{ code: 'not_on_whatsapp', count: 1 }] });
    expect(world.queue.woken).toEqual([`campaign.feed feed-${id}`]);
    expect((await world.manager.get(tenantId, id)).campaign).toMatchObject({
      status: 'running',
      completedAt: null,
    });
    expect(await world.states(id)).toEqual({ pending: 2, failed: 1, sent: 3 });
    await countsHold(id);
    await world.feed(tenantId, id);
    await world.end(id, 'sent', null, 2);
    await world.feed(tenantId, id);
    await expect(control().retryFailed(tenantId, id)).rejects.toMatchObject({
      code: 'nothing_to_retry',
      message: expect.stringContaining('1 with not_on_whatsapp'),
    });
    expect(await control().retryFailed(tenantId, id, { codes: ['not_on_whatsapp'] })).toMatchObject({
      retried: 1,
    });
    await countsHold(id);
  });

  it('goes on with the part that failed, and repeats nothing that has arrived', async () => {
    const parts = ['One', 'Two', 'Three'].map((content) => ({ type: 'text' as const, content }));
    const id = await fed(3, { template: undefined, messages: parts });
    const rows = await world.sql<{ id: string; contact_id: string }>(
      'SELECT id, contact_id FROM deliveries WHERE campaign_id = $1 ORDER BY id',
      [id],
    );
    const [sender] = await world.sql<{ id: string }>('SELECT id FROM senders WHERE tenant_id = $1', [
      tenantId,
    ]);
    const message = (recipient: number, part: number, state: MessageState) =>
      insertMessage(world.db.database.manager, tenantId, {
        contactId: rows[recipient]?.contact_id,
        senderId: sender?.id,
        campaignId: id,
        deliveryId: rows[recipient]?.id,
        part,
        body: 'x',
        state,
        waMessageId: newId(),
        sentAt: new Date(),
      });
    // The first was refused at its second part; the others were taken whole, then reported as failed.
    await message(0, 0, 'delivered');
    await message(0, 1, 'failed');
    for (const part of [0, 1]) await message(1, part, 'sent');
    await message(1, 2, 'failed');
    await message(2, 0, 'failed');
    for (const part of [1, 2]) await message(2, part, 'read');
    await world.sql(
      `UPDATE deliveries SET state = 'failed', code = 'undeliverable', sender_id = $2,
         next_part = CASE WHEN id = $3 THEN 1 ELSE 3 END WHERE campaign_id = $1`,
      [id, sender?.id, rows[0]?.id],
    );
    await world.feed(tenantId, id);
    expect(await control().retryFailed(tenantId, id)).toMatchObject({ retried: 2 });
    const after = await world.sql(
      'SELECT state, next_part, sender_id, sent_at FROM deliveries WHERE campaign_id = $1 ORDER BY id',
      [id],
    );
    expect(after).toMatchObject([
      { state: 'pending', next_part: 1, sender_id: sender?.id, sent_at: null },
      { state: 'pending', next_part: 2, sender_id: sender?.id },
      { state: 'failed' },
    ]);
  });

  it('gives the attempts that were used up back', async () => {
    const id = await fed(1);
    await world.sql('UPDATE deliveries SET claim_epoch = 25 WHERE campaign_id = $1', [id]);
    await world.end(id, 'failed', 'gave_up');
    await world.feed(tenantId, id);
    await control().retryFailed(tenantId, id);
    const [row] = await world.sql(
      'SELECT claim_epoch, retried_epoch FROM deliveries WHERE campaign_id = $1',
      [id],
    );
    expect(row).toEqual({ claim_epoch: 25, retried_epoch: 25 });
  });

  it('leaves unconfirmed sends alone, unless the caller accepts that a recipient may get it twice', async () => {
    const id = await fed(3);
    await world.end(id, 'unknown', 'timeout', 2);
    await world.end(id, 'failed', 'gave_up', 1);
    await world.feed(tenantId, id);
    expect(await control().retryFailed(tenantId, id)).toMatchObject({ retried: 1 });
    await world.manager.pause(tenantId, id);
    await expect(control().retryFailed(tenantId, id)).rejects.toMatchObject({ code: 'nothing_to_retry' });
    expect(await control().retryFailed(tenantId, id, { unknown: true })).toMatchObject({ retried: 2 });
    expect(await world.states(id)).toEqual({ pending: 3 });
    await countsHold(id);
  });

  it('asked for twice at once happens once', async () => {
    const id = await fed(2);
    await world.end(id, 'failed', 'gave_up', 2);
    await world.feed(tenantId, id);
    const both = await Promise.allSettled([1, 2, 3].map(() => control().retryFailed(tenantId, id)));
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(both.filter((one) => one.status === 'rejected').map((one) => one.reason.code)).toEqual(
      Array(2).fill('campaign_running'),
    );
    expect(await world.states(id)).toEqual({ pending: 2 });
  });

  it('is refused while the campaign runs, before it began and after it was stopped', async () => {
    const id = await fed(2);
    await expect(control().retryFailed(tenantId, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'campaign_running',
    });
    await world.manager.stop(tenantId, id);
    await expect(control().retryFailed(tenantId, id)).rejects.toThrow(/duplicate it with audience "failed"/);
    const other = await world.db.createTenant();
    await expect(control().retryFailed(other, id)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('a copy', () => {
  it('is a draft with the same content and settings and the audience of now', async () => {
    const listId = await world.list(tenantId, 3);
    const input = draft({
      listIds: [listId],
      contacts: [{ phoneNumber: phone(50), name: 'Ana', variables: { city: 'Recife' } }],
      template: 'Hi {{ city | default: "you" }}',
      canary: { percent: 50 },
      maxPerSender: 7,
      minDelay: 10,
      maxDelay: 20,
      options: { onUnknown: 'resend' },
    });
    const { campaign } = await world.manager.create(tenantId, input);
    await world.manager.start(tenantId, campaign.id);
    await world.sql(
      `DELETE FROM contact_list_members WHERE list_id = $1 AND contact_id =
         (SELECT id FROM contacts WHERE tenant_id = $2 AND phone = $3)`,
      [listId, tenantId, phone(0)],
    );
    const copy = await control().duplicate(tenantId, campaign.id, {});
    const copied = await world.manager.get(tenantId, copy.id);
    expect(copied.campaign).toMatchObject({
      name: 'Copy of Spring',
      status: 'draft',
      originId: campaign.id,
      parts: campaign.parts,
      totalRecipients: 3,
      maxPerSender: 7,
      minDelay: 10,
      onUnknown: 'resend',
      canary: { percent: 50, recipients: 2 },
      startedAt: null,
      scheduledAt: null,
    });
    const [ana] = await world.sql(
      'SELECT name, variables FROM deliveries WHERE campaign_id = $1 AND phone = $2',
      [copy.id, phone(50)],
    );
    expect(ana).toEqual({ name: 'Ana', variables: { city: 'Recife' } });
    await countsHold(copy.id);
    await world.manager.start(tenantId, copy.id);
    expect(await statusOf(campaign.id)).toBe('running');
  });

  it('can be for those who failed, or who have not read it', async () => {
    const id = await fed(6);
    await world.end(id, 'failed', 'gave_up', 1);
    await world.end(id, 'sent', null, 1);
    await world.end(id, 'delivered', null, 1);
    await world.end(id, 'read', null, 3);
    const failed = await control().duplicate(tenantId, id, { audience: 'failed', name: ' Again ' });
    const unread = await control().duplicate(tenantId, id, { audience: 'unread' });
    expect((await world.manager.get(tenantId, failed.id)).campaign).toMatchObject({
      name: 'Again',
      totalRecipients: 1,
      listIds: [],
    });
    expect(await world.states(unread.id)).toEqual({ pending: 2 });
    const noneFailed = await fed(1);
    await expect(control().duplicate(tenantId, noneFailed, { audience: 'failed' })).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'empty_audience',
    });
    const other = await world.db.createTenant();
    await expect(control().duplicate(other, id, {})).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('of a campaign with variants assigns them to its audience anew', async () => {
    const variants = [
      { name: 'A', template: 'a' },
      { name: 'B', template: 'b' },
    ];
    const id = await fed(4, { template: undefined, variants });
    await world.end(id, 'failed', 'gave_up', 2);
    const copy = await control().duplicate(tenantId, id, { audience: 'failed' });
    const { campaign } = await world.manager.get(tenantId, copy.id);
    expect(campaign.variants?.map(({ recipients }) => recipients)).toEqual([1, 1]);
  });
});

describe('deleting', () => {
  it('is refused while a campaign runs or waits for its time, and says what to do', async () => {
    const id = await fed(1);
    await expect(world.manager.remove(tenantId, id)).rejects.toThrow(/is running.*stop or pause it first/);
    const scheduledAt = new Date(world.clock.now().getTime() + 3_600_000).toISOString();
    const listIds = [await world.list(tenantId, 1)];
    const { campaign } = await world.manager.create(tenantId, draft({ listIds, scheduledAt }));
    await expect(world.manager.remove(tenantId, campaign.id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'campaign_scheduled',
      message: expect.stringContaining('stop it first'),
    });
    await world.manager.update(tenantId, campaign.id, { scheduledAt: null });
    await world.manager.remove(tenantId, campaign.id);
    await world.manager.stop(tenantId, id);
    await world.manager.remove(tenantId, id);
    expect(await world.states(id)).toEqual({});
  });

  it('waits for messages that are being handed over', async () => {
    const id = await fed(2);
    await world.end(id, 'sending', null, 1);
    await world.manager.stop(tenantId, id);
    await expect(world.manager.remove(tenantId, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'campaign_sending',
    });
    await world.sql(`UPDATE deliveries SET state = 'sent' WHERE campaign_id = $1 AND state = 'sending'`, [
      id,
    ]);
    await world.manager.remove(tenantId, id);
    await expect(world.manager.remove(tenantId, id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('is refused while segments or a series ask who got the campaign', async () => {
    const id = await fed(1);
    await world.manager.stop(tenantId, id);
    const filter = { activity: 'read', campaignId: id.toUpperCase(), negate: true };
    await world.sql(
      `INSERT INTO segments (id, tenant_id, name, filter) VALUES (gen_random_uuid(), $1, 'Not reached', $2)`,
      [tenantId, JSON.stringify(filter)],
    );
    const listIds = [await world.list(tenantId, 1)];
    const recurrence = { everyMinutes: 1_440 };
    const rules = { recurrence, exclude: { campaignIds: [id] }, contacts: [phone(90)] };
    const { campaign } = await world.manager.create(tenantId, draft({ listIds, name: 'Weekly', ...rules }));
    await expect(world.manager.remove(tenantId, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'campaign_in_use',
      message: expect.stringMatching(/the segment "Not reached", the recurring campaign "Weekly"/),
    });
    await world.sql('DELETE FROM segments WHERE tenant_id = $1', [tenantId]);
    await world.manager.stop(tenantId, campaign.id);
    await world.manager.remove(tenantId, id);
  });
});

describe('a test', () => {
  it('sends the parts, written for a sample contact, and leaves the campaign alone', async () => {
    const contacts = [{ phoneNumber: phone(60), name: 'Ana', variables: { city: 'Recife' } }];
    const { campaign } = await world.manager.create(
      tenantId,
      draft({ contacts, template: 'Hi {{ name }} of {{ city }}' }),
    );
    const before = await world.manager.get(tenantId, campaign.id);
    world.queue.jobs = [];
    const phoneNumbers = ['+5511970000001', '+5511970000002', '+55 11 97000-0002'];
    const run = await control().test(tenantId, campaign.id, { phoneNumbers });
    expect(run).toMatchObject({ phoneNumbers: ['+5511970000001', '+5511970000002'], messages: 1 });
    expect(world.queue.jobs).toHaveLength(2);
    expect(world.queue.jobs.every(({ options }) => options.priority === undefined)).toBe(true);
    const rows = await world.sql(
      `SELECT r.phone, r.state, r.source, r.purpose, m.body FROM deliveries r
       JOIN messages m ON m.delivery_id = r.id WHERE r.source_id = $1 ORDER BY r.phone`,
      [run.id],
    );
    const row = { state: 'queued', source: 'test', purpose: 'service' };
    expect(rows).toMatchObject([
      { phone: '+5511970000001', body: 'Hi Ana of Recife', ...row },
      { phone: '+5511970000002', body: 'Hi Ana of Recife', ...row },
    ]);
    expect(await world.manager.get(tenantId, campaign.id)).toEqual(before);
    const listed = await world.manager.list(tenantId, { limit: 100 });
    expect(listed.items.map(({ campaign: { id } }) => id)).not.toContain(run.id);
  });

  it('goes out as it was written although its campaign is deleted meanwhile', async () => {
    const own = await world.db.createTenant();
    const engine = new World(world.db.database, own);
    const sender = await engine.sender();
    const contacts = [{ phoneNumber: phone(61), name: 'Ana' }];
    const parts = ['Hi {{ name }}', 'Bye {{ name }}'].map((content) => ({ type: 'text' as const, content }));
    const { campaign } = await world.manager.create(
      own,
      draft({ contacts, template: undefined, messages: parts }),
    );
    world.queue.jobs = [];
    await control().test(own, campaign.id, { phoneNumbers: ['+5511970000009'] });
    await world.manager.remove(own, campaign.id);
    const [job] = world.queue.jobs;
    await engine.drive(engine.worker(), job?.payload as { tenantId: string; deliveryId: string });
    expect(sender.texts).toEqual(['Hi Ana', 'Bye Ana']);
  });

  it('takes another contact or variant as the sample, and refuses what could not be written', async () => {
    const other = await insertContact(world.db.database.manager, tenantId, {
      phone: '+5511970000009',
      name: 'Bo',
    });
    const variants = [
      { name: 'A', template: 'Hi {{ city }}' },
      { name: 'B', template: 'Hi {{ name }}' },
    ];
    const contacts = [
      { phoneNumber: phone(61), name: 'Ana', variables: { city: 'Recife' } },
      { phoneNumber: phone(62), name: 'Cy', variables: { city: 'Natal' } },
    ];
    const { campaign } = await world.manager.create(
      tenantId,
      draft({ contacts, template: undefined, variants }),
    );
    const phoneNumbers = ['+5511970000001'];
    const test = (request: object) => control().test(tenantId, campaign.id, { phoneNumbers, ...request });
    expect(await test({ contactId: other, variant: 'B' })).toMatchObject({
      contactId: other,
      variant: 'B',
    });
    await expect(test({ contactId: other, variant: 'A' })).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'template_missing_variable',
    });
    await expect(test({ variant: 'C' })).rejects.toMatchObject({ errors: [{ path: 'variant' }] });
    await expect(test({ contactId: campaign.id })).rejects.toMatchObject({ errors: [{ path: 'contactId' }] });
    await expect(test({ phoneNumbers: ['12'] })).rejects.toMatchObject({
      errors: [{ path: 'phoneNumbers[0]' }],
    });
    await world.sql(
      `UPDATE contacts SET opted_out_at = now() WHERE tenant_id = $1 AND phone = '+5511970000001'`,
      [tenantId],
    );
    await expect(test({})).rejects.toMatchObject({ code: 'recipient_opted_out' });
  });
});
