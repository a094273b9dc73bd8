import { setTimeout as wait } from 'node:timers/promises';
import type { ApiClient } from '../../src/demo/api-client.js';
import type { BenchContext, Figure, Sample, Samples, Scenario } from '../figure.js';
import { percentile } from '../support/numbers.js';
import { startBenchServer, type BenchServer } from '../support/server.js';
import { newDatabase } from '../support/services.js';
import { hostileKinds, type HostileKind } from './hostile/kinds.js';
import { otherTenant } from './hostile/other-tenant.js';

/** Of the contacts that the hostile filters and exports go through. */
const CONTACTS = 200_000;
/** So long each kind is asked for again and again. */
const ATTACK_MS = 4_000;
const AT_ONCE = 4;
const MOST_REQUESTS = 400;
const IDLE_READS = 200;

const others: Figure = {
  id: 'hostile-others',
  title:
    'answer time of others while the kind of hostile request that costs them most comes in, 95th percentile',
  yardstick: 'idle',
  target: 10,
  direction: 'atMost',
  unit: 'ms',
  ratioUnit: 'x',
};

/** What a caller who means harm can do to the others of the same process. */
export const hostileRequests: Scenario = {
  id: 'hostile',
  title: 'Requests that mean harm',
  about:
    `One process with both roles. A tenant with ${CONTACTS.toLocaleString('en')} contacts sends each kind of request for ` +
    `${ATTACK_MS / 1_000} seconds, ${AT_ONCE} at a time, whatever is answered. The longest block of the event loop meanwhile is ` +
    'that of the whole process: whoever has to wait, waits no longer for any single step. At the same time another tenant asks ' +
    `for its senders, one request after the other; the yardstick is the same while nothing else is asked for.`,
  figures: [...hostileKinds.map(blockFigure), others],
  measure: (bench) => onHostileGround(bench, measure),
};

interface HostileGround {
  server: BenchServer;
  /** Who means harm; the client of `server` belongs to another tenant. */
  attacker: ApiClient;
}

function blockFigure({ id, title }: HostileKind): Figure {
  return {
    id: `block-${id}`,
    title: `longest block of the event loop: ${title}`,
    target: 200,
    direction: 'atMost',
    unit: 'ms',
  };
}

async function measure(bench: BenchContext, ground: HostileGround): Promise<Samples> {
  const { api } = ground.server;
  await answerTimes(api, IDLE_READS / 4);
  const idle = percentile(await answerTimes(api, IDLE_READS), 95);
  const samples: Record<string, Sample> = {};
  let worst = 0;
  for (const kind of hostileKinds) {
    const { request, most = MOST_REQUESTS, settle } = await kind.prepare(ground);
    await ground.server.look('collect');
    await ground.server.look('blocks');
    const { statuses, times } = await underAttack(api, request, { ms: ATTACK_MS * bench.scale, most });
    await settle?.();
    const { worstBlockMs } = await ground.server.look('blocks');
    const slow = percentile(times, 95);
    worst = Math.max(worst, slow);
    samples[`block-${kind.id}`] = { value: worstBlockMs, yardstick: 1 };
    bench.note(
      `${kind.id}: block ${worstBlockMs.toFixed(0)} ms, others ${(slow / idle).toFixed(1)} x of ${idle.toFixed(1)} ms; ` +
        `answers ${[...statuses].map(([status, count]) => `${count} x ${status}`).join(', ')}`,
    );
  }
  samples[others.id] = { value: worst, yardstick: idle };
  return samples;
}

/** Both at the same time: the harm, and how long the others wait for an answer. */
async function underAttack(
  api: ApiClient,
  request: () => Promise<number>,
  bounds: { ms: number; most: number },
): Promise<{ statuses: Map<number, number>; times: number[] }> {
  const statuses = new Map<number, number>();
  const until = performance.now() + bounds.ms;
  let requests = 0;
  const over = new AbortController();
  const attack = async (): Promise<void> => {
    while (performance.now() < until && requests < bounds.most) {
      requests += 1;
      const status = await request();
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const attacks = Promise.all(Array.from({ length: AT_ONCE }, attack)).finally(() => over.abort());
  const times: number[] = [];
  do {
    times.push(...(await answerTimes(api, 1)));
    await wait(5);
  } while (!over.signal.aborted);
  await attacks;
  return { statuses, times };
}

async function answerTimes(api: ApiClient, requests: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < requests; index += 1) {
    const started = performance.now();
    await api.get('/api/senders?limit=50');
    times.push(performance.now() - started);
  }
  return times;
}

async function onHostileGround(
  bench: BenchContext,
  work: (bench: BenchContext, ground: HostileGround) => Promise<Samples>,
): Promise<Samples> {
  const database = await newDatabase(bench.services);
  const redis = `${bench.services.redisUrl}/6`;
  let server: BenchServer | undefined;
  try {
    server = await startBenchServer({ DATABASE_URL: database.url, ENABLE_REDIS: 'true', REDIS_URL: redis });
    const contacts = Math.round(CONTACTS * bench.scale);
    const attacker = await otherTenant(database.url, server, contacts);
    return await work(bench, { server, attacker });
  } finally {
    await server?.stop();
    await database.drop();
  }
}
