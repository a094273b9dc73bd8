import { createLogger } from '../../../src/lib/logger.js';
import { CampaignFeeder, CampaignManager, type CampaignDeps } from '../../../src/modules/campaigns/index.js';
import { SenderService } from '../../../src/modules/senders/index.js';
import { createWorld, running } from '../world.js';
import { simulated } from '../../senders/fixture.js';

/** The campaigns' world with senders that have a transport, and a log that can be read. */
export async function createControlWorld() {
  const world = await createWorld();
  const { clock, queue } = world;
  const lines: string[] = [];
  const logger = createLogger('info', { destination: { write: (line) => lines.push(line) } });
  const { database } = world.db;
  const senders = new SenderService({ database, queue, clock, transports: simulated, logger });
  const deps: CampaignDeps = { ...world.deps, senders, logger };
  const feeder = new CampaignFeeder(deps);
  const sql = <Row = Record<string, unknown>>(statement: string, values: unknown[] = []): Promise<Row[]> =>
    database.manager.query<Row[]>(statement, values);
  return {
    ...world,
    deps,
    senders,
    manager: new CampaignManager(deps),
    log: () => lines.join(''),
    sql,
    feed: (tenantId: string, campaignId: string) => feeder.handleFeed({ tenantId, campaignId }, running),
    later(minutes: number): void {
      clock.current = new Date(clock.current.getTime() + minutes * 60_000);
    },
    /** Gives a recipient its end, as delivery would. */
    async end(campaignId: string, to: string, code: string | null, limit = 1): Promise<void> {
      await sql(
        `UPDATE deliveries SET state = $2, code = $3, updated_at = now() WHERE id IN (
           SELECT id FROM deliveries WHERE campaign_id = $1 AND state = 'queued' ORDER BY id LIMIT $4)`,
        [campaignId, to, code, limit],
      );
    },
  };
}

export type ControlWorld = Awaited<ReturnType<typeof createControlWorld>>;
