import { setTimeout } from 'node:timers/promises';
import type { BenchContext, Figure, Sample, Samples, Scenario } from '../figure.js';
import { connectSenders, contactList, createCampaign } from '../support/campaign.js';
import { connectMany, restSenders } from '../support/many-senders.js';
import { cpuSeconds, cpuSecondsOfTree } from '../support/process-usage.js';
import { startBenchServer, type BenchServer } from '../support/server.js';
import { newDatabase } from '../support/services.js';

const SENDERS = 10_000;
const QUOTA_PER_MINUTE = 20;
/** Until the first rush of senders that are all due at once has spread over their pauses. */
const WARM_UP_SECONDS = 10;
const MEASURED_SECONDS = 60;

/** Of the yardstick of what a message costs. */
const FEW_SENDERS = 20;
/** More than they are sent to while it is measured, in messages a minute. */
const RATE_OF_FEW = 360_000;

interface Pace {
  minDelay: number;
  maxDelay: number;
}

const defaultPace: Pace = { minDelay: 2_000, maxDelay: 5_000 };
/** Short enough that the quotas, not the pauses, decide. */
const quickPace: Pace = { minDelay: 1_000, maxDelay: 2_000 };

const RATE_YARDSTICK = `what the quotas allow, or this machine sends with ${FEW_SENDERS} senders`;

const figure = (id: string, title: string, yardstick: string): Figure => ({
  id,
  title,
  yardstick,
  target: 0.9,
  direction: 'atLeast',
  unit: 'messages/s',
});

const figures: readonly Figure[] = [
  figure(
    'ten-thousand-senders-default',
    'messages/s of 10,000 senders, default quotas and pace',
    RATE_YARDSTICK,
  ),
  figure(
    'ten-thousand-senders-quota',
    'messages/s of 10,000 senders, default quotas, 1 to 2 s between messages',
    RATE_YARDSTICK,
  ),
  {
    id: 'ten-thousand-senders-price',
    title: 'processor time of PostgreSQL per message of 10,000 senders, default quotas and pace',
    yardstick: `with ${FEW_SENDERS} senders and no pauses`,
    target: 1.4,
    direction: 'atMost',
    unit: 'µs',
    ratioUnit: 'x',
  },
];

interface Stage {
  databaseUrl: string;
  server: BenchServer;
  senders: number;
  listId: string;
}

let stage: Promise<Stage> | undefined;

export const tenThousandSenders: Scenario = {
  id: 'ten-thousand-senders',
  title: 'Ten thousand senders',
  about: `One process (API and worker, Redis as its queue) hosts 10,000 simulator senders with the default quotas (20 a
minute, 500 an hour) and sends one campaign through all of them, without the typing simulation. After ${WARM_UP_SECONDS}
seconds, what arrives in the network within ${MEASURED_SECONDS} seconds is counted. The quotas allow 10,000 × 20 messages
a minute, 3,333 a second. The default pause of 2 to 5 seconds between two messages of a sender, 3 seconds on average,
allows as many, so both bind at times; with pauses of 1 to 2 seconds the quotas decide alone. A machine that sends less than that with
${FEW_SENDERS} senders is compared with what it sends then. What a message costs PostgreSQL,
sessions and all else included, is compared with ${FEW_SENDERS} senders without quotas and pauses, in a database and a process
of their own that is set up the same.`,
  figures,
  async measure(bench) {
    stage ??= setUp(bench);
    const ready = await stage;
    const byQuota = (ready.senders * QUOTA_PER_MINUTE) / 60;
    const atDefault = await sendFor(bench, ready, defaultPace);
    const atQuick = await sendFor(bench, ready, quickPace);
    const few = await withFew(bench);
    const [first, second, price] = figures.map(({ id }) => id) as [string, string, string];
    const possible = Math.min(byQuota, few.perSecond);
    const samples: Record<string, Sample> = {
      [first]: { value: atDefault.perSecond, yardstick: possible },
      [second]: { value: atQuick.perSecond, yardstick: possible },
      [price]: { value: atDefault.postgresMicros, yardstick: few.postgresMicros },
    };
    return samples satisfies Samples;
  },
  async finish() {
    await (await stage)?.server.stop();
    stage = undefined;
  },
};

async function setUp({ services, scale, remark }: BenchContext): Promise<Stage> {
  const senders = Math.round(SENDERS * scale);
  const { databaseUrl, server } = await startServer(services, 1);
  const seconds = await connectMany(databaseUrl, senders);
  remark(`${senders.toLocaleString('en-US')} senders were paired and connected in ${seconds.toFixed(1)} s.`);
  const listId = await contactList(databaseUrl, server.api, recipientsOf(senders * QUOTA_PER_MINUTE));
  return { databaseUrl, server, senders, listId };
}

/** Few senders without quotas and pauses, in a database and a process of their own. */
async function withFew(bench: BenchContext): Promise<Sending> {
  const { databaseUrl, server } = await startServer(bench.services, 3);
  try {
    await connectSenders(server.api, FEW_SENDERS);
    const listId = await contactList(databaseUrl, server.api, recipientsOf(RATE_OF_FEW * bench.scale));
    const few = { databaseUrl, server, senders: FEW_SENDERS, listId };
    return await sendFor(bench, few, { minDelay: 0, maxDelay: 0 });
  } finally {
    await server.stop();
  }
}

async function startServer(
  services: BenchContext['services'],
  redisDatabase: number,
): Promise<Pick<Stage, 'databaseUrl' | 'server'>> {
  const { url: databaseUrl } = await newDatabase(services);
  const server = await startBenchServer({
    DATABASE_URL: databaseUrl,
    ENABLE_REDIS: 'true',
    REDIS_URL: `${services.redisUrl}/${redisDatabase}`,
    MESSAGE_CONCURRENCY: '1000',
    CAMPAIGN_WINDOW: '20000',
  });
  return { databaseUrl, server };
}

/** More than can be sent while it is measured. */
function recipientsOf(perMinute: number): number {
  return Math.ceil((perMinute / 60) * (WARM_UP_SECONDS + MEASURED_SECONDS) * 1.5);
}

interface Sending {
  perSecond: number;
  /** Per message. */
  postgresMicros: number;
}

async function sendFor(
  { services, note }: BenchContext,
  { databaseUrl, server, senders, listId }: Stage,
  pace: Pace,
): Promise<Sending> {
  await restSenders(databaseUrl);
  const id = await createCampaign(server.api, listId, pace);
  await server.api.post(`/api/campaigns/${id}/start`);
  await setTimeout(WARM_UP_SECONDS * 1_000);
  const cpu = () => ({
    ours: server.cpu(),
    postgres: cpuSecondsOfTree(services.postgresPid),
    redis: cpuSeconds(services.redisPid),
  });
  const [first, cpuBefore] = [await server.look(), cpu()];
  await setTimeout(MEASURED_SECONDS * 1_000);
  const [last, cpuAfter] = [await server.look(), cpu()];
  await server.api.post(`/api/campaigns/${id}/stop`);
  const messages = last.arrived - first.arrived;
  const seconds = (last.at - first.at) / 1_000;
  const used = (name: keyof typeof cpuAfter) => cpuAfter[name] - cpuBefore[name];
  const busy = (name: keyof typeof cpuAfter) => `${name} ${Math.round((used(name) / seconds) * 100)} %`;
  note(
    `${senders} senders, ${pace.minDelay} to ${pace.maxDelay} ms: ${Math.round(messages / seconds)}/s, of a core ` +
      `${busy('ours')}, ${busy('postgres')}, ${busy('redis')}; ` +
      `${((last.statements - first.statements) / messages).toFixed(2)} statements a message`,
  );
  return { perSecond: messages / seconds, postgresMicros: (used('postgres') / messages) * 1_000_000 };
}
