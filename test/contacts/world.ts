import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { AnsweredRequestRecords } from '../../src/modules/auth/index.js';
import {
  BulkEditService,
  ConsentService,
  ContactExportService,
  ContactService,
  ListService,
  MergeService,
  PersonService,
  SuppressionService,
} from '../../src/modules/contacts/index.js';
import type { JobDefinition } from '../../src/queue/job.js';
import { createTestDatabase } from '../support/database.js';
import { CampaignPersonRecords, MessagePersonRecords } from '../../src/modules/delivery/index.js';

export type ContactWorld = Awaited<ReturnType<typeof createContactWorld>>;

export const page = { limit: 50 };
export const running = { signal: new AbortController().signal };

/** Everything about contacts on a real database; jobs are run by the tests, in place of the queue. */
export async function createContactWorld() {
  const test = await createTestDatabase();
  const { database } = test;
  const clock = { current: new Date('2026-03-02T10:00:00Z'), now: () => clock.current };
  const logger = createLogger('silent');
  const jobs: { name: string; payload: object }[] = [];
  const queue = {
    enqueue: async ({ name }: JobDefinition, payload: object) => void jobs.push({ name, payload }),
  };
  const contacts = new ContactService({ database, clock, defaultCountry: 'BR' });
  const records = [new CampaignPersonRecords(), new MessagePersonRecords(), new AnsweredRequestRecords()];
  return {
    test,
    database,
    clock,
    logger,
    jobs,
    queue,
    contacts,
    lists: new ListService({ database, clock }),
    suppressions: new SuppressionService({ database, clock }),
    consents: new ConsentService({ database, clock }),
    bulkEdits: new BulkEditService({ database, queue, contacts, clock, logger }),
    merges: new MergeService({ database, clock, contacts, records }),
    people: new PersonService({ database, clock, records }),
    exports: new ContactExportService({ database, contacts }),
    /** A contact for each of the indexes from 0, made by one statement; the ids in that order. */
    async many(tenantId: string, count: number): Promise<string[]> {
      const ids = Array.from({ length: count }, () => newId()).toSorted();
      await database.manager.query(
        `INSERT INTO contacts (id, tenant_id, phone)
         SELECT id, $1, '+55119' || (80000000 + position)::text
         FROM unnest($2::uuid[]) WITH ORDINALITY AS given (id, position)`,
        [tenantId, ids],
      );
      return ids;
    },
    /** A campaign with one recipient per entry, and a message for those that were sent. */
    async campaign(
      tenantId: string,
      recipients: { contactId: string; phone: string; name?: string; state: string; body?: string }[],
      status = 'running',
    ): Promise<string> {
      const campaignId = newId();
      const senderId = newId();
      await database.manager.query(
        `INSERT INTO senders (id, tenant_id, name, transport) VALUES ($1, $2, $1::uuid::text, 'simulator')`,
        [senderId, tenantId],
      );
      await database.manager.query(
        `INSERT INTO campaigns (id, tenant_id, name, status, parts, pool, min_delay, max_delay, total_recipients)
         VALUES ($1, $2, 'Parcels', $3, '[{"type":"text","content":"Hi"}]', '{"senderIds":[],"senderTags":[]}', 0, 0, $4)`,
        [campaignId, tenantId, status, recipients.length],
      );
      for (const { contactId, phone, name = null, state, body } of recipients) {
        const recipientId = newId();
        await database.manager.query(
          `INSERT INTO campaign_contacts (id, tenant_id, campaign_id, contact_id, phone, name, variables, state)
           VALUES ($1, $2, $3, $4, $5, $6, '{"parcel":"platform 9"}', $7)`,
          [recipientId, tenantId, campaignId, contactId, phone, name, state],
        );
        if (body === undefined) continue;
        await database.manager.query(
          `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, campaign_contact_id, type,
                                 body, state)
           VALUES ($1, $2, 'out', $3, $4, $5, $6, 'text', $7, 'sent')`,
          [newId(), tenantId, contactId, senderId, campaignId, recipientId, body],
        );
      }
      return campaignId;
    },
    /** The same for the hidden campaign of direct messages, which have their rows from the moment they are accepted. */
    async direct(
      tenantId: string,
      recipients: { contactId: string; phone: string; state: string; body: string }[],
    ): Promise<string> {
      const campaignId = await this.campaign(tenantId, recipients);
      await database.manager.query(`UPDATE campaigns SET kind = 'direct' WHERE id = $1`, [campaignId]);
      await database.manager.query(
        `UPDATE messages SET campaign_id = NULL, send_id = id, state = 'queued' WHERE campaign_id = $1`,
        [campaignId],
      );
      return campaignId;
    },
    recipients(
      campaignId: string,
    ): Promise<{ contactId: string; phone: string; state: string; code: string | null }[]> {
      return database.manager.query(
        `SELECT contact_id AS "contactId", phone, state, code FROM campaign_contacts WHERE campaign_id = $1 ORDER BY id`,
        [campaignId],
      );
    },
    counters(campaignId: string): Promise<{ counter: string; sum: number }[]> {
      return database.manager.query(
        `SELECT counter, sum(delta)::int AS sum FROM campaign_counts WHERE campaign_id = $1
         GROUP BY counter HAVING sum(delta) <> 0 ORDER BY counter`,
        [campaignId],
      );
    },
  };
}
