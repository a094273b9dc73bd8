import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import { AnsweredRequestRecords } from '../../src/modules/auth/index.js';
import {
  BulkEditService,
  ConsentService,
  ContactExportService,
  ContactService,
  ListService,
  IdentityService,
  MergeService,
  PersonService,
  SuppressionService,
} from '../../src/modules/contacts/index.js';
import { ConversationPersonRecords } from '../../src/modules/inbound/index.js';
import { AudiencePersonRecords } from '../../src/modules/campaigns/index.js';
import type { CampaignStatus } from '../../src/modules/campaigns/core/campaign-status.js';
import type { JobDefinition } from '../../src/queue/job.js';
import { createTestDatabase } from '../support/database.js';
import {
  DeliveryPersonRecords,
  insertSend,
  MessagePersonRecords,
  writtenDelivery,
  type DeliveryState,
} from '../../src/modules/delivery/index.js';
import { insertCampaign, insertMessage, insertRecipient, insertSender } from '../support/rows.js';

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
  const records = [
    new AudiencePersonRecords(),
    new DeliveryPersonRecords(),
    new MessagePersonRecords(),
    new ConversationPersonRecords(),
    new AnsweredRequestRecords(),
  ];
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
    identities: new IdentityService({ clock, logger, records }),
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
      recipients: { contactId: string; phone: string; name?: string; state: DeliveryState; body?: string }[],
      status: CampaignStatus = 'running',
    ): Promise<string> {
      const { manager } = database;
      const senderId = await insertSender(manager, tenantId);
      const campaignId = await insertCampaign(manager, tenantId, {
        name: 'Parcels',
        status,
        totalRecipients: recipients.length,
      });
      for (const { contactId, phone, name = null, state, body } of recipients) {
        const variables = { parcel: 'platform 9' };
        const recipient = { campaignId, contactId, phone, name, variables, state };
        const deliveryId = await insertRecipient(manager, tenantId, recipient);
        if (body === undefined) continue;
        await insertMessage(manager, tenantId, { contactId, senderId, campaignId, deliveryId, body });
      }
      return campaignId;
    },
    /** The same for one request of direct messages, which have a row for each part from the moment they are accepted. */
    async direct(
      tenantId: string,
      recipients: { contactId: string; phone: string; state: DeliveryState; body: string | string[] }[],
    ): Promise<string> {
      const id = newId();
      const terms = { pool: { senderIds: [], senderTags: [] }, stickySender: true, minDelay: 0, maxDelay: 0 };
      const deliveries = recipients.map(({ contactId, phone, body }) =>
        writtenDelivery(
          { contactId, phone, name: null },
          [body].flat().map((text) => ({ type: 'text', text })),
          new Date(),
        ),
      );
      await insertSend(
        database.manager,
        tenantId,
        { id, source: 'direct', purpose: 'service', ...terms },
        deliveries,
      );
      for (const [index, { id: delivery }] of deliveries.entries()) {
        const state = recipients[index]?.state;
        await database.manager.query('UPDATE deliveries SET state = $2 WHERE id = $1', [delivery, state]);
      }
      return id;
    },
    recipients(
      campaignId: string,
    ): Promise<{ contactId: string; phone: string; state: string; code: string | null }[]> {
      return database.manager.query(
        `SELECT contact_id AS "contactId", phone, state, code FROM deliveries WHERE campaign_id = $1 OR source_id = $1 ORDER BY id`,
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
