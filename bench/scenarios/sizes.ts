import type { BenchContext, Sample, Samples, Scenario } from '../figure.js';
import { newDatabase } from '../support/services.js';
import type { BenchServer } from '../support/server.js';
import { answerTimes } from './sizes/answers.js';
import { compareRates } from './sizes/beside.js';
import { makeCampaign, type Created } from './sizes/creation.js';
import { figures } from './sizes/figures.js';
import { serverOn, type Ground } from './sizes/ground.js';
import { timesToFirstMessage } from './sizes/start.js';
import { runWhole, type Whole } from './sizes/whole.js';

/** Recipients at full size: ten thousand, a hundred thousand, a million. */
const SMALL = 10_000;
const LARGE = 1_000_000;
const MIDDLE = 100_000;
const BESIDE = 20_000;

interface Grounds {
  full: Ground;
  empty: Ground;
}

const MEGABYTE = 1_048_576;
/** What the size of a campaign, and of the tables, changes: it should be nothing. */
export const sizes: Scenario = {
  id: 'sizes',
  title: 'campaigns of ten thousand to a million recipients',
  about:
    'Campaigns of 10,000, 100,000 and 1,000,000 recipients in one database, on Redis, without pacing, to a network ' +
    'that answers at once. The time to the first message is the median of seven starts of each, in turns: a started ' +
    'campaign is paused and made a draft again. Then each runs to its end in a new process with an empty queue; ' +
    'memory is the resident memory of that process, simulator included, whose own ledger is limited to 1,000 ' +
    'messages. At last a campaign of 20,000 runs in that database and in an empty one, three times in turns.',
  figures,
  async measure(bench) {
    const full = await newDatabase(bench.services);
    const empty = await newDatabase(bench.services);
    try {
      const grounds = {
        full: { databaseUrl: full.url, redisUrl: `${bench.services.redisUrl}/8` },
        empty: { databaseUrl: empty.url, redisUrl: `${bench.services.redisUrl}/9` },
      };
      return await measureAll(bench, grounds);
    } finally {
      await full.drop();
      await empty.drop();
    }
  },
};

async function measureAll(bench: BenchContext, { full, empty }: Grounds): Promise<Samples> {
  const { scale } = bench;
  const audiences = [SMALL, Math.max(MIDDLE * scale, 2 * SMALL), Math.max(LARGE * scale, 4 * SMALL)].map(
    Math.round,
  );
  const drafts = await makeAndStart(bench, full, audiences);
  const wholes: Whole[] = [];
  for (const { campaignId, recipients } of drafts) {
    const whole = await runWhole(full, campaignId, recipients);
    bench.note(`${recipients} recipients were sent to in ${whole.seconds.toFixed(1)} s`);
    wholes.push(whole);
  }
  const answers = await onServer(full, (server) =>
    answerTimes(
      server,
      drafts.map(({ campaignId }) => campaignId),
    ),
  );
  const besides = Math.round(Math.max(BESIDE * scale, SMALL / 2));
  const [alone, beside] = pair(await compareRates([empty, full], besides));
  const [small, middle, large] = three(drafts);
  const [smallRun, middleRun, largeRun] = three(wholes);
  const [smallAnswers, , largeAnswers] = three(answers);
  return {
    'sizes-first-message-100k': { value: middle.firstMessageMs, yardstick: small.firstMessageMs },
    'sizes-first-message-1m': { value: large.firstMessageMs, yardstick: small.firstMessageMs },
    'sizes-queue-100k': inMegabytes(middleRun.queueBytes, smallRun.queueBytes),
    'sizes-queue-1m': inMegabytes(largeRun.queueBytes, smallRun.queueBytes),
    'sizes-journal-1m': { value: largeRun.journalBytes / large.recipients, yardstick: 1 },
    'sizes-memory-1m': inMegabytes(largeRun.memoryBytes),
    'sizes-last-tenth': { value: largeRun.lastTenth, yardstick: largeRun.firstTenth },
    'sizes-beside-1m': { value: beside, yardstick: alone },
    'sizes-stats-1m': { value: largeAnswers.stats, yardstick: smallAnswers.stats },
    'sizes-pages-1m': { value: largeAnswers.pages, yardstick: smallAnswers.pages },
    'sizes-creation-memory-1m': inMegabytes(large.memoryBytes),
  };
}

type Draft = Created & { firstMessageMs: number };

async function makeAndStart(
  bench: BenchContext,
  ground: Ground,
  audiences: readonly number[],
): Promise<Draft[]> {
  return onServer(ground, async (server) => {
    const created: Created[] = [];
    for (const size of audiences) {
      const one = await makeCampaign(server, ground.databaseUrl, size);
      bench.remark(`A campaign to a list of ${size} was made in ${one.seconds.toFixed(1)} s.`);
      created.push(one);
    }
    const ids = created.map(({ campaignId }) => campaignId);
    const times = await timesToFirstMessage(server, ground.databaseUrl, ids);
    return created.map((one, index) => ({ ...one, firstMessageMs: times[index] ?? Number.NaN }));
  });
}

async function onServer<Result>(
  ground: Ground,
  work: (server: BenchServer) => Promise<Result>,
): Promise<Result> {
  const server = await serverOn(ground);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

function inMegabytes(bytes: number, yardstick = MEGABYTE): Sample {
  return { value: bytes / MEGABYTE, yardstick: yardstick / MEGABYTE };
}

function pair<Value>(values: readonly Value[]): [Value, Value] {
  const [first, second] = values;
  if (first === undefined || second === undefined) throw new Error('Both are needed.');
  return [first, second];
}

function three<Value>(values: readonly Value[]): [Value, Value, Value] {
  const [first, second, third] = values;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('All three are needed.');
  return [first, second, third];
}
