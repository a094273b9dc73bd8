import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLogger } from '../../src/lib/logger.js';
import type { ReceiptEntry, sendMessage } from '../../src/modules/delivery/index.js';
import type { PayloadOf } from '../../src/queue/job.js';
import {
  createSimulatorNetwork,
  createSimulatorTransport,
  instantBehaviour,
  type SimulatorNetwork,
} from '../../src/transports/simulator/index.js';
import type { Transport, TransportEvent, TransportSession } from '../../src/transports/transport.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitFor } from '../support/wait-for.js';
import { World } from './world.js';

/** A stormy network: limits, time-outs half of which arrived, unregistered numbers, replies, some of them STOP. */
const stormy = {
  ...instantBehaviour,
  outcomes: { ...instantBehaviour.outcomes, unregistered: 0.05, rateLimited: 0.05, timedOut: 0.05 },
  timeOut: { afterMs: 5, arrives: 0.5 },
  retryAfterMs: 5,
  receipts: { ...instantBehaviour.receipts, delivered: 0.9, read: 0.5 },
  replies: { ...instantBehaviour.replies, probability: 0.3, stop: 0.3 },
};

let db: TestDatabase;
let world: World;
let network: SimulatorNetwork;
let transport: Transport;

beforeAll(async () => {
  db = await createTestDatabase();
  world = new World(db.database, await db.createTenant());
  network = createSimulatorNetwork({ seed: 11, behaviour: stormy });
  transport = createSimulatorTransport({ network, logger: createLogger('silent') });
});
afterAll(async () => {
  await transport.close();
  network.close();
  await db.close();
});

/** A session whose events reach the services as the session host and the queue would bring them. */
async function online(work: Promise<unknown>[]): Promise<{ senderId: string; session: TransportSession }> {
  const { senderId } = await world.sender();
  let connected = false;
  const take = (event: TransportEvent): void => {
    if (event.type === 'connected') connected = true;
    if (event.type === 'receipt') {
      const receipt: ReceiptEntry = { ...event, at: event.at.toISOString() };
      work.push(world.receipts.apply(world.tenantId, senderId, [receipt]));
    }
    if (event.type === 'message') {
      const { inbound, tenantId } = world;
      work.push(inbound.store([{ tenantId, senderId, event }]).then(() => inbound.workOff()));
    }
  };
  const session = transport.openSession({ senderId, config: {}, credentials: undefined, onEvent: take });
  await session.connect();
  await waitFor(() => connected);
  return { senderId, session };
}

/** What the feeder does with recipients that were put back, and the reconciliation with what no campaign sends. */
async function bringPendingAgain(campaignId: string): Promise<PayloadOf<typeof sendMessage>[]> {
  await world.workerSeen();
  await world.reconcile().run();
  const due = world.enqueued.splice(0).map(({ payload }) => payload);
  const rows = await world.sql<{ id: string }>(
    `WITH fed AS (UPDATE deliveries SET state = 'queued', claim_epoch = claim_epoch + 1
                  WHERE campaign_id = $1 AND state = 'pending' RETURNING id) SELECT id FROM fed`,
    [campaignId],
  );
  return [...due, ...rows.map(({ id }) => ({ tenantId: world.tenantId, deliveryId: id }))];
}

async function arrivedAccordingToUs(): Promise<number | undefined> {
  const [row] = await world.sql<{ n: number }>(
    `SELECT count(*)::int AS n FROM messages 
     WHERE tenant_id = $1 AND direction = 'out' AND state IN ('sent', 'delivered', 'read')`,
    [world.tenantId],
  );
  return row?.n;
}

it('through a stormy network everyone, of a campaign or not, gets each part at most once and has a delivery status that adds up', async () => {
  const work: Promise<unknown>[] = [];
  const senders = await Promise.all([online(work), online(work), online(work), online(work)]);
  const sessions = new Map(senders.map(({ senderId, session }) => [senderId, session]));
  const parts = ['Hello {{name}}', 'Bye'];
  const { id, recipients: ofCampaign } = await world.campaign({ recipients: 100, parts });
  const direct = await world.deliveries('direct', { recipients: 50, parts });
  const recipients = [...direct.recipients, ...ofCampaign];
  const worker = world.worker({
    sessions: {
      sessionOf: (senderId) => {
        const session = sessions.get(senderId);
        return session && { session, epoch: 1, capabilities: transport.capabilities };
      },
    },
  });

  await Promise.all(recipients.map((payload) => world.drive(worker, payload, 30_000)));
  // Half of those whose first part timed out turn out to have it: they are brought again.
  await waitFor(
    async () => {
      await Promise.all(work.splice(0));
      const again = await bringPendingAgain(id);
      await Promise.all(again.map((payload) => world.drive(worker, payload, 30_000)));
      return again.length === 0 && (await arrivedAccordingToUs()) === network.ledger.summary().unique;
    },
    { what: 'our record of what arrived equals the ledger of the network' },
  );

  expect(network.ledger.summary().duplicates).toBe(0);
  const { ledger, counted } = await world.counts(id);
  expect(ledger).toEqual(counted);
  const states = new Map((counted as { counter: string; n: number }[]).map(({ counter, n }) => [counter, n]));
  expect(states.get('queued') ?? states.get('sending') ?? states.get('pending')).toBeUndefined();
  const open = await world.sql(
    `SELECT id FROM deliveries WHERE source_id = $1 AND state IN ('pending', 'queued', 'sending')`,
    [direct.id],
  );
  expect(open).toEqual([]);
  expect(states.get('replied')).toBeGreaterThan(0);
  expect(states.get('opted_out')).toBeGreaterThan(0);
}, 60_000);
