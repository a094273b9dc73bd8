import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bulk edits, number checks, and the indexes that keep a million contacts quick to search. */
export class ContactsComplete1763700001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "number_check_runs" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "status" text NOT NULL,
      "error" text,
      "waiting_since" TIMESTAMP WITH TIME ZONE,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "completed_at" TIMESTAMP WITH TIME ZONE,
      CONSTRAINT "PK_2615e252f446b48704501195e40" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE TABLE "number_check_items" (
      "run_id" uuid NOT NULL,
      "phone" text NOT NULL,
      "tenant_id" uuid NOT NULL,
      "pending" boolean NOT NULL,
      "cached" boolean NOT NULL DEFAULT false,
      "on_whatsapp" boolean,
      "sender_id" uuid,
      "checked_at" TIMESTAMP WITH TIME ZONE,
      CONSTRAINT "PK_a5688c74d34e43f724beadcf11e" PRIMARY KEY ("run_id", "phone")
    )`);
    await runner.query(`CREATE TABLE "contact_bulk_edits" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "status" text NOT NULL,
      "target" jsonb NOT NULL,
      "changes" jsonb NOT NULL,
      "matched" integer NOT NULL,
      "processed" integer NOT NULL DEFAULT '0',
      "changed" integer NOT NULL DEFAULT '0',
      "last_contact_id" uuid,
      "error" text,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "completed_at" TIMESTAMP WITH TIME ZONE,
      CONSTRAINT "PK_ea87b11af4ec6ad5fcf4a3f2bed" PRIMARY KEY ("id")
    )`);
    await indexes(runner);
    await contactIndexes(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of [
      'contacts_last_digits',
      'contacts_phone_start',
      'contacts_search',
      'contacts_opted_out',
    ]) {
      await runner.query(`DROP INDEX "${name}"`);
    }
    await runner.query(`ALTER TABLE "contacts" ALTER "name" SET STATISTICS -1`);
    await runner.query(`DROP TABLE "contact_bulk_edits"`);
    await runner.query(`DROP TABLE "number_check_items"`);
    await runner.query(`DROP TABLE "number_check_runs"`);
    // The extensions stay: somebody else may use them by now.
  }
}

async function indexes(runner: QueryRunner): Promise<void> {
  await runner.query(
    `CREATE INDEX "contact_bulk_edits_open" ON "contact_bulk_edits" ("id") WHERE status IN ('queued', 'running')`,
  );
  await runner.query(
    `CREATE INDEX "number_check_runs_open" ON "number_check_runs" ("id") WHERE status IN ('queued', 'running')`,
  );
  await runner.query(
    `CREATE INDEX "number_check_items_sender" ON "number_check_items" ("sender_id", "checked_at") WHERE sender_id IS NOT NULL`,
  );
  await runner.query(
    `CREATE INDEX "number_check_items_open" ON "number_check_items" ("tenant_id") WHERE pending`,
  );
  await runner.query(
    `CREATE INDEX "number_check_items_tenant" ON "number_check_items" ("tenant_id", "checked_at") WHERE NOT cached AND checked_at IS NOT NULL`,
  );
  await runner.query(
    `ALTER TABLE "contact_bulk_edits" ADD CONSTRAINT "FK_3c077db8c0557329163da923c94" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
  );
  await runner.query(
    `ALTER TABLE "number_check_runs" ADD CONSTRAINT "FK_800b2057a1274708cc35ec40dd6" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
  );
  await runner.query(
    `ALTER TABLE "number_check_items" ADD CONSTRAINT "FK_9b65289c39cbc8631d719e4c2eb" FOREIGN KEY ("run_id") REFERENCES "number_check_runs"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
  );
}

async function contactIndexes(runner: QueryRunner): Promise<void> {
  await runner.query(
    `CREATE INDEX "contacts_opted_out" ON "contacts" ("tenant_id", "id") WHERE opted_out_at IS NOT NULL`,
  );
  // Both are part of PostgreSQL (contrib) and trusted: the owner of the database may create them.
  await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
  await runner.query('CREATE EXTENSION IF NOT EXISTS btree_gin');
  // One index for every combination of tag, attribute and part of the name. Its list of new entries stays short,
  // because every search reads it whole.
  await runner.query(
    `CREATE INDEX "contacts_search" ON "contacts"
     USING gin ("tenant_id", "tags", "attributes" jsonb_path_ops, "name" gin_trgm_ops)
     WITH (gin_pending_list_limit = 1024)`,
  );
  // LIKE 'start%' needs this operator class in every collation but C.
  await runner.query(
    `CREATE INDEX "contacts_phone_start" ON "contacts" ("tenant_id", "phone" text_pattern_ops)`,
  );
  await runner.query(`CREATE INDEX "contacts_last_digits" ON "contacts" ("tenant_id", right("phone", 8))`);
  // The planner chooses between this search and a walk by how common it believes a part of a name to be.
  await runner.query(`ALTER TABLE "contacts" ALTER "name" SET STATISTICS 1000`);
}
