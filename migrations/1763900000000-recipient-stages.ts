import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As the entity has it; a state that is not named here is in a stage of its own. */
const STAGE =
  "CASE state WHEN 'pending' THEN 0 WHEN 'queued' THEN 1 WHEN 'sending' THEN 1 WHEN 'sent' THEN 2 WHEN 'delivered' THEN 2 WHEN 'read' THEN 2 WHEN 'failed' THEN 3 WHEN 'skipped' THEN 4 WHEN 'unknown' THEN 5 ELSE 6 END";

/**
 * Fewer index entries for a recipient's way: indexes know the stage of a recipient, which most moves leave as it is, and
 * pages keep room for the next version of their rows. Messages have no index on their state any more: what is being sent
 * is found by its recipients.
 */
export class RecipientStages1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // TypeORM makes this table before any migration and looks there for generated columns.
    await runner.query(
      `INSERT INTO "typeorm_metadata" ("type", "database", "schema", "table", "name", "value")
       VALUES ('GENERATED_COLUMN', current_database(), current_schema(), 'campaign_contacts', 'stage', $1)`,
      [STAGE],
    );
    await runner.query(
      `ALTER TABLE "campaign_contacts" ADD "stage" smallint GENERATED ALWAYS AS (${STAGE}) STORED`,
    );
    for (const name of ['pending', 'in_flight', 'state', 'zone']) {
      await runner.query(`DROP INDEX "campaign_contacts_${name}"`);
    }
    await runner.query(
      `CREATE INDEX "campaign_contacts_stage" ON "campaign_contacts" ("campaign_id", "stage", "id")`,
    );
    await runner.query(
      `CREATE INDEX "campaign_contacts_zone" ON "campaign_contacts" ("campaign_id", "zone", "id") WHERE stage = 0 AND zone IS NOT NULL`,
    );
    await runner.query(`DROP INDEX "messages_sending"`);
    await runner.query(`CREATE TABLE "contact_senders" (
      "contact_id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "sender_id" uuid NOT NULL,
      CONSTRAINT "PK_contact_senders" PRIMARY KEY ("contact_id")
    )`);
    await runner.query(
      `ALTER TABLE "contact_senders" ADD CONSTRAINT "FK_af01c14e1d41b26de663737cc83" FOREIGN KEY ("contact_id") REFERENCES "contacts"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `INSERT INTO contact_senders (contact_id, tenant_id, sender_id)
       SELECT id, tenant_id, last_sender_id FROM contacts WHERE last_sender_id IS NOT NULL`,
    );
    await runner.query(`ALTER TABLE "contacts" DROP COLUMN "last_sender_id"`);
    await runner.query(`ALTER TABLE "campaign_contacts" SET (fillfactor = 50)`);
    await runner.query(`ALTER TABLE "messages" SET (fillfactor = 55)`);
    await runner.query(`ALTER TABLE "senders" SET (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['senders', 'messages', 'campaign_contacts']) {
      await runner.query(`ALTER TABLE "${table}" RESET (fillfactor)`);
    }
    await runner.query(`ALTER TABLE "contacts" ADD "last_sender_id" uuid`);
    await runner.query(
      `UPDATE contacts SET last_sender_id = s.sender_id FROM contact_senders s WHERE s.contact_id = contacts.id`,
    );
    await runner.query(`DROP TABLE "contact_senders"`);
    await runner.query(
      `CREATE INDEX "messages_sending" ON "messages" ("updated_at") WHERE state = 'sending'`,
    );
    await runner.query(`DROP INDEX "campaign_contacts_zone"`);
    await runner.query(`DROP INDEX "campaign_contacts_stage"`);
    await runner.query(
      `CREATE INDEX "campaign_contacts_state" ON "campaign_contacts" ("campaign_id", "state", "id")`,
    );
    await runner.query(
      `CREATE INDEX "campaign_contacts_in_flight" ON "campaign_contacts" ("campaign_id", "updated_at") WHERE state IN ('queued', 'sending')`,
    );
    await runner.query(
      `CREATE INDEX "campaign_contacts_pending" ON "campaign_contacts" ("campaign_id", "id") WHERE state = 'pending'`,
    );
    await runner.query(
      `CREATE INDEX "campaign_contacts_zone" ON "campaign_contacts" ("campaign_id", "zone", "id") WHERE state = 'pending' AND zone IS NOT NULL`,
    );
    await runner.query(`ALTER TABLE "campaign_contacts" DROP COLUMN "stage"`);
    await runner.query(
      `DELETE FROM "typeorm_metadata" WHERE "table" = 'campaign_contacts' AND "name" = 'stage'`,
    );
  }
}
