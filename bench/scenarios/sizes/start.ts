import { until } from '../../../src/demo/until.js';
import { median } from '../../support/numbers.js';
import { query } from '../../support/services.js';
import type { BenchServer } from '../../support/server.js';

const STARTS = 7;

/**
 * Milliseconds from the request that starts a campaign to the moment the network takes its first message: the median of
 * several starts of each campaign, in turns. The first one of all runs code for the first time, and is left out.
 */
export async function timesToFirstMessage(
  server: BenchServer,
  databaseUrl: string,
  campaignIds: readonly string[],
): Promise<number[]> {
  const times = campaignIds.map((): number[] => []);
  for (let round = 0; round <= STARTS; round += 1) {
    for (const [index, campaignId] of campaignIds.entries()) {
      const time = await timeToFirstMessage(server, campaignId);
      if (round > 0) times[index]?.push(time);
      await undoStart(server, databaseUrl, campaignId);
    }
  }
  return times.map(median);
}

async function timeToFirstMessage(server: BenchServer, campaignId: string): Promise<number> {
  const arrival = server.look('nextArrival');
  const started = Date.now();
  const answered = server.api.post(`/api/campaigns/${campaignId}/start`);
  const { at } = await arrival;
  await answered;
  return at - started;
}

/** Makes a campaign that was just started a draft again, with those who were not sent to yet. */
async function undoStart({ api }: BenchServer, databaseUrl: string, campaignId: string): Promise<void> {
  await api.post(`/api/campaigns/${campaignId}/pause`);
  await until('the queued recipients to come back', async () => {
    const path = `/api/campaigns/${campaignId}/stats`;
    const { queued, sending } = await api.get<{ queued: number; sending: number }>(path);
    return queued + sending === 0 ? true : undefined;
  });
  const again = `UPDATE campaigns SET status = 'draft', started_at = NULL WHERE id = $1`;
  await query(databaseUrl, again, [campaignId]);
}
