import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Media, templates, segments, consent, settings of a tenant, and what campaigns need besides text and lists. */
export class CampaignsComplete1763700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "contact_consents" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "contact_id" uuid NOT NULL,
      "kind" text NOT NULL,
      "source" text NOT NULL,
      "proof" text,
      "at" TIMESTAMP WITH TIME ZONE NOT NULL,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_26eccb4585059cb3c7cf2d63d54" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE INDEX "contact_consents_contact" ON "contact_consents" ("contact_id", "id")`);
    await runner.query(`CREATE TABLE "number_checks" (
      "tenant_id" uuid NOT NULL,
      "phone" text NOT NULL,
      "on_whatsapp" boolean NOT NULL,
      "checked_at" TIMESTAMP WITH TIME ZONE NOT NULL,
      CONSTRAINT "PK_1fe71fa77bda55a7df26b0796ed" PRIMARY KEY ("tenant_id", "phone")
    )`);
    await runner.query(`CREATE TABLE "media" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "sha256" text NOT NULL,
      "mime_type" text NOT NULL,
      "size_bytes" integer NOT NULL,
      "file_name" text NOT NULL,
      "source_url" text,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_f4e0fcac36e050de337b670d8bd" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE UNIQUE INDEX "media_tenant_content" ON "media" ("tenant_id", "sha256")`);
    await runner.query(`CREATE TABLE "segments" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "name" text NOT NULL,
      "filter" jsonb NOT NULL,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_beff1eec19679fe8ad4f291f04e" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE UNIQUE INDEX "segments_tenant_name" ON "segments" ("tenant_id", "name")`);
    await runner.query(`CREATE TABLE "templates" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "name" text NOT NULL,
      "content" text NOT NULL,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_515948649ce0bbbe391de702ae5" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE UNIQUE INDEX "templates_tenant_name" ON "templates" ("tenant_id", "name")`);
    await runner.query(`CREATE TABLE "tenant_settings" (
      "tenant_id" uuid NOT NULL,
      "time_zone" text NOT NULL DEFAULT 'UTC',
      "send_window" jsonb,
      "quiet_hours" jsonb,
      "frequency_cap" jsonb,
      "number_checks_per_day" integer NOT NULL DEFAULT '1000',
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_a6abc1c3ed0df635955fc852f1c" PRIMARY KEY ("tenant_id")
    )`);
    await runner.query(`ALTER TABLE "campaign_contacts" ADD "variant" smallint NOT NULL DEFAULT '0'`);
    await runner.query(`ALTER TABLE "campaigns" ADD "kind" text NOT NULL DEFAULT 'campaign'`);
    await runner.query(`ALTER TABLE "campaigns" ADD "variants" jsonb`);
    await runner.query(`ALTER TABLE "campaigns" ADD "audience" jsonb`);
    await runner.query(`ALTER TABLE "campaigns" ADD "priority" smallint NOT NULL DEFAULT '5'`);
    await runner.query(`ALTER TABLE "campaigns" ADD "scheduled_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "campaigns" ADD "expires_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "campaigns" ADD "send_window" jsonb`);
    await runner.query(`ALTER TABLE "campaigns" ADD "max_per_minute" integer`);
    await runner.query(`ALTER TABLE "campaigns" ADD "ramp_up_minutes" integer`);
    await runner.query(`ALTER TABLE "campaigns" ADD "max_per_sender" integer`);
    await runner.query(`ALTER TABLE "campaigns" ADD "canary" jsonb`);
    await runner.query(`ALTER TABLE "campaigns" ADD "recurrence" jsonb`);
    await runner.query(`ALTER TABLE "campaigns" ADD "origin_id" uuid`);
    await runner.query(`ALTER TABLE "campaigns" ADD "occurrence_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "campaigns" ADD "next_slot_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "campaigns" ADD "outranked" boolean NOT NULL DEFAULT false`);
    await runner.query(
      `CREATE UNIQUE INDEX "campaigns_occurrence" ON "campaigns" ("origin_id", "occurrence_at")`,
    );
    await runner.query(
      `CREATE INDEX "campaigns_due" ON "campaigns" ("scheduled_at") WHERE status = 'scheduled'`,
    );
    await runner.query(`ALTER TABLE "campaign_contacts" ADD "zone" text`);
    await runner.query(
      `CREATE INDEX "campaign_contacts_zone" ON "campaign_contacts" ("campaign_id", "zone", "id") WHERE state = 'pending' AND zone IS NOT NULL`,
    );
    await runner.query(`ALTER TABLE "contacts" ADD "tags" text array NOT NULL DEFAULT '{}'`);
    await runner.query(`ALTER TABLE "messages" ADD "content" jsonb`);
    await runner.query(`ALTER TABLE "senders" ADD "warm_up_quotas" integer array`);
    await runner.query(`ALTER TABLE "senders" ADD "warm_up_since" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "senders" ADD "warm_up_day_started_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "senders" ADD "warm_up_used" integer NOT NULL DEFAULT '0'`);
    await runner.query(`ALTER TABLE "campaign_contacts" ADD "inline" boolean NOT NULL DEFAULT false`);
    await runner.query(`ALTER TABLE "campaign_contacts" ADD "retried_epoch" integer NOT NULL DEFAULT '0'`);
    await runner.query(`CREATE TABLE "campaign_sender_use" (
      "campaign_id" uuid NOT NULL,
      "sender_id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "messages" integer NOT NULL,
      CONSTRAINT "PK_05a7856f035865496f79d143f47" PRIMARY KEY ("campaign_id", "sender_id")
    )`);
    await runner.query(
      `ALTER TABLE "campaign_sender_use" ADD CONSTRAINT "FK_22d9f6baf6b56f7581f221679fe" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "contact_consents" ADD CONSTRAINT "FK_28df7998a4a71895081cb235614" FOREIGN KEY ("contact_id") REFERENCES "contacts"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "number_checks" ADD CONSTRAINT "FK_86ea1b1684609b1753f1286f774" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "media" ADD CONSTRAINT "FK_54e9556d9de74b4d036b2875b39" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "segments" ADD CONSTRAINT "FK_c3778e47f96f67d89bc0229d577" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "templates" ADD CONSTRAINT "FK_ddd7ea53812fb25d98cc3357926" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "tenant_settings" ADD CONSTRAINT "FK_a6abc1c3ed0df635955fc852f1c" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "tenant_settings" DROP CONSTRAINT "FK_a6abc1c3ed0df635955fc852f1c"`);
    await runner.query(`ALTER TABLE "templates" DROP CONSTRAINT "FK_ddd7ea53812fb25d98cc3357926"`);
    await runner.query(`ALTER TABLE "segments" DROP CONSTRAINT "FK_c3778e47f96f67d89bc0229d577"`);
    await runner.query(`ALTER TABLE "media" DROP CONSTRAINT "FK_54e9556d9de74b4d036b2875b39"`);
    await runner.query(`ALTER TABLE "number_checks" DROP CONSTRAINT "FK_86ea1b1684609b1753f1286f774"`);
    await runner.query(`ALTER TABLE "contact_consents" DROP CONSTRAINT "FK_28df7998a4a71895081cb235614"`);
    await runner.query(`DROP TABLE "campaign_sender_use"`);
    await runner.query(`ALTER TABLE "campaign_contacts" DROP COLUMN "retried_epoch"`);
    await runner.query(`ALTER TABLE "campaign_contacts" DROP COLUMN "inline"`);
    await runner.query(`ALTER TABLE "senders" DROP COLUMN "warm_up_used"`);
    await runner.query(`ALTER TABLE "senders" DROP COLUMN "warm_up_day_started_at"`);
    await runner.query(`ALTER TABLE "senders" DROP COLUMN "warm_up_since"`);
    await runner.query(`ALTER TABLE "senders" DROP COLUMN "warm_up_quotas"`);
    await runner.query(`ALTER TABLE "messages" DROP COLUMN "content"`);
    await runner.query(`ALTER TABLE "contacts" DROP COLUMN "tags"`);
    await runner.query(`DROP INDEX "public"."campaign_contacts_zone"`);
    await runner.query(`ALTER TABLE "campaign_contacts" DROP COLUMN "zone"`);
    await runner.query(`DROP INDEX "public"."campaigns_due"`);
    await runner.query(`DROP INDEX "public"."campaigns_occurrence"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "outranked"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "next_slot_at"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "occurrence_at"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "origin_id"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "recurrence"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "canary"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "max_per_sender"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "ramp_up_minutes"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "max_per_minute"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "send_window"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "expires_at"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "scheduled_at"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "priority"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "audience"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "variants"`);
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "kind"`);
    await runner.query(`ALTER TABLE "campaign_contacts" DROP COLUMN "variant"`);
    await runner.query(`DROP TABLE "tenant_settings"`);
    await runner.query(`DROP INDEX "public"."templates_tenant_name"`);
    await runner.query(`DROP TABLE "templates"`);
    await runner.query(`DROP INDEX "public"."segments_tenant_name"`);
    await runner.query(`DROP TABLE "segments"`);
    await runner.query(`DROP INDEX "public"."media_tenant_content"`);
    await runner.query(`DROP TABLE "media"`);
    await runner.query(`DROP TABLE "number_checks"`);
    await runner.query(`DROP INDEX "public"."contact_consents_contact"`);
    await runner.query(`DROP TABLE "contact_consents"`);
  }
}
