import { until } from '../../../src/demo/until.js';
import { connectSenders } from '../../support/campaign.js';
import { flushRedis } from '../../support/redis-memory.js';
import { startBenchServer, type BenchServer } from '../../support/server.js';

const SENDERS = 20;

/** A database and a queue for one server. */
export interface Ground {
  databaseUrl: string;
  redisUrl: string;
}

/** The program with an empty queue, connected senders, and a simulator that remembers a thousand messages at most. */
export async function serverOn({ databaseUrl, redisUrl }: Ground): Promise<BenchServer> {
  await flushRedis(redisUrl);
  const server = await startBenchServer(
    { DATABASE_URL: databaseUrl, ENABLE_REDIS: 'true', REDIS_URL: redisUrl },
    { ledgerCapacity: 1_000 },
  );
  await sendersOf(server);
  return server;
}

/** Those of an earlier server come back by themselves. */
async function sendersOf({ api }: BenchServer): Promise<void> {
  const known = await api.get<unknown[]>('/api/senders?limit=1');
  if (known.length === 0) return connectSenders(api, SENDERS);
  await until('the senders to come back', async () => {
    const connected = await api.get<unknown[]>('/api/senders?limit=200&status=connected');
    return connected.length === SENDERS ? true : undefined;
  });
}
