import type { BenchContext, Figure, Samples, Scenario } from '../figure.js';
import { measureBare } from '../support/bare.js';
import { measureNoop } from '../support/noop.js';
import { CONCURRENCY, onGround, WINDOW, type Ground, type QueueKind } from './throughput/ground.js';
import { runCampaign } from './throughput/run.js';

const MESSAGES: Record<QueueKind, number> = { redis: 100_000, postgres: 30_000 };

const figures: Record<QueueKind, readonly Figure[]> = {
  redis: [
    {
      id: 'throughput-redis',
      title: 'campaign messages, end to end, on Redis',
      yardstick: 'BullMQ no-op jobs',
      target: 0.5,
      direction: 'atLeast',
      unit: '/s',
    },
    {
      id: 'cpu-per-message',
      title: 'processor time of our process per message',
      yardstick: "BullMQ's per no-op job",
      target: 3,
      direction: 'atMost',
      unit: 'µs',
      ratioUnit: 'x',
    },
    {
      id: 'price-of-a-message',
      title: 'processor time of all processes per message: ours, PostgreSQL, Redis',
      yardstick: 'the same rows changed by bare SQL',
      target: 4,
      direction: 'atMost',
      unit: 'µs',
      ratioUnit: 'x',
    },
    {
      id: 'statements-per-message',
      title: 'SQL statements per message, transactions included',
      target: 0.1,
      direction: 'atMost',
      unit: 'statements',
      ratioUnit: 'statements',
    },
  ],
  postgres: [
    {
      id: 'throughput-postgres',
      title: 'campaign messages, end to end, on the PostgreSQL queue',
      yardstick: 'BullMQ no-op jobs on PostgreSQL',
      target: 2,
      direction: 'atLeast',
      unit: '/s',
    },
  ],
};

async function measureOn(queue: QueueKind, bench: BenchContext): Promise<Samples> {
  const messages = Math.max(2_000, Math.round(MESSAGES[queue] * bench.scale));
  return onGround(bench, { queue, roles: 'together' }, async (ground) => {
    const noop = await measureNoop({ backend: ground.yardstick, jobs: messages, concurrency: CONCURRENCY });
    const run = await runCampaign(ground, bench.services, messages);
    bench.note(
      `${Math.round(run.messagesPerSecond)} messages/s beside ${Math.round(noop.jobsPerSecond)} jobs/s; per message ` +
        `${Math.round(run.cpuMicros)} µs of ours, ${Math.round(run.postgresMicros)} µs of PostgreSQL, ` +
        `${Math.round(run.redisMicros)} µs of Redis`,
    );
    const bare = queue === 'redis' ? await priceOfBareRows(bench, ground, messages) : undefined;
    return {
      ...(bare !== undefined && {
        'price-of-a-message': {
          value: run.cpuMicros + run.postgresMicros + run.redisMicros,
          yardstick: bare,
        },
      }),
      [`throughput-${queue}`]: { value: run.messagesPerSecond, yardstick: noop.jobsPerSecond },
      'cpu-per-message': { value: run.cpuMicros, yardstick: noop.cpuMicrosPerJob },
      'statements-per-message': { value: run.statements, yardstick: 1 },
    };
  });
}

/** In microseconds per message. */
async function priceOfBareRows(bench: BenchContext, ground: Ground, messages: number): Promise<number> {
  const campaignId = await ground.campaign(messages);
  const { micros, messagesPerSecond } = await measureBare(bench.services, {
    databaseUrl: ground.databaseUrl,
    campaignId,
  });
  bench.note(
    `bare statements: ${Math.round(micros)} µs a message, ${Math.round(messagesPerSecond)} messages/s`,
  );
  return micros;
}

const about = (queue: string) =>
  `One process with both roles and twenty senders sends a campaign of one text part, rendered for each recipient, to ` +
  `contacts that were not written to before, without pacing or typing, to a network in the same process that answers at ` +
  `once and sends no receipts. Counted from the request that starts the campaign until it is completed, all states ` +
  `committed with fsync. The yardstick is BullMQ alone on ${queue}, in a process of its own: as many jobs of the same ` +
  `size added in bulk and worked off by a handler that does nothing. Both work on ${CONCURRENCY} jobs at the same time; ` +
  `Starling's hold up to 25 messages each, of which ${CONCURRENCY} are worked on at the same time and up to ${WINDOW} are ` +
  `queued.`;

export const throughputOnRedis: Scenario = {
  id: 'throughput-redis',
  title: 'Messages a second on Redis',
  about:
    `${about('Redis')} The price of a message is compared with bare SQL: the rows of as many recipients (claims, messages, ` +
    `outcomes, counters) change in batches of 500, in one loop on one connection for each processor, with no queue and no engine.`,
  figures: figures.redis,
  measure: (bench) => measureOn('redis', bench),
};

export const throughputOnPostgres: Scenario = {
  id: 'throughput-postgres',
  title: 'Messages a second on the PostgreSQL queue',
  about: about('PostgreSQL'),
  figures: figures.postgres,
  measure: (bench) => measureOn('postgres', bench),
};
