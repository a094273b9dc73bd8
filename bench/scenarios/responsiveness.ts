import { until } from '../../src/demo/until.js';
import type { ApiClient } from '../../src/demo/api-client.js';
import type { BenchContext, Figure, Samples, Scenario } from '../figure.js';
import { isCompleted } from '../support/campaign.js';
import { percentile } from '../support/numbers.js';
import { query } from '../support/services.js';
import { onGround, type Ground } from './throughput/ground.js';

const REQUESTS = 600;
const RECIPIENTS = 60_000;

const figures: readonly Figure[] = [
  {
    id: 'api-p99',
    title: 'API answer time while a campaign runs at full speed, 99th percentile',
    yardstick: 'idle',
    target: 3,
    direction: 'atMost',
    unit: 'ms',
    ratioUnit: 'x',
  },
  {
    id: 'pause',
    title: 'messages handed over after a pause was answered, besides those already in flight',
    target: 0,
    direction: 'atMost',
    unit: 'messages',
    ratioUnit: 'messages',
  },
];

export const responsiveness: Scenario = {
  id: 'responsiveness',
  title: 'The API while a campaign runs',
  about:
    `An API process and a worker process, as in production. One client asks ${REQUESTS} times, one request after the ` +
    'other, in turns for a campaign, its statistics, its recipients, contacts, senders and messages: first while ' +
    'nothing is sent, then while a campaign runs without pacing. Then the campaign is paused. A message counts as ' +
    'handed over after the pause when its claim, which comes right before the hand-over, began after the answer.',
  figures,
  measure: (bench) => onGround(bench, { queue: 'redis', roles: 'apart' }, (ground) => measure(bench, ground)),
};

async function measure(bench: BenchContext, ground: Ground): Promise<Samples> {
  const { api } = ground.api;
  const id = await ground.campaign(Math.max(5_000, Math.round(RECIPIENTS * bench.scale)));
  const requests = Math.max(100, Math.round(REQUESTS * bench.scale));
  await answerTimes(api, id, requests / 4);
  const idle = await answerTimes(api, id, requests);
  await api.post(`/api/campaigns/${id}/start`);
  await until(
    'the first messages',
    async () => ((await ground.server.look()).arrived > 500 ? true : undefined),
    {
      everyMs: 10,
    },
  );
  const busy = await answerTimes(api, id, requests);
  if (await isCompleted(api, id)) throw new Error('The campaign ended before the last request was answered.');
  const late = await handedOverAfterPause(ground, api, id);
  bench.note(
    `p50 ${percentile(idle, 50).toFixed(1)} ms idle, ${percentile(busy, 50).toFixed(1)} ms busy; p99 ` +
      `${percentile(idle, 99).toFixed(1)} and ${percentile(busy, 99).toFixed(1)} ms; ${late.inFlight} messages were ` +
      'in flight at the pause',
  );
  return {
    'api-p99': { value: percentile(busy, 99), yardstick: percentile(idle, 99) },
    pause: { value: late.claimed, yardstick: 1 },
  };
}

async function answerTimes(api: ApiClient, campaignId: string, requests: number): Promise<number[]> {
  const paths = [
    `/api/campaigns/${campaignId}`,
    `/api/campaigns/${campaignId}/stats`,
    `/api/campaigns/${campaignId}/contacts?limit=50`,
    '/api/contacts?limit=50',
    '/api/senders?limit=50',
    '/api/messages?limit=50',
  ];
  const times: number[] = [];
  for (let index = 0; index < requests; index += 1) {
    const started = performance.now();
    await api.get(paths[index % paths.length] ?? '/health');
    times.push(performance.now() - started);
  }
  return times;
}

async function handedOverAfterPause(
  { server, databaseUrl }: Ground,
  api: ApiClient,
  id: string,
): Promise<{ claimed: number; inFlight: number }> {
  await api.post(`/api/campaigns/${id}/pause`);
  const [paused] = await query<{ at: Date }>(databaseUrl, 'SELECT clock_timestamp() AS at');
  const atPause = (await server.look()).arrived;
  await until('the end of what was in flight', async () => {
    const rows = await query(
      databaseUrl,
      "SELECT 1 FROM deliveries WHERE campaign_id = $1 AND stage = 1 AND state = 'sending' LIMIT 1",
      [id],
    );
    return rows.length === 0 ? true : undefined;
  });
  const [late] = await query<{ claimed: number }>(
    databaseUrl,
    'SELECT count(*)::int AS claimed FROM messages WHERE campaign_id = $1 AND created_at > $2',
    [id, paused?.at],
  );
  return { claimed: late?.claimed ?? Number.NaN, inFlight: (await server.look()).arrived - atPause };
}
