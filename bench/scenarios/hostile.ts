import type { BenchContext, Figure, Sample, Samples, Scenario } from '../figure.js';
import { percentile } from '../support/numbers.js';
import { startReader, type Reader } from '../support/reader.js';
import { EMAIL, PASSWORD, startBenchServer, type BenchServer } from '../support/server.js';
import { newDatabase } from '../support/services.js';
import { startCallers } from './hostile/callers.js';
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
    `${ATTACK_MS / 1_000} seconds, ${AT_ONCE} at a time, whatever is answered, from a process of low priority, as it stands for other machines. The longest block of the event loop meanwhile is ` +
    'that of the whole process: whoever has to wait, waits no longer for any single step. At the same time another tenant asks ' +
    `for its senders from a process of its own, one request after the other; the yardstick is the same while nothing else is asked for.`,
  figures: [...hostileKinds.map(blockFigure), others],
  measure: (bench) => onHostileGround(bench, measure),
};

interface HostileGround {
  server: BenchServer;
  /** Who means harm; the reader belongs to another tenant. */
  attacker: { email: string; password: string };
  reader: Reader;
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
  const { reader } = ground;
  await reader.answerTimes(IDLE_READS / 4);
  const idle = percentile(await reader.answerTimes(IDLE_READS), 95);
  const samples: Record<string, Sample> = {};
  let worst = 0;
  const { url } = ground.server;
  for (const { id } of hostileKinds) {
    const bounds = { ms: ATTACK_MS * bench.scale, atOnce: AT_ONCE, most: MOST_REQUESTS };
    const callers = await startCallers({ url, ...ground.attacker, kind: id, ...bounds });
    await ground.server.look('collect');
    await ground.server.look('blocks');
    let statuses: ReadonlyMap<number, number> = new Map();
    const times = await reader.during(async () => {
      statuses = await callers.ask();
    });
    await callers.settled();
    const { worstBlockMs } = await ground.server.look('blocks');
    const slow = percentile(times, 95);
    worst = Math.max(worst, slow);
    samples[`block-${id}`] = { value: worstBlockMs, yardstick: 1 };
    bench.note(
      `${id}: block ${worstBlockMs.toFixed(0)} ms, others ${(slow / idle).toFixed(1)} x of ${idle.toFixed(1)} ms; ` +
        `answers ${[...statuses].map(([status, count]) => `${count} x ${status === 0 ? 'left' : status}`).join(', ')}`,
    );
  }
  samples[others.id] = { value: worst, yardstick: idle };
  return samples;
}

async function onHostileGround(
  bench: BenchContext,
  work: (bench: BenchContext, ground: HostileGround) => Promise<Samples>,
): Promise<Samples> {
  const database = await newDatabase(bench.services);
  const redis = `${bench.services.redisUrl}/6`;
  let server: BenchServer | undefined;
  let reader: Reader | undefined;
  try {
    server = await startBenchServer({ DATABASE_URL: database.url, ENABLE_REDIS: 'true', REDIS_URL: redis });
    const contacts = Math.round(CONTACTS * bench.scale);
    const attacker = await otherTenant(database.url, server, contacts);
    const path = '/api/senders?limit=50';
    reader = await startReader({ url: server.url, email: EMAIL, password: PASSWORD, path });
    return await work(bench, { server, attacker, reader });
  } finally {
    reader?.stop();
    await server?.stop();
    await database.drop();
  }
}
