import type { ReservationRequest, SenderManager } from '../../src/modules/senders/index.js';
import type { BenchContext, Figure, Sample, Samples, Scenario } from '../figure.js';
import { openSenderManager } from '../support/sender-manager.js';
import { newDatabase } from '../support/services.js';
import { tenantWithSenders, type MadeTenant } from '../support/senders.js';

const RESERVATIONS = 10_000;
/** Jobs that ask at the same time. More of them share a transaction, so few show its cost. */
const CONCURRENT = 50;
const SIZES = { few: 10, many: 1_000, most: 10_000 };

const NAMED = 500;
const allSenders = { senderIds: [], senderTags: [] };
const tagged = { senderIds: [], senderTags: ['even'] };

type Ask = (tenant: MadeTenant, index: number) => Partial<ReservationRequest>;

/** How a request may choose among the senders. */
const asks = {
  any: () => ({}),
  tagged: () => ({ pool: tagged }),
  sticky: ({ senderIds }, index) => ({ preferredSenderId: senderIds[(index * 7_919) % senderIds.length] }),
  named: (tenant, index) => ({ pool: namedPool(tenant, index) }),
} satisfies Record<string, Ask>;

type Kind = keyof typeof asks;

const words: Record<Kind, string> = {
  any: '',
  tagged: ', pool chosen by a tag half of them have',
  sticky: ', each request prefers the sender its contact talked to',
  named: `, pool of ${NAMED} named ones`,
};

/** A chosen pool has to be found, too. */
const targets: Record<Kind, number> = { any: 1.3, sticky: 1.3, tagged: 1.5, named: 1.5 };

const figures: readonly Figure[] = (Object.keys(asks) as Kind[]).flatMap((kind) =>
  [SIZES.many, SIZES.most]
    .filter((size) => kind === 'any' || size === SIZES.most)
    .map((size) => ({
      id: figureId(kind, size),
      title: `a reservation with ${size.toLocaleString('en-US')} senders${words[kind]}`,
      yardstick: `with ${SIZES.few}`,
      target: targets[kind],
      direction: 'atMost',
      unit: 'µs',
      ratioUnit: 'x',
    })),
);

interface Stage {
  manager: SenderManager;
  tenants: Map<number, MadeTenant>;
  close: () => Promise<void>;
}

let stage: Promise<Stage> | undefined;

export const reservation: Scenario = {
  id: 'reservation',
  title: 'Reserving a sender',
  about: `Each campaign message first reserves a sender: the least recently used one of its pool that is connected,
healthy, due and within its quotas, in one transaction that no other worker can get in the way of. The cost must not grow with
the number of senders. ${CONCURRENT} callers reserve as fast as they are
answered, on tenants with ${SIZES.few}, ${SIZES.many.toLocaleString('en-US')} and
${SIZES.most.toLocaleString('en-US')} senders that are all due and hosted by the worker that asks, without a pause and with quotas that do not bind. The
value is the time ${RESERVATIONS.toLocaleString('en-US')} reservations took, divided by their number.`,
  figures,
  async measure(bench) {
    stage ??= setUp(bench);
    const { manager, tenants } = await stage;
    const reservations = Math.max(CONCURRENT, Math.round(RESERVATIONS * bench.scale));
    const samples: Record<string, Sample> = {};
    for (const kind of Object.keys(asks) as Kind[]) {
      const micros = new Map<number, number>();
      for (const [size, tenant] of tenants) {
        if (size === SIZES.many && kind !== 'any') continue;
        micros.set(size, await microsPerReservation(manager, tenant, asks[kind], reservations));
      }
      for (const [size, value] of micros) {
        if (size !== SIZES.few) {
          samples[figureId(kind, size)] = { value, yardstick: micros.get(SIZES.few) ?? Number.NaN };
        }
      }
    }
    return samples satisfies Samples;
  },
  async finish() {
    await (await stage)?.close();
    stage = undefined;
  },
};

const namedPools = new WeakMap<MadeTenant, ReservationRequest['pool']>();

/** Recipients that a worker loads together share the pool of their campaign; the next ones bring it anew. */
function namedPool(tenant: MadeTenant, index: number): ReservationRequest['pool'] {
  let pool = index % CONCURRENT === 0 ? undefined : namedPools.get(tenant);
  pool ??= { senderIds: tenant.senderIds.slice(0, NAMED), senderTags: [] };
  namedPools.set(tenant, pool);
  return pool;
}

function figureId(kind: Kind, size: number): string {
  return `reservation-${kind}-${size}`;
}

async function setUp({ services, note }: BenchContext): Promise<Stage> {
  const { url } = await newDatabase(services);
  const workerId = crypto.randomUUID();
  const { manager, close } = await openSenderManager(url, workerId);
  const tenants = new Map<number, MadeTenant>();
  for (const size of Object.values(SIZES)) tenants.set(size, await tenantWithSenders(url, size, workerId));
  note(`made tenants with ${Object.values(SIZES).join(', ')} senders`);
  return { manager, tenants, close };
}

async function microsPerReservation(
  manager: SenderManager,
  tenant: MadeTenant,
  ask: Ask,
  reservations: number,
): Promise<number> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < reservations) {
      const index = next++;
      const outcome = await manager.reserveNextHealthySender({ ...request(tenant), ...ask(tenant, index) });
      if (outcome.kind !== 'reserved') throw new Error(`A reservation was answered with ${outcome.reason}.`);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: CONCURRENT }, caller));
  return ((performance.now() - started) * 1_000) / reservations;
}

function request({ tenantId }: MadeTenant): ReservationRequest {
  return {
    tenantId,
    pool: allSenders,
    messages: 1,
    messageTypes: ['text'],
    newConversation: true,
    occupyMs: 0,
    minDelay: 0,
    maxDelay: 0,
  };
}
