import type { MigrationInterface, QueryRunner } from 'typeorm';
import { accounts } from './initial-schema/accounts.js';
import { campaigns, RECIPIENT_STAGE } from './initial-schema/campaigns.js';
import { contactJobs } from './initial-schema/contact-jobs.js';
import { contactSearch } from './initial-schema/contact-search.js';
import { contacts } from './initial-schema/contacts.js';
import { content } from './initial-schema/content.js';
import { deliveryEnds } from './initial-schema/delivery-ends.js';
import { events } from './initial-schema/events.js';
import { inboundEvents } from './initial-schema/inbound-events.js';
import { ledgers } from './initial-schema/ledgers.js';
import { messages } from './initial-schema/messages.js';
import { phoneLines, tablesWithLine } from './initial-schema/phone-lines.js';
import { senders } from './initial-schema/senders.js';

/** In this order, because an area refers to tables of the areas before it. */
const areas = [
  phoneLines,
  accounts,
  contacts,
  contactSearch,
  contactJobs,
  senders,
  content,
  campaigns,
  messages,
  ledgers,
  deliveryEnds,
  events,
  inboundEvents,
];

/**
 * The schema of the first release. Primary keys, unique constraints and foreign keys have the names that TypeORM derives
 * from the entities, because `npm run migration:check` compares them by name.
 */
export class InitialSchema1796093035000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statements of areas) await runner.query(statements);
    // TypeORM makes this table before any migration, and looks there for the expressions of generated columns.
    const generated = [
      ['deliveries', 'stage', RECIPIENT_STAGE],
      ...tablesWithLine.map(([table, expression]) => [table, 'line', expression]),
    ];
    for (const column of generated) {
      await runner.query(
        `INSERT INTO typeorm_metadata (type, database, schema, "table", name, value)
         VALUES ('GENERATED_COLUMN', current_database(), current_schema(), $1, $2, $3)`,
        column,
      );
    }
  }

  /** The extensions stay: something else in this database may use them by now. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM typeorm_metadata WHERE type = 'GENERATED_COLUMN'`);
    await runner.query(`DROP TABLE
      inbound_events, event_log, event_positions, event_sequences, events,
      campaign_message_counts, campaign_sender_counts, campaign_counts, conversations, message_text_marks, messages, campaign_sender_use, delivery_ends, deliveries, sends, campaigns,
      templates, media, sessions, sender_totals, sender_results, sender_tags, sender_slots, senders,
      number_check_items, number_check_runs, number_checks, contact_bulk_edits,
      import_rejections, import_phones, imports,
      contact_senders, suppressions, contact_consents, segments, contact_list_members, contact_lists,
      contact_attribute_names, contact_changes, contact_identities, contacts,
      job_starts, workers, rate_limits, kept_answer_bytes, idempotency_keys, refresh_tokens, api_keys, users, tenant_usage,
      tenant_settings, tenants, installation`);
    await runner.query(`DROP FUNCTION
      phone_line(text), contact_name_grams(text), follow_new_senders(), follow_changed_senders(), follow_hosts(), count_new_deliveries(), count_changed_deliveries(),
      count_new_messages(), count_changed_messages(), note_delivery_end(), count_changed_answers(), count_deleted_answers()`);
  }
}
