import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../src/demo/until.js';
import type { ApiClient } from '../../src/demo/api-client.js';
import type { BenchContext, Figure, Samples, Scenario } from '../figure.js';
import { contactList, createCampaign, isCompleted } from '../support/campaign.js';
import { percentile } from '../support/numbers.js';
import { query } from '../support/services.js';
import { onGround, type Ground } from './throughput/ground.js';

const ANSWERS = 200;
/** Between two answers: twenty a second, over twenty senders with sixty a minute each. */
const EVERY_MS = 50;
const RECIPIENTS = 120_000;
const PACE = { minDelay: 2_000, maxDelay: 5_000 };

const shared = {
  yardstick: 'idle',
  direction: 'atMost',
  unit: 'ms',
  ratioUnit: 'x',
} as const;

const figures: readonly Figure[] = [
  {
    id: 'beside-paced',
    title: 'from the request to the hand-over of an answer beside a paced campaign, 95th percentile',
    target: 1.5,
    ...shared,
  },
  {
    id: 'beside-unpaced',
    title: 'the same beside a campaign without pacing',
    target: 3,
    ...shared,
  },
];

export const answers: Scenario = {
  id: 'answers',
  title: 'Answers beside campaigns',
  about:
    `An API process and a worker process with twenty senders. Stored messages that came in are answered, ` +
    `${1_000 / EVERY_MS} a second, ${ANSWERS} in all: first while nothing else is sent, then beside a campaign at the usual ` +
    'pace of 2 to 5 seconds through the same senders, then beside one without pacing. The time runs from the request with ' +
    '`replyTo` until the network has taken the message. There is no typing, which would be most of that time.',
  figures,
  measure: (bench) => onGround(bench, { queue: 'redis', roles: 'apart' }, (ground) => measure(bench, ground)),
};

/** Milliseconds of each answer from before its request: until it was accepted, and until the network took it. */
interface Times {
  accepted: number[];
  handedOver: number[];
}

async function measure(bench: BenchContext, ground: Ground): Promise<Samples> {
  const { api } = ground.api;
  const count = Math.max(50, Math.round(ANSWERS * bench.scale));
  const list = await contactList(
    ground.databaseUrl,
    api,
    Math.max(20_000, Math.round(RECIPIENTS * bench.scale)),
  );
  await answerTimes(ground, 20);
  const idle = await answerTimes(ground, count);
  const paced = await beside(ground, await createCampaign(api, list, PACE), count);
  const unpaced = await beside(ground, await createCampaign(api, list), count);
  bench.note(`${inWords('idle', idle)}; ${inWords('paced', paced)}; ${inWords('unpaced', unpaced)}`);
  const p95 = {
    idle: percentile(idle.handedOver, 95),
    paced: percentile(paced.handedOver, 95),
    unpaced: percentile(unpaced.handedOver, 95),
  };
  return {
    'beside-paced': { value: p95.paced, yardstick: p95.idle },
    'beside-unpaced': { value: p95.unpaced, yardstick: p95.idle },
  };
}

function inWords(when: string, { accepted, handedOver }: Times): string {
  const both = (times: readonly number[]): string =>
    [50, 95].map((percent) => percentile(times, percent).toFixed(0)).join(' and ');
  return `${when}: accepted within ${both(accepted)} ms (p50 and p95), handed over within ${both(handedOver)} ms`;
}

async function beside(ground: Ground, campaignId: string, count: number): Promise<Times> {
  const { api } = ground.api;
  const before = (await ground.server.look()).arrived;
  await api.post(`/api/campaigns/${campaignId}/start`);
  await until(
    'the first messages of the campaign',
    async () => ((await ground.server.look()).arrived > before + 20 ? true : undefined),
    { everyMs: 10 },
  );
  const times = await answerTimes(ground, count);
  if (await isCompleted(api, campaignId)) throw new Error('The campaign ended before the last answer.');
  await api.post(`/api/campaigns/${campaignId}/stop`);
  return times;
}

async function answerTimes({ api: { api }, databaseUrl }: Ground, count: number): Promise<Times> {
  const asked: { id: string; at: number; acceptedMs: number }[] = [];
  for (const { id, phone } of await inbound(databaseUrl, count)) {
    const at = Date.now();
    const accepted = await answerTo(api, id, phone);
    asked.push({ id: accepted, at, acceptedMs: Date.now() - at });
    await pause(Math.max(0, EVERY_MS - (Date.now() - at)));
  }
  const ids = asked.map(({ id }) => id);
  const sent = await until('the last answer', async () => {
    const rows = await query<{ id: string; at: Date }>(
      databaseUrl,
      'SELECT id, sent_at AS at FROM messages WHERE id = ANY($1::uuid[]) AND sent_at IS NOT NULL',
      [ids],
    );
    return rows.length === ids.length ? new Map(rows.map((row) => [row.id, row.at.getTime()])) : undefined;
  });
  return {
    accepted: asked.map(({ acceptedMs }) => acceptedMs),
    handedOver: asked.map(({ id, at }) => (sent.get(id) ?? Number.NaN) - at),
  };
}

async function answerTo(api: ApiClient, replyTo: string, to: string): Promise<string> {
  const body = { to, type: 'text', content: 'Until nine, every day', replyTo };
  const { id } = await api.post<{ id: string }>('/api/message/send', body);
  return id;
}

/** As many people have just written, to one sender after the other; how that came in is not measured. */
async function inbound(databaseUrl: string, count: number): Promise<{ id: string; phone: string }[]> {
  return query(
    databaseUrl,
    `WITH people AS (
       SELECT c.*, row_number() OVER () AS n FROM (SELECT id, tenant_id, phone FROM contacts ORDER BY id DESC LIMIT $1) c
     ), phones AS (
       SELECT id AS sender_id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS senders FROM senders
     ), talks AS (
       SELECT people.*, phones.sender_id FROM people JOIN phones ON people.n % phones.senders = phones.n
     ), noted AS (
       INSERT INTO conversations (contact_id, sender_id, tenant_id, last_inbound_at)
       SELECT id, sender_id, tenant_id, now() FROM talks
       ON CONFLICT (contact_id, sender_id) DO UPDATE SET last_inbound_at = now()
     ), written AS (
       INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, type, body, state, wa_message_id)
       SELECT gen_random_uuid(), tenant_id, 'in', id, sender_id, 'text', 'Until when are you open?', 'received',
              'in-' || gen_random_uuid()
       FROM talks RETURNING id, contact_id
     )
     SELECT written.id, talks.phone FROM written JOIN talks ON talks.id = written.contact_id`,
    [count],
  );
}
