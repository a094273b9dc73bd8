import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The ledger of recipients also says by whom, in which variant and with which code; a second one counts messages by
 * part and by quarter of an hour. Statistics of a million recipients are then sums over a few hundred rows. Besides,
 * what a recipient's trace tells: when it was queued, for what it waited, and hand-overs that came back.
 */
export class CampaignLedgers1763700002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "campaign_contacts" ADD "queued_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "campaign_contacts" ADD "wait_reason" text`);
    await runner.query(`ALTER TABLE "campaign_contacts" ADD "wait_since" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "campaign_contacts" ADD "wait_until" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "messages" ADD "attempts" jsonb NOT NULL DEFAULT '[]'`);
    await runner.query(`ALTER TABLE "campaign_counts" ADD "sender_id" uuid`);
    await runner.query(`ALTER TABLE "campaign_counts" ADD "variant" smallint NOT NULL DEFAULT '0'`);
    await runner.query(`ALTER TABLE "campaign_counts" ADD "code" text`);
    await runner.query(`ALTER TABLE "campaign_counts" ADD "folded" boolean NOT NULL DEFAULT false`);
    await runner.query(`CREATE TABLE "campaign_message_counts" (
      "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
      "tenant_id" uuid NOT NULL,
      "campaign_id" uuid NOT NULL,
      "part" integer NOT NULL,
      "counter" text NOT NULL,
      "quarter" TIMESTAMP WITH TIME ZONE,
      "delta" integer NOT NULL,
      "folded" boolean NOT NULL DEFAULT false,
      CONSTRAINT "PK_2d59cb4ba60a7c8b8bc5a8ba9da" PRIMARY KEY ("id")
    )`);
    await runner.query(
      `CREATE INDEX "campaign_message_counts_campaign" ON "campaign_message_counts" ("campaign_id")`,
    );
    await runner.query(
      `ALTER TABLE "campaign_message_counts" ADD CONSTRAINT "FK_bb0bcf5ad7b3c131ee891f2622d" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await countRecipientsByMore(runner);
    await countMessages(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER campaign_messages_counted_update ON messages');
    await runner.query('DROP TRIGGER campaign_messages_counted_insert ON messages');
    await runner.query('DROP FUNCTION count_changed_messages()');
    await runner.query('DROP FUNCTION count_new_messages()');
    await runner.query('DROP TABLE "campaign_message_counts"');
    await runner.query(recipientsBefore.added);
    await runner.query(recipientsBefore.changed);
    for (const column of ['folded', 'code', 'variant', 'sender_id']) {
      await runner.query(`ALTER TABLE "campaign_counts" DROP COLUMN "${column}"`);
    }
    await runner.query(`ALTER TABLE "messages" DROP COLUMN "attempts"`);
    for (const column of ['wait_until', 'wait_since', 'wait_reason', 'queued_at']) {
      await runner.query(`ALTER TABLE "campaign_contacts" DROP COLUMN "${column}"`);
    }
  }
}

/** What one recipient adds to the ledger, from the rows of `source`. */
function recipientEntries(source: string, delta: 1 | -1): string {
  return `SELECT tenant_id, campaign_id, state AS counter, sender_id, variant, code, ${delta} AS delta FROM ${source}
    UNION ALL SELECT tenant_id, campaign_id, 'replied', sender_id, variant, NULL, ${delta} FROM ${source}
      WHERE replied_at IS NOT NULL
    UNION ALL SELECT tenant_id, campaign_id, 'opted_out', sender_id, variant, NULL, ${delta} FROM ${source}
      WHERE opted_out_at IS NOT NULL`;
}

/** Nobody counts the hidden campaigns of direct messages. */
function writeRecipientEntries(entries: string): string {
  return `INSERT INTO campaign_counts (tenant_id, campaign_id, counter, sender_id, variant, code, delta)
    SELECT tenant_id, campaign_id, counter, sender_id, variant, code, delta FROM (
      SELECT tenant_id, campaign_id, counter, sender_id, variant, code, sum(delta) AS delta FROM (${entries}) facts
      GROUP BY tenant_id, campaign_id, counter, sender_id, variant, code
      HAVING sum(delta) <> 0) changes
    WHERE NOT EXISTS (SELECT FROM campaigns WHERE campaigns.id = changes.campaign_id AND campaigns.kind = 'direct')`;
}

async function countRecipientsByMore(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE OR REPLACE FUNCTION count_new_campaign_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${writeRecipientEntries(recipientEntries('added', 1))};
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE OR REPLACE FUNCTION count_changed_campaign_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${writeRecipientEntries(`${recipientEntries('before', -1)} UNION ALL ${recipientEntries('after', 1)}`)};
      RETURN NULL;
    END $$`);
  await runner.query('DELETE FROM campaign_counts');
  await runner.query(writeRecipientEntries(recipientEntries('campaign_contacts', 1)));
}

/**
 * What messages of campaigns add: each fact in the quarter of an hour it happened in. Quarters, because the offset of
 * every time zone is a multiple of one, so that they add up to everybody's hours.
 */
function messageEntries(source: string, delta: 1 | -1): string {
  const quarter = (at: string) => `date_bin('15 minutes', ${at}, timestamptz '2000-01-01 00:00:00Z')`;
  const facts = ['sent', 'delivered', 'read'].map(
    (fact) => `SELECT tenant_id, campaign_id, part, '${fact}' AS counter, ${quarter(`${fact}_at`)} AS quarter,
      ${delta} AS delta FROM ${source} WHERE campaign_id IS NOT NULL AND direction = 'out' AND ${fact}_at IS NOT NULL`,
  );
  const ends = `SELECT tenant_id, campaign_id, part, state, NULL, ${delta} FROM ${source}
    WHERE campaign_id IS NOT NULL AND direction = 'out' AND state IN ('failed', 'unknown')`;
  return [...facts, ends].join(' UNION ALL ');
}

/** Messages outlive their campaign; only while it is there they count for it. */
function writeMessageEntries(entries: string): string {
  return `INSERT INTO campaign_message_counts (tenant_id, campaign_id, part, counter, quarter, delta)
    SELECT tenant_id, campaign_id, part, counter, quarter, delta FROM (
      SELECT tenant_id, campaign_id, part, counter, quarter, sum(delta) AS delta FROM (${entries}) facts
      GROUP BY tenant_id, campaign_id, part, counter, quarter
      HAVING sum(delta) <> 0) changes
    WHERE EXISTS (SELECT FROM campaigns WHERE campaigns.id = changes.campaign_id)`;
}

async function countMessages(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION count_new_messages() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${writeMessageEntries(messageEntries('added', 1))};
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE FUNCTION count_changed_messages() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${writeMessageEntries(`${messageEntries('before', -1)} UNION ALL ${messageEntries('after', 1)}`)};
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER campaign_messages_counted_insert AFTER INSERT ON messages
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION count_new_messages()`);
  await runner.query(`
    CREATE TRIGGER campaign_messages_counted_update AFTER UPDATE ON messages
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_changed_messages()`);
  await runner.query(writeMessageEntries(messageEntries('messages', 1)));
}

/** The functions as the first release has them. */
const recipientsBefore = {
  added: `
    CREATE OR REPLACE FUNCTION count_new_campaign_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO campaign_counts (tenant_id, campaign_id, counter, delta)
      SELECT tenant_id, campaign_id, state, count(*) FROM added GROUP BY tenant_id, campaign_id, state;
      RETURN NULL;
    END $$`,
  changed: `
    CREATE OR REPLACE FUNCTION count_changed_campaign_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO campaign_counts (tenant_id, campaign_id, counter, delta)
      SELECT tenant_id, campaign_id, counter, sum(delta) FROM (
        SELECT tenant_id, campaign_id, state AS counter, -1 AS delta FROM before
        UNION ALL SELECT tenant_id, campaign_id, state, 1 FROM after
        UNION ALL SELECT tenant_id, campaign_id, 'replied', -1 FROM before WHERE replied_at IS NOT NULL
        UNION ALL SELECT tenant_id, campaign_id, 'replied', 1 FROM after WHERE replied_at IS NOT NULL
        UNION ALL SELECT tenant_id, campaign_id, 'opted_out', -1 FROM before WHERE opted_out_at IS NOT NULL
        UNION ALL SELECT tenant_id, campaign_id, 'opted_out', 1 FROM after WHERE opted_out_at IS NOT NULL
      ) changes
      GROUP BY tenant_id, campaign_id, counter
      HAVING sum(delta) <> 0;
      RETURN NULL;
    END $$`,
};
