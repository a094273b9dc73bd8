import { until } from '../../../src/demo/until.js';
import { assertAllSent, contactList, createCampaign, isCompleted } from '../../support/campaign.js';
import { median } from '../../support/numbers.js';
import { query } from '../../support/services.js';
import type { BenchServer } from '../../support/server.js';
import { serverOn, type Ground } from './ground.js';

const ROUNDS = 3;

/**
 * Messages a second of the same campaign in several databases, each with a server of its own, in turns. What earlier
 * campaigns have left to be cleaned up is theirs: both begin with a vacuum.
 */
export async function compareRates(grounds: readonly Ground[], recipients: number): Promise<number[]> {
  const servers: BenchServer[] = [];
  try {
    for (const ground of grounds) servers.push(await serverOn(ground));
    const lists: string[] = [];
    for (const [index, server] of servers.entries()) {
      lists.push(await contactList(grounds[index]?.databaseUrl ?? '', server.api, recipients));
    }
    for (const { databaseUrl } of grounds) await query(databaseUrl, 'VACUUM ANALYZE');
    const rates = servers.map((): number[] => []);
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [index, server] of servers.entries()) {
        const rate = await rateOf(server, lists[index] ?? '', recipients);
        // The first one warms up.
        if (round > 0) rates[index]?.push(rate);
      }
    }
    return rates.map(median);
  } finally {
    for (const server of servers) await server.stop();
  }
}

async function rateOf({ api }: BenchServer, listId: string, recipients: number): Promise<number> {
  const id = await createCampaign(api, listId);
  const started = performance.now();
  await api.post(`/api/campaigns/${id}/start`);
  const options = { timeoutMs: 600_000, everyMs: 25 };
  await until('the end of the campaign', () => isCompleted(api, id), options);
  const seconds = (performance.now() - started) / 1_000;
  await assertAllSent(api, id, recipients);
  return recipients / seconds;
}
