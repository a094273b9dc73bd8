import { contactList, createCampaign } from '../../support/campaign.js';
import { watchMemory } from '../../support/memory.js';
import type { BenchServer } from '../../support/server.js';

export interface Created {
  campaignId: string;
  recipients: number;
  seconds: number;
  /** Of the server's process, resident, above what it was before the request. */
  memoryBytes: number;
}

/** A draft to a list of so many, made over HTTP. */
export async function makeCampaign(
  server: BenchServer,
  databaseUrl: string,
  recipients: number,
): Promise<Created> {
  const list = await contactList(databaseUrl, server.api, recipients);
  const before = (await server.look('collect')).memory.rss;
  const memory = watchMemory(server.pid);
  const started = performance.now();
  const campaignId = await createCampaign(server.api, list);
  const seconds = (performance.now() - started) / 1_000;
  return { campaignId, recipients, seconds, memoryBytes: memory.stop() - before };
}
