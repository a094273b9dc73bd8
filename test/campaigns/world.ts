import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { seededRandom } from '../../src/lib/random.js';
import type { CreateCampaignDto } from '../../src/modules/campaigns/campaign.dto.js';
import { CampaignFeeder, CampaignManager, type CampaignDeps } from '../../src/modules/campaigns/index.js';
import { ContactService } from '../../src/modules/contacts/contact.service.js';
import { SegmentService } from '../../src/modules/segments/index.js';
import { SenderService } from '../../src/modules/senders/sender.service.js';
import { testMedia } from '../media/support.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { RecordingQueue } from './recording-queue.js';
import { insertList, insertSender } from '../support/rows.js';

export type World = Awaited<ReturnType<typeof createWorld>>;

export const running = { signal: new AbortController().signal };

/** Campaigns on a real database with the real contacts and senders around them; only the queue is a spy. */
export async function createWorld(options: { window?: number } = {}) {
  const db = await createTestDatabase();
  const clock = { current: new Date('2026-03-02T10:00:00Z'), now: () => clock.current };
  const queue = new RecordingQueue();
  const logger = createLogger('silent');
  const contacts = new ContactService({ database: db.database, clock });
  const deps: CampaignDeps = {
    database: db.database,
    queue,
    contacts,
    segments: new SegmentService({ database: db.database, clock, contacts }),
    media: await testMedia(db.database, clock),
    workers: { isAnyAlive: async () => true },
    senders: new SenderService({ database: db.database, queue, clock, transports: {}, logger }),
    clock,
    random: seededRandom(1),
    logger,
    ...options,
  };
  return {
    db,
    clock,
    queue,
    deps,
    manager: new CampaignManager(deps),
    feeder: new CampaignFeeder(deps),
    ...factories(db),
  };
}

function factories(db: TestDatabase) {
  const { manager } = db.database;
  return {
    async tenantWithSender(): Promise<string> {
      const tenantId = await db.createTenant();
      await this.sender(tenantId, 'first');
      return tenantId;
    },
    async sender(tenantId: string, name: string, tags: string[] = []): Promise<string> {
      return insertSender(manager, tenantId, { name, tags, status: 'connected' });
    },
    /** A list whose members are made from numbers 0, 1, 2, ...; returns its id. */
    async list(
      tenantId: string,
      size: number,
      member: (index: number) => { name?: string; attributes?: Record<string, unknown> } = () => ({}),
    ): Promise<string> {
      const listId = await insertList(manager, tenantId);
      const members = Array.from({ length: size }, (_, index) => ({
        id: newId(),
        phone: phone(index),
        attributes: {},
        ...member(index),
      }));
      await manager.query(
        `WITH made AS (
           INSERT INTO contacts (id, tenant_id, phone, name, attributes)
           SELECT id, $1, phone, name, attributes
           FROM jsonb_to_recordset($3::jsonb) AS given(id uuid, phone text, name text, attributes jsonb)
           ON CONFLICT (tenant_id, line) DO UPDATE SET name = excluded.name, attributes = excluded.attributes
           RETURNING id)
         INSERT INTO contact_list_members (list_id, contact_id, tenant_id) SELECT $2, id, $1 FROM made`,
        [tenantId, listId, JSON.stringify(members)],
      );
      return listId;
    },
    async states(campaignId: string): Promise<Record<string, number>> {
      const rows = await manager.query<{ state: string; count: number }[]>(
        'SELECT state, count(*)::int AS count FROM deliveries WHERE campaign_id = $1 GROUP BY state',
        [campaignId],
      );
      return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    },
    /** Moves recipients on, as delivery would. */
    async move(campaignId: string, from: string, to: string, limit = 1_000_000): Promise<void> {
      await manager.query(
        `UPDATE deliveries SET state = $3, updated_at = now() WHERE id IN (
           SELECT id FROM deliveries WHERE campaign_id = $1 AND state = $2 ORDER BY id LIMIT $4)`,
        [campaignId, from, to, limit],
      );
    },
  };
}

export function phone(index: number): string {
  return `+55119${String(80_000_000 + index)}`;
}

export function draft(input: Partial<CreateCampaignDto>): CreateCampaignDto {
  return { name: 'Spring', template: 'Hello!', ...input };
}
