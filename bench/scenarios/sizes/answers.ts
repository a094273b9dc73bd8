import { median } from '../../support/numbers.js';
import type { BenchServer } from '../../support/server.js';

const REQUESTS = 31;
const WARM_UP = 5;

/** Milliseconds that answers take: medians. */
export interface Answers {
  stats: number;
  /** The first page of all recipients and that of the sent ones, together. */
  pages: number;
}

/** Asks about several campaigns in turns. */
export async function answerTimes(server: BenchServer, campaignIds: readonly string[]): Promise<Answers[]> {
  const times = campaignIds.map(() => ({ stats: [] as number[], pages: [] as number[] }));
  for (let request = 0; request < REQUESTS + WARM_UP; request += 1) {
    for (const [index, id] of campaignIds.entries()) {
      const stats = await timeOf(server, [`/api/campaigns/${id}/stats?by=part,hour`]);
      const recipients = `/api/campaigns/${id}/contacts?limit=50`;
      const pages = await timeOf(server, [recipients, `${recipients}&state=sent`]);
      if (request < WARM_UP) continue;
      times[index]?.stats.push(stats);
      times[index]?.pages.push(pages);
    }
  }
  return times.map(({ stats, pages }) => ({ stats: median(stats), pages: median(pages) }));
}

async function timeOf({ api }: BenchServer, paths: readonly string[]): Promise<number> {
  const started = performance.now();
  for (const path of paths) await api.get(path);
  return performance.now() - started;
}
