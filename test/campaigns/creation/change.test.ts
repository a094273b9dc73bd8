import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { draft } from '../world.js';
import { createControlWorld, type ControlWorld } from '../actions/world.js';

let world: ControlWorld;
let tenantId: string;

beforeAll(async () => {
  world = await createControlWorld();
  tenantId = await world.tenantWithSender();
});
afterAll(() => world.db.close());

type Input = Parameters<typeof draft>[0];
type Change = Parameters<ControlWorld['manager']['update']>[2];

async function made(size: number, input: Input = {}): Promise<string> {
  const listIds = [await world.list(tenantId, size)];
  const { campaign } = await world.manager.create(
    tenantId,
    draft({ listIds, minDelay: 0, maxDelay: 0, ...input }),
  );
  return campaign.id;
}

async function begun(size: number, input: Input = {}): Promise<string> {
  const id = await made(size, input);
  await world.manager.start(tenantId, id);
  await world.feed(tenantId, id);
  return id;
}

const change = (id: string, input: Change) => world.manager.update(tenantId, id, input);
const inMinutes = (minutes: number) => new Date(world.clock.now().getTime() + minutes * 60_000).toISOString();

describe('changing a campaign', () => {
  it('can choose other senders and whether contacts keep theirs, before and after it has begun', async () => {
    const other = await world.sender(tenantId, 'other', ['south']);
    for (const id of [await made(2), await begun(2)]) {
      const pool = { senderIds: [other.toUpperCase()], senderTags: [' south '] };
      const { campaign } = await change(id, {
        ...pool,
        options: { stickySender: false, onUnknown: 'resend' },
      });
      expect(campaign).toMatchObject({
        onUnknown: 'resend',
        pool: { senderIds: [other], senderTags: ['south'] },
        stickySender: false,
      });
      expect((await change(id, { senderIds: [] })).campaign.pool).toEqual({
        senderIds: [],
        senderTags: ['south'],
      });
      expect((await change(id, { options: {} })).campaign).toMatchObject({
        stickySender: false,
        onUnknown: 'resend',
      });
      await expect(change(id, { senderIds: [id] })).rejects.toMatchObject({
        errors: [{ path: 'senderIds[0]' }],
      });
      await expect(change(id, { senderTags: ['nobody'] })).rejects.toMatchObject({
        code: 'no_sender_in_pool',
      });
    }
  });

  it('that has begun reaches pace, hours, budget and priority, and keeps it running', async () => {
    const id = await begun(3);
    const sendWindow = { timeZone: 'UTC', days: [{ day: 1, from: '00:00', to: '24:00' }] };
    const settings = {
      minDelay: 10,
      maxDelay: 20,
      maxPerMinute: 5,
      rampUpMinutes: 3,
      priority: 2,
      sendWindow,
    };
    const { campaign } = await change(id, { ...settings, expiresAt: inMinutes(60), maxPerSender: 7 });
    expect(campaign).toMatchObject({ status: 'running', minDelay: 10, priority: 2, maxPerSender: 7 });
    await world.manager.pause(tenantId, id);
    const paused = await change(id, { name: ' Renamed ', maxPerMinute: null, rampUpMinutes: null });
    expect(paused.campaign).toMatchObject({ status: 'paused', name: 'Renamed', maxPerMinute: null });
  });

  it('that has begun leaves alone what recipients have had, and says which fields those are', async () => {
    const id = await begun(2, { canary: { recipients: 1 } });
    const refused = change(id, { template: 'Other', canary: null, scheduledAt: inMinutes(60), name: 'New' });
    await expect(refused).rejects.toMatchObject({
      kind: 'conflict',
      code: 'campaign_running',
      errors: [{ path: 'template' }, { path: 'canary' }, { path: 'scheduledAt' }],
    });
    expect((await world.manager.get(tenantId, id)).campaign).toMatchObject({ name: 'Spring' });
    await world.manager.stop(tenantId, id);
    await expect(change(id, { priority: 1 })).rejects.toThrow(/is stopped: only its name/);
    expect((await change(id, { name: 'Old spring' })).campaign).toMatchObject({
      status: 'stopped',
      name: 'Old spring',
    });
  });

  it('gives a paused campaign that has expired more time; without it neither start nor resume goes on', async () => {
    const id = await begun(2, { expiresAt: inMinutes(5) });
    await world.manager.pause(tenantId, id);
    world.later(10);
    for (const action of ['start', 'resume'] as const) {
      await expect(world.manager[action](tenantId, id)).rejects.toMatchObject({ code: 'campaign_expired' });
    }
    expect((await change(id, { name: 'Late' })).campaign.name).toBe('Late');
    await expect(change(id, { expiresAt: inMinutes(-1) })).rejects.toMatchObject({
      errors: [{ path: 'expiresAt' }],
    });
    await change(id, { expiresAt: inMinutes(30) });
    await world.manager.resume(tenantId, id);
    expect(await world.states(id)).toEqual({ queued: 2 });
  });

  it('names a topic, changes it, and clears it', async () => {
    const id = await made(1, { topic: 'newsletter' });
    expect((await world.manager.get(tenantId, id)).campaign.topic).toBe('newsletter');
    expect((await change(id, { name: 'Other' })).campaign.topic).toBe('newsletter');
    expect((await change(id, { topic: 'offers' })).campaign.topic).toBe('offers');
    expect((await change(id, { topic: null })).campaign.topic).toBeNull();
  });

  it('can name a draft whose expiry has passed meanwhile', async () => {
    const id = await made(1, { expiresAt: inMinutes(5) });
    world.later(10);
    expect((await change(id, { name: 'Late' })).campaign.name).toBe('Late');
  });

  it('counts in a new budget what senders have sent before', async () => {
    const id = await begun(4);
    const sender = await world.sender(tenantId, 'busy');
    await world.sql(
      `UPDATE deliveries SET state = 'sent', sender_id = $2 WHERE id IN (
         SELECT id FROM deliveries WHERE campaign_id = $1 ORDER BY id LIMIT 3)`,
      [id, sender],
    );
    const used = () =>
      world.sql('SELECT sender_id, messages FROM campaign_sender_use WHERE campaign_id = $1', [id]);
    await change(id, { maxPerSender: 5 });
    expect(await used()).toEqual([{ sender_id: sender, messages: 3 }]);
    await change(id, { maxPerSender: null });
    await world.sql(`UPDATE deliveries SET state = 'sent', sender_id = $2 WHERE campaign_id = $1`, [
      id,
      sender,
    ]);
    await change(id, { maxPerSender: 9 });
    expect(await used()).toEqual([{ sender_id: sender, messages: 4 }]);
  });

  it('and starting it at once leaves one of both, never half', async () => {
    for (let round = 0; round < 5; round += 1) {
      const id = await made(1);
      const recurrence = { everyMinutes: 60 };
      await Promise.allSettled([world.manager.start(tenantId, id), change(id, { recurrence })]);
      const { campaign } = await world.manager.get(tenantId, id);
      expect([campaign.status, campaign.recurrence !== null]).toEqual(
        campaign.status === 'running' ? ['running', false] : ['scheduled', true],
      );
    }
  });
});
