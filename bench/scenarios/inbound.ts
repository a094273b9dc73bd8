import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../src/demo/until.js';
import type { BenchContext, Figure, Samples, Scenario } from '../figure.js';
import { measureBareInbound, rowsAdded } from '../support/bare-inbound.js';
import { contactList } from '../support/campaign.js';
import { query } from '../support/services.js';
import { onGround, type Ground, type QueueKind } from './throughput/ground.js';

export const PEOPLE = 5_000;
/** Of the burst that shows the rate; each person writes several times. */
const MESSAGES = 30_000;
const STEADY_SECONDS = 10;
/** What is not worked off by then ends the run. */
const TIME_OUT_MS = 60_000;

const figuresOf = (queue: QueueKind): readonly Figure[] => [
  {
    id: `inbound-${queue}`,
    title: 'messages that come in, from the session to the last row',
    yardstick: 'the same rows of all tables inserted by one loop of bare transactions',
    target: 0.25,
    direction: 'atLeast',
    unit: '/s',
  },
  {
    id: `inbound-lag-${queue}`,
    title: 'from stored to worked off at half of that rate, 95th percentile',
    target: 1_000,
    direction: 'atMost',
    unit: 'ms',
  },
];

const scenarioOn = (queue: QueueKind): Scenario => ({
  id: `inbound-${queue}`,
  title: `What people write, with jobs on ${queue === 'redis' ? 'Redis' : 'PostgreSQL'}`,
  about:
    `${PEOPLE.toLocaleString('en')} contacts write to twenty senders of one process: ${MESSAGES.toLocaleString('en')} messages at ` +
    'once show the rate, from the first that is stored to the last that is worked off. Then they write at half of that rate for ' +
    `${STEADY_SECONDS} seconds, and the time from stored to worked off is read from the rows. The yardstick writes the rows of as many ` +
    'messages (event, message, conversation, last sender) in transactions of 500 on one connection.',
  figures: figuresOf(queue),
  measure: (bench) =>
    onGround(bench, { queue, roles: 'together' }, (ground) => measure(bench, ground, queue)),
});

export const inboundOnRedis = scenarioOn('redis');
export const inboundOnPostgres = scenarioOn('postgres');

async function measure(bench: BenchContext, ground: Ground, queue: QueueKind): Promise<Samples> {
  const messages = Math.max(5_000, Math.round(MESSAGES * bench.scale));
  await contactList(ground.databaseUrl, ground.server.api, PEOPLE);
  await hear(ground, { messages: PEOPLE, perSecond: 0 });
  const { databaseUrl } = ground;
  const burst = await rowsAdded(databaseUrl, () => hear(ground, { messages, perSecond: 0 }));
  const rate = messages / burst.result.seconds;
  const steady = await hear(ground, {
    messages: Math.round((rate / 2) * STEADY_SECONDS),
    perSecond: rate / 2,
  });
  const yardstick = await rowsAdded(databaseUrl, () =>
    measureBareInbound(databaseUrl, { messages, people: PEOPLE }),
  );
  if (yardstick.added !== burst.added) {
    throw new Error(
      `The yardstick has added other rows (${yardstick.added}) than the program (${burst.added}).`,
    );
  }
  const bare = yardstick.result;
  bench.note(
    `${rate.toFixed(0)} messages/s, bare ${bare.toFixed(0)}; at half of the rate p95 ${steady.p95Ms.toFixed(0)} ms`,
  );
  return {
    [`inbound-${queue}`]: { value: rate, yardstick: bare },
    [`inbound-lag-${queue}`]: { value: steady.p95Ms, yardstick: 1 },
  };
}

interface Heard {
  count: number;
  /** From the first that was stored to the last that was worked off. */
  seconds: number;
  p95Ms: number;
}

/** Phones write so many messages, at once or so many a second; resolves when all are worked off. */
async function hear(
  { server, databaseUrl }: Ground,
  { messages, perSecond }: { messages: number; perSecond: number },
): Promise<Heard> {
  const [newest] = await query<{ last: string }>(
    databaseUrl,
    'SELECT coalesce(max(id), 0)::text AS last FROM inbound_events',
  );
  await server.hear({ messages, people: PEOPLE, perSecond });
  return until(
    `${messages} messages to be worked off`,
    async () => {
      const [row] = await query<Heard>(
        databaseUrl,
        `SELECT count(done_at)::int AS count,
                coalesce(extract(epoch FROM max(done_at) - min(stored_at)), 0)::float8 AS seconds,
                coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM done_at - stored_at) * 1000), 0)::float8
                  AS "p95Ms"
         FROM inbound_events WHERE id > $1`,
        [newest?.last ?? '0'],
      );
      if (row && row.count >= messages) return row;
      await pause(100);
      return undefined;
    },
    { everyMs: 100, timeoutMs: TIME_OUT_MS },
  );
}
