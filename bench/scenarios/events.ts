import { createDataSource, Database } from '../../src/db/index.js';
import { until } from '../../src/demo/until.js';
import { EventOutbox } from '../../src/modules/events/index.js';
import { entities } from '../../src/schema.js';
import type { BenchContext, Samples, Scenario } from '../figure.js';
import { assertAllSent, isCompleted } from '../support/campaign.js';
import { query } from '../support/services.js';
import { countStatements, timeOfStatements } from '../support/statements.js';
import { onGround } from './throughput/ground.js';

const MESSAGES = 100_000;
const LONGEST_MS = 600_000;
/** Every statement that writes, numbers, copies or keeps events, and the one that looks for stalled campaigns. */
const OF_EVENTS = String.raw`\m(events|events_rest|event_log|event_sequences|event_positions|is_stuck)\M`;

function measure(bench: BenchContext): Promise<Samples> {
  const messages = Math.max(2_000, Math.round(MESSAGES * bench.scale));
  return onGround(bench, { queue: 'redis', roles: 'together' }, async (ground) => {
    const { api, databaseUrl } = ground;
    const id = await ground.campaign(messages);
    await countStatements(databaseUrl);
    await api.api.post(`/api/campaigns/${id}/start`);
    await until('the end of the campaign', () => isCompleted(api.api, id), {
      timeoutMs: LONGEST_MS,
      everyMs: 250,
    });
    await publishTheLast(databaseUrl);
    const ofEvents = await timeOfStatements(databaseUrl, OF_EVENTS);
    const all = await timeOfStatements(databaseUrl, '');
    await assertAllSent(api.api, id, messages);
    await assertLogged(databaseUrl, id);
    bench.note(
      `${ofEvents.calls} statements of events took ${ofEvents.ms.toFixed(1)} ms, all ${all.calls} took ${all.ms.toFixed(0)} ms`,
    );
    return { 'cost-of-events': { value: ofEvents.ms, yardstick: all.ms } };
  });
}

/** What the next turn of the program would do, so that all events of the run are paid for. */
async function publishTheLast(url: string): Promise<void> {
  const dataSource = createDataSource({ url, entities, migrations: [], connections: 1 });
  await dataSource.initialize();
  try {
    await new EventOutbox(new Database(dataSource)).publish(new AbortController().signal);
  } finally {
    await dataSource.destroy();
  }
}

async function assertLogged(databaseUrl: string, campaignId: string): Promise<void> {
  const rows = await query<{ kind: string }>(
    databaseUrl,
    'SELECT kind FROM event_log WHERE object_id = $1 ORDER BY sequence',
    [campaignId],
  );
  const kinds = rows.map(({ kind }) => kind).join(', ');
  if (kinds !== 'campaign.started, campaign.completed')
    throw new Error(`The log of the campaign has: ${kinds}.`);
}

export const events: Scenario = {
  id: 'events',
  title: 'What events cost',
  about:
    `The campaign of the first scenario, on a PostgreSQL that counts how long each statement takes. Of their time from the ` +
    `request that starts the campaign until it is completed, the figure is the share of those that write events, give them ` +
    `their positions, copy them to the logs and look for stalled campaigns. What is left to number at the end is numbered and ` +
    `copied at once and counted, too. PostgreSQL does not count commits: neither those of the campaign nor the few of events.`,
  countsStatements: true,
  figures: [
    {
      id: 'cost-of-events',
      title: 'time of the statements that write, number and copy events',
      yardstick: 'of all statements of the campaign',
      target: 0.03,
      direction: 'atMost',
      unit: 'ms',
    },
  ],
  measure,
};
