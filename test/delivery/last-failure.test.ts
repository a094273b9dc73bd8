import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LoadedDelivery } from '../../src/modules/delivery/index.js';
import type { TransportSession } from '../../src/transports/transport.js';
import type { MessageWorkerDeps } from '../../src/worker/message-worker/ports.js';
import { servers, type QueueServer } from '../queue/backends.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { saveSettings } from '../support/rows.js';
import { waitFor } from '../support/wait-for.js';
import { FaultyCampaign, type FaultyCampaignOptions } from './faulty-campaign.js';
import type { World } from './world.js';

const POISONED = 7;
const FAILED = 'failed internal_error';

/** The deliveries of the worker, which changes what is loaded of one of them. */
function loading(change: (loaded: LoadedDelivery) => LoadedDelivery) {
  return ({ delivery }: World): Partial<MessageWorkerDeps> => ({
    delivery: {
      load: async (tenantId, deliveryId) => {
        const loaded = await delivery.load(tenantId, deliveryId);
        const isPoisoned = loaded?.delivery.phone.endsWith(String(900_000_000 + POISONED + 1));
        return loaded && isPoisoned ? change(loaded) : loaded;
      },
      claim: delivery.claim.bind(delivery),
      record: delivery.record.bind(delivery),
      end: delivery.end.bind(delivery),
      putBack: delivery.putBack.bind(delivery),
      rest: delivery.rest.bind(delivery),
      noteWait: delivery.noteWait.bind(delivery),
    },
  });
}

describe.each(servers)('a fault on the way of one recipient, with the queue on $name,', ({ start }) => {
  let db: TestDatabase;
  let server: QueueServer;
  let campaign: FaultyCampaign;

  beforeAll(async () => {
    db = await createTestDatabase();
    server = await start();
  });
  afterEach(() => campaign.close());
  afterAll(async () => {
    await server.close();
    await db.close();
  });

  async function prepared(options: FaultyCampaignOptions = {}): Promise<string> {
    campaign = await FaultyCampaign.create(db, server, options);
    return campaign.phones[POISONED] ?? '';
  }

  /** The campaign completes, its numbers agree, and all others got the message exactly once. */
  async function expectEnd(end: Record<string, string>, arrivals: 0 | 1): Promise<void> {
    await campaign.completed();
    expect(await campaign.notSent()).toEqual(end);
    const { ledger, counted } = await campaign.world.counts(campaign.campaignId);
    expect(ledger).toEqual(counted);
    const poisoned = new Set(Object.keys(end));
    const others = [...campaign.arrivals()].filter(([phone]) => !poisoned.has(phone));
    expect(others.filter(([, count]) => count !== 1)).toEqual([]);
    for (const phone of poisoned) expect(campaign.arrivals().get(phone)).toBe(arrivals);
    expect(campaign.network.ledger.summary(campaign.campaignId).duplicates).toBe(0);
  }

  it('as it is queued', async () => {
    const phone = await prepared();
    await campaign.refuse(phone, 'queued');
    await expectEnd({ [phone]: FAILED }, 0);
  });

  it('as it is loaded, which spoils the batch it is loaded with', async () => {
    const phone = await prepared();
    // Not a list, as it is read.
    await campaign.world.sql(
      `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, delivery_id, part, type,
                             state, attempts)
       SELECT gen_random_uuid(), r.tenant_id, 'out', r.contact_id, s.id, r.campaign_id, r.id, 0, 'text', 'queued', '{"a": 1}'
       FROM deliveries r, senders s
       WHERE r.campaign_id = $1 AND r.phone = $2 AND s.tenant_id = r.tenant_id LIMIT 1`,
      [campaign.campaignId, phone],
    );
    await expectEnd({ [phone]: FAILED }, 0);
  });

  it('as its text is written', async () => {
    const phone = await prepared({
      deps: loading((loaded) => ({
        ...loaded,
        policy: Object.defineProperty({ ...loaded.policy }, 'templates', {
          get: () => {
            throw new Error('a part that is none');
          },
        }),
      })),
    });
    await expectEnd({ [phone]: FAILED }, 0);
  });

  it('as a sender is reserved, which spoils the batch it is reserved with', async () => {
    const phone = await prepared({
      deps: loading(({ policy, ...loaded }) => ({
        ...loaded,
        policy: { ...policy, minDelay: Number.NaN, maxDelay: Number.NaN },
      })),
    });
    await expectEnd({ [phone]: FAILED }, 0);
  });

  it('as it is claimed, which spoils the batch it is claimed with', async () => {
    const phone = await prepared();
    await campaign.refuse(phone, 'sending');
    await expectEnd({ [phone]: FAILED }, 0);
  });

  it('as it is claimed, for a third of all', async () => {
    await prepared({ recipients: 60 });
    const poisoned = campaign.phones.filter((_, index) => index % 3 === 0);
    for (const phone of poisoned) await campaign.refuse(phone, 'sending');
    await expectEnd(Object.fromEntries(poisoned.map((phone) => [phone, FAILED])), 0);
  });

  it('as it is handed over', async () => {
    let thrown = 0;
    const session = (own: TransportSession): TransportSession =>
      Object.assign(Object.create(own) as TransportSession, {
        send: (message: Parameters<TransportSession['send']>[0]) => {
          if (message.to.phone !== campaign.phones[POISONED] || thrown > 0) return own.send(message);
          thrown += 1;
          throw new Error('a bug of the transport');
        },
      });
    await prepared({ session });
    await expectEnd({}, 1);
    expect(thrown).toBe(1);
  });

  it('as what came of it is recorded', async () => {
    const phone = await prepared();
    await campaign.refuse(phone, 'sent');
    await expectEnd({ [phone]: 'unknown worker_lost' }, 1);
  });

  it('as what came of it is recorded, and as it is left unknown', async () => {
    const phone = await prepared();
    await campaign.refuse(phone, 'sent');
    await campaign.refuse(phone, 'unknown', 2);
    await expectEnd({ [phone]: 'unknown internal_error' }, 1);
  });

  it('as the campaign is completed', async () => {
    await prepared();
    await campaign.refuseCompletion(8);
    await campaign.feeder.rewakeRunningCampaigns();
    const reason = await waitFor(async () => (await campaign.status()).reason ?? undefined);
    expect(reason).toBe('internal_error');
    await expectEnd({}, 1);
    expect((await campaign.status()).reason).toBeNull();
  });

  it('as its last failure is settled', async () => {
    const phone = await prepared();
    await campaign.refuse(phone, 'sending');
    await campaign.refuse(phone, 'failed', 3);
    await expectEnd({ [phone]: FAILED }, 0);
  });

  it('once, which it survives', async () => {
    const phone = await prepared();
    await campaign.refuse(phone, 'sending', 2);
    await expectEnd({}, 1);
  });

  it('of direct messages, as it is claimed', async () => {
    await prepared({ recipients: 1 });
    const send = await campaign.direct(20);
    const phone = send.phones[POISONED] ?? '';
    await campaign.refuse(phone, 'sending');
    await campaign.offer();
    const left = await waitFor(async () => {
      const states = await campaign.notSent(send.id);
      return Object.values(states).every((state) => state === FAILED) && states;
    });
    expect(left).toEqual({ [phone]: FAILED });
    const expected = new Map(send.phones.map((each) => [each, each === phone ? 0 : 1]));
    expect(campaign.arrivals(send)).toEqual(expected);
    expect(
      await campaign.world.sql(`SELECT code FROM messages WHERE state = 'failed' AND source_id = $1`, [
        send.id,
      ]),
    ).toEqual([{ code: 'internal_error' }]);
  });

  it('that is PostgreSQL refusing connections, which costs nobody an attempt', async () => {
    await prepared({ recipients: 200, attempts: 1 });
    await campaign.feeder.rewakeRunningCampaigns();
    await waitFor(() => campaign.network.ledger.summary(campaign.campaignId).arrived > 0);
    await campaign.databaseRefuses(true);
    const since = Date.now();
    await waitFor(() => Date.now() - since > 1_500, { what: 'the outage to last' });
    await campaign.databaseRefuses(false);
    await expectEnd({}, 1);
  });

  it('beside direct messages that wait for hours, which leave once those were changed', async () => {
    await prepared({ recipients: 1 });
    const { world } = campaign;
    const settings = (values: Parameters<typeof saveSettings>[2]) =>
      saveSettings(db.database.manager, world.tenantId, values);
    await settings({ sendWindow: { timeZone: 'UTC', days: [] }, updatedAt: new Date(0) });
    const send = await campaign.direct(20, 'marketing');
    await campaign.offer();
    const resting = async () =>
      world.sql(`SELECT FROM deliveries WHERE source_id = $1 AND state = 'pending'`, [send.id]);
    await waitFor(async () => (await resting()).length === 20);
    await campaign.maintain();
    expect(await resting()).toHaveLength(20);
    await settings({ sendWindow: null, updatedAt: new Date() });
    await campaign.maintain();
    await waitFor(async () => Object.keys(await campaign.notSent(send.id)).length === 0);
    expect([...campaign.arrivals(send).values()]).toEqual(Array.from({ length: 20 }, () => 1));
  });
});
