import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { presentCampaign } from '../../../src/modules/campaigns/index.js';
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

async function started(size: number, canary: Input['canary'], input: Input = {}): Promise<string> {
  const listIds = [await world.list(tenantId, size)];
  const fast = { minDelay: 0, maxDelay: 0 };
  const { campaign } = await world.manager.create(tenantId, draft({ listIds, canary, ...fast, ...input }));
  await world.manager.start(tenantId, campaign.id);
  await world.feed(tenantId, campaign.id);
  return campaign.id;
}

const feed = (id: string) => world.feed(tenantId, id);
const canaryOf = async (id: string) => presentCampaign(await world.manager.get(tenantId, id)).canary;
const waitOf = async (id: string) => (await world.manager.stats(tenantId, id)).waitingFor;

describe('a canary', () => {
  it('lets so many recipients out and no more, however often it is fed and by how many', async () => {
    const id = await started(20, { recipients: 3 });
    await Promise.all([feed(id), feed(id), feed(id)]);
    expect(await world.states(id)).toEqual({ pending: 17, queued: 3 });
    await world.end(id, 'sent', null, 2);
    await feed(id);
    expect(await world.states(id)).toEqual({ pending: 17, queued: 1, sent: 2 });
    expect(await canaryOf(id)).toMatchObject({ state: 'sending', recipients: 3 });
  });

  it('sends to others in the place of those who were skipped', async () => {
    const id = await started(10, { recipients: 2 });
    await world.end(id, 'skipped', 'opted_out', 2);
    await feed(id);
    expect(await world.states(id)).toEqual({ pending: 6, queued: 2, skipped: 2 });
    await world.end(id, 'sent', null, 2);
    await feed(id);
    expect(await waitOf(id)).toMatchObject({ reason: 'canary' });
    expect(await world.states(id)).toEqual({ pending: 6, sent: 2, skipped: 2 });
  });

  it('waits for an operator once they have their outcome, and goes on when told', async () => {
    const id = await started(10, { percent: 20 });
    expect(await canaryOf(id)).toMatchObject({ percent: 20, recipients: 2 });
    await world.end(id, 'sent', null, 2);
    await feed(id);
    expect(await waitOf(id)).toMatchObject({ reason: 'canary', until: null });
    expect(await canaryOf(id)).toMatchObject({ state: 'waiting' });
    world.later(10_000);
    await feed(id);
    expect(await world.states(id)).toEqual({ pending: 8, sent: 2 });
    await world.manager.control.continue(tenantId, id);
    await feed(id);
    expect(await world.states(id)).toEqual({ queued: 8, sent: 2 });
    expect(await waitOf(id)).toBeUndefined();
    expect(await canaryOf(id)).toMatchObject({ state: 'passed' });
    await expect(world.manager.control.continue(tenantId, id)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'canary_passed',
    });
  });

  it('goes on by itself when the limits hold after the minutes', async () => {
    const limits = { maxFailedPercent: 50, maxOptedOutPercent: 10, afterMinutes: 30 };
    const id = await started(10, { recipients: 2, continueWhen: limits });
    await world.end(id, 'failed', 'invalid_number', 1);
    await world.end(id, 'read', null, 1);
    await feed(id);
    const until = new Date(world.clock.now().getTime() + 30 * 60_000);
    expect(await waitOf(id)).toMatchObject({ reason: 'canary', until });
    world.later(29);
    await feed(id);
    expect(await world.states(id)).toMatchObject({ pending: 8 });
    world.later(1);
    await feed(id);
    expect(await world.states(id)).toMatchObject({ queued: 8 });
    expect(await waitOf(id)).toBeUndefined();
  });

  it('pauses the campaign with the reason and an alert when a limit is broken, and only an operator goes on', async () => {
    const limits = { maxFailedPercent: 10, afterMinutes: 30 };
    const id = await started(20, { recipients: 5, continueWhen: limits });
    await world.end(id, 'failed', 'content_rejected', 1);
    await feed(id);
    const { campaign } = await world.manager.get(tenantId, id);
    expect(campaign.status).toBe('paused');
    expect(await waitOf(id)).toMatchObject({ reason: 'canary_limits_broken' });
    expect(await canaryOf(id)).toMatchObject({ state: 'broken', broken: { failedPercent: 20 } });
    expect(world.log()).toContain('"alert":"campaign.paused"');
    await world.manager.resume(tenantId, id);
    await world.end(id, 'sent', null, 4);
    await feed(id);
    expect(await waitOf(id)).toMatchObject({ reason: 'canary', until: null });
    expect(await world.states(id)).toMatchObject({ pending: 15 });
    await world.manager.control.continue(tenantId, id);
    await feed(id);
    expect(await world.states(id)).toMatchObject({ queued: 15 });
  });

  it('is broken by opt-outs too', async () => {
    const limits = { maxOptedOutPercent: 1, afterMinutes: 30 };
    const id = await started(20, { recipients: 5, continueWhen: limits });
    await world.end(id, 'read', null, 5);
    await world.sql(
      `UPDATE deliveries SET opted_out_at = now() WHERE id =
         (SELECT id FROM deliveries WHERE campaign_id = $1 AND state = 'read' LIMIT 1)`,
      [id],
    );
    await feed(id);
    expect(await canaryOf(id)).toMatchObject({ state: 'broken', broken: { optedOutPercent: 20 } });
  });

  it('as large as the audience holds nothing up', async () => {
    const id = await started(3, { percent: 100 });
    await world.end(id, 'sent', null, 3);
    expect(await feed(id)).toEqual({ kind: 'done' });
    expect((await world.manager.get(tenantId, id)).campaign.status).toBe('completed');
  });

  it('needs a size, and a campaign without one cannot be continued', async () => {
    const listIds = [await world.list(tenantId, 3)];
    for (const canary of [{}, { recipients: 1, percent: 1 }]) {
      await expect(world.manager.create(tenantId, draft({ listIds, canary }))).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path: 'canary' }],
      });
    }
    const id = await started(3, undefined);
    await expect(world.manager.control.continue(tenantId, id)).rejects.toMatchObject({ code: 'no_canary' });
    const other = await world.db.createTenant();
    await expect(world.manager.control.continue(other, id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('can be changed and taken back while the campaign is a draft', async () => {
    const listIds = [await world.list(tenantId, 10)];
    const { campaign } = await world.manager.create(tenantId, draft({ listIds, canary: { recipients: 1 } }));
    await world.manager.update(tenantId, campaign.id, { canary: { percent: 30 }, maxPerSender: 4 });
    expect(await canaryOf(campaign.id)).toMatchObject({ recipients: 3 });
    await world.manager.update(tenantId, campaign.id, { name: 'Other' });
    expect(await canaryOf(campaign.id)).toMatchObject({ recipients: 3 });
    await world.manager.update(tenantId, campaign.id, { canary: null, maxPerSender: null });
    expect((await world.manager.get(tenantId, campaign.id)).campaign).toMatchObject({
      canary: null,
      maxPerSender: null,
    });
  });
});
