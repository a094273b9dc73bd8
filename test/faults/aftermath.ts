import { expect } from '@jest/globals';
import pg from 'pg';
import { statsOf } from '../e2e/campaign.js';
import { waitFor } from '../support/wait-for.js';
import { residentBytes, type Stage } from './stage.js';
import { contactOf, importedOf, type Visit } from './visitor.js';

/** A process that idles takes 150 to 200 MB; one that hoards what it cannot do takes much more. */
const MOST_MEMORY = 450 * 1024 * 1024;
/** A fault is logged in a few lines, however many jobs and requests it hits. */
const MOST_LINES = 150;

/** During a fault: every answer comes, and is one that helps. */
export function expectHelpfulAnswers({ visitor, server }: Stage): void {
  const visits = visitor.recent;
  const bad = visits
    .filter(
      ({ status, body }) => !(status < 500 || status === 503) || status === 0 || /\bat .*:\d+:\d+/.test(body),
    )
    .map((visit) => ({ ...visit, log: logOf(visit, server.output()) }));
  expect(bad).toEqual([]);
  const refused = visits.filter(({ status, what }) => status === 503 && what !== 'ready');
  expect(
    refused.filter(({ retryAfter, body }) => retryAfter === null || !/"message":".{20}/.test(body)),
  ).toEqual([]);
  expect(visits.filter(({ what, status }) => what === 'live' && status !== 200)).toEqual([]);
}

/** What the server wrote about the request under the id that the answer names. */
function logOf({ body }: Visit, output: string): string[] {
  const id = /under the id ([\w-]+)/.exec(body)?.[1];
  return id === undefined ? [] : output.split('\n').filter((line) => line.includes(id));
}

/** After a fault: every recipient has the message once, the numbers agree, and what was promised is kept. */
export async function expectNothingLost(stage: Stage, databaseUrl: string): Promise<void> {
  await stage.finish();
  const visits = await stage.visitor.leave();
  const { campaignId, recipients, api, network, server } = stage;
  expect(network.ledger.summary(campaignId)).toMatchObject({ unique: recipients, duplicates: 0 });

  await waitFor(async () => (await statsOf(api, campaignId)).delivered === recipients, {
    timeoutMs: 60_000,
    everyMs: 100,
    what: 'all receipts to be written',
  });
  const stats = await statsOf(api, campaignId);
  const counted = await query<{ state: string; n: number }>(
    databaseUrl,
    'SELECT state, count(*)::int AS n FROM deliveries WHERE campaign_id = $1 GROUP BY state',
    [campaignId],
  );
  expect(counted).toEqual([{ state: 'delivered', n: recipients }]);
  expect(stats).toMatchObject({ total: recipients, delivered: recipients, unknown: 0, failed: 0 });

  await expectPromisesKept(visits, databaseUrl);
  await expectStopsHeard(stage.stopped, databaseUrl);
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  expect(lines.filter((line) => /unhandled|a request failed/i.test(line))).toEqual([]);
  expect(lines.length).toBeLessThan(MOST_LINES);
  expect(server.child.exitCode).toBeNull();
  expect(await residentBytes(server.child.pid)).toBeLessThan(MOST_MEMORY);
}

/** A request that was answered with success has happened, and an accepted import ends. */
async function expectPromisesKept(visits: readonly Visit[], databaseUrl: string): Promise<void> {
  const successes = (what: string) => turnsOf(visits, what);
  const phones = [...successes('new contact').map(contactOf), ...successes('import').map(importedOf)];
  await waitFor(
    async () => {
      const found = await query<{ n: number }>(
        databaseUrl,
        'SELECT count(*)::int AS n FROM contacts WHERE phone = ANY($1)',
        [phones],
      );
      return found[0]?.n === phones.length;
    },
    { timeoutMs: 60_000, everyMs: 200, what: 'all accepted contacts and imports' },
  );
}

/** Inbound messages are stored once, and obeyed. */
async function expectStopsHeard(phones: string[], databaseUrl: string): Promise<void> {
  const heard = () =>
    query<{ phone: string; n: number }>(
      databaseUrl,
      `SELECT c.phone, count(*)::int AS n FROM contacts c JOIN messages m ON m.contact_id = c.id AND m.direction = 'in'
       WHERE c.phone = ANY($1) AND c.opted_out_at IS NOT NULL GROUP BY 1 ORDER BY 1`,
      [phones],
    );
  await waitFor(async () => (await heard()).length === phones.length, { timeoutMs: 60_000, what: 'STOPs' });
  expect(await heard()).toEqual(phones.map((phone) => ({ phone, n: 1 })));
}

/** An errand goes turn by turn, so the n-th visit is turn n. */
function turnsOf(visits: readonly Visit[], what: string): number[] {
  return visits
    .filter((visit) => visit.what === what)
    .flatMap(({ status }, turn) => (status >= 200 && status < 300 ? [turn] : []));
}

/** One statement on a connection of its own. */
export async function query<Row>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(text, values);
    return rows as Row[];
  } finally {
    await client.end();
  }
}
