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

const parts = ['One', 'Two'].map((content) => ({ type: 'text' as const, content }));

/** Two parts for three people: one got the first, one was cut off in its second, one has nothing yet. */
async function halfWay(state: 'queued' | 'pending', expiresAt?: string): Promise<string> {
  const listIds = [await world.list(tenantId, 3)];
  const { campaign } = await world.manager.create(
    tenantId,
    draft({ listIds, template: undefined, messages: parts, expiresAt }),
  );
  const { id } = campaign;
  await world.manager.start(tenantId, id);
  const [sender] = await world.sql<{ id: string }>('SELECT id FROM senders WHERE tenant_id = $1', [tenantId]);
  await world.sql(
    `UPDATE deliveries r SET state = $2, sender_id = $3, next_part = least(1, n.n)
     FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM deliveries WHERE campaign_id = $1) n
     WHERE r.id = n.id`,
    [id, state, sender?.id],
  );
  await world.sql(
    `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, delivery_id, part,
       type, body, state, wa_message_id)
     SELECT gen_random_uuid(), $2, 'out', r.contact_id, $3, $1, r.id, part.n, 'text', 'x',
            CASE WHEN part.n = 0 THEN 'sent' ELSE 'queued' END,
            CASE WHEN part.n = 0 OR r.id = (SELECT max(id::text)::uuid FROM deliveries WHERE campaign_id = $1)
                 THEN gen_random_uuid()::text END
     FROM deliveries r, generate_series(0, 1) AS part (n) WHERE r.campaign_id = $1 AND r.next_part = 1`,
    [id, tenantId, sender?.id],
  );
  return id;
}

const ends = (id: string) =>
  world.sql(
    `SELECT r.state, r.code, (SELECT array_agg(m.state ORDER BY m.part) FROM messages m
                              WHERE m.delivery_id = r.id) AS messages
     FROM deliveries r WHERE r.campaign_id = $1 ORDER BY r.id`,
    [id],
  );

const expectedEnds = (code: string) => [
  { state: 'skipped', code, messages: null },
  { state: 'skipped', code, messages: ['sent', 'skipped'] },
  { state: 'unknown', code, messages: ['sent', 'unknown'] },
];

describe('a campaign that ends between two parts', () => {
  it('by a stop: says which parts were not sent, and calls nothing skipped that may have arrived', async () => {
    const id = await halfWay('queued');
    await world.manager.stop(tenantId, id);
    expect(await ends(id)).toEqual(expectedEnds('campaign_stopped'));
  });

  it('by its expiry: the same', async () => {
    const id = await halfWay('pending', new Date(world.clock.now().getTime() + 60_000).toISOString());
    world.later(2);
    await world.feed(tenantId, id);
    expect(await ends(id)).toEqual(expectedEnds('outside_window_expired'));
  });
});

describe('starting, pausing and stopping at once', () => {
  it('lets each happen once, in one order', async () => {
    const listIds = [await world.list(tenantId, 2)];
    const { campaign } = await world.manager.create(tenantId, draft({ listIds }));
    const all = (action: 'start' | 'pause' | 'resume' | 'stop') =>
      Promise.allSettled(Array.from({ length: 8 }, () => world.manager[action](tenantId, campaign.id)));
    for (const action of ['start', 'pause', 'resume', 'stop'] as const) {
      const done = await all(action);
      expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(
        done.filter((one) => one.status === 'rejected').every((one) => one.reason.kind === 'conflict'),
      ).toBe(true);
    }
    expect(await world.states(campaign.id)).toEqual({ skipped: 2 });
  });
});
