import type { BenchContext } from '../../figure.js';
import { connectSenders, contactList, createCampaign } from '../../support/campaign.js';
import { newDatabase } from '../../support/services.js';
import { startBenchServer, type BenchServer } from '../../support/server.js';

/** Messages one process works on at the same time; the yardstick works on as many jobs. */
export const CONCURRENCY = 4_000;
/** Enough at hand for the next ones. */
export const WINDOW = 10_000;
const SENDERS = 20;

export type QueueKind = 'redis' | 'postgres';

export interface Ground {
  databaseUrl: string;
  /** Where BullMQ keeps its jobs: for the yardstick, beside the measured server's own. */
  yardstick: { kind: QueueKind; url: string };
  server: BenchServer;
  /** Another process that serves the API, where it was asked for; otherwise `server`. */
  api: BenchServer;
  /** A new campaign to so many contacts, not started; to the same ones as another of that size. */
  campaign(recipients: number): Promise<string>;
}

/** A new database, the program in one process or two, connected senders; everything goes away after `work`. */
export async function onGround<Result>(
  { services }: BenchContext,
  options: { queue: QueueKind; roles: 'together' | 'apart' },
  work: (ground: Ground) => Promise<Result>,
): Promise<Result> {
  const database = await newDatabase(services);
  const servers: BenchServer[] = [];
  const start = async (env: Record<string, string>): Promise<BenchServer> => {
    const server = await startBenchServer({
      ...environment(database.url, services.redisUrl, options.queue),
      ...env,
    });
    servers.push(server);
    return server;
  };
  try {
    const apart = options.roles === 'apart';
    const server = await start(apart ? { ROLES: 'worker' } : {});
    const api = apart ? await start({ ROLES: 'api' }) : server;
    await connectSenders(api.api, SENDERS);
    const lists = new Map<number, Promise<string>>();
    return await work({
      databaseUrl: database.url,
      yardstick:
        options.queue === 'redis'
          ? { kind: 'redis', url: `${services.redisUrl}/1` }
          : { kind: 'postgres', url: database.url },
      server,
      api,
      async campaign(recipients) {
        const list = lists.get(recipients) ?? contactList(database.url, api.api, recipients);
        lists.set(recipients, list);
        return createCampaign(api.api, await list);
      },
    });
  } finally {
    for (const server of servers.toReversed()) await server.stop();
    await database.drop();
  }
}

function environment(databaseUrl: string, redisUrl: string, queue: QueueKind): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    MESSAGE_CONCURRENCY: String(CONCURRENCY),
    CAMPAIGN_WINDOW: String(WINDOW),
    ...(queue === 'redis' ? { ENABLE_REDIS: 'true', REDIS_URL: `${redisUrl}/2` } : { ENABLE_REDIS: 'false' }),
  };
}
