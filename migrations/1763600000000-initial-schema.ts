import type { MigrationInterface, QueryRunner } from 'typeorm';

/** All tables of the first release. */
export class InitialSchema1763600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "users" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "email" text NOT NULL,
      "password_hash" text NOT NULL,
      "role" text NOT NULL,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email"),
      CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE TABLE "api_keys" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "created_by" uuid NOT NULL,
      "name" text NOT NULL,
      "prefix" text NOT NULL,
      "hash" text NOT NULL,
      "scopes" text array NOT NULL,
      "expires_at" TIMESTAMP WITH TIME ZONE,
      "revoked_at" TIMESTAMP WITH TIME ZONE,
      "last_used_at" TIMESTAMP WITH TIME ZONE,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "UQ_598a14447f592c12d1fe22ba918" UNIQUE ("hash"),
      CONSTRAINT "PK_5c8a79801b44bd27b79228e1dad" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE INDEX "api_keys_tenant" ON "api_keys" ("tenant_id")`);
    await runner.query(`CREATE TABLE "refresh_tokens" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "user_id" uuid NOT NULL,
      "family_id" uuid NOT NULL,
      "hash" text NOT NULL,
      "expires_at" TIMESTAMP WITH TIME ZONE NOT NULL,
      "used_at" TIMESTAMP WITH TIME ZONE,
      CONSTRAINT "UQ_2cf4b2a681a38f8044d688b9ccb" UNIQUE ("hash"),
      CONSTRAINT "PK_7d8bee0204106019488c4c50ffa" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE INDEX "refresh_tokens_family" ON "refresh_tokens" ("family_id")`);
    await runner.query(`CREATE TABLE "idempotency_keys" (
      "tenant_id" uuid NOT NULL,
      "key" text NOT NULL,
      "fingerprint" text NOT NULL,
      "status" integer,
      "response" jsonb,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_b5c6db50392003e35d51ef7aba7" PRIMARY KEY ("tenant_id", "key")
    )`);
    await runner.query(`CREATE INDEX "idempotency_keys_created" ON "idempotency_keys" ("created_at")`);
    await runner.query(`CREATE TABLE "rate_limits" (
      "key" character varying(255) NOT NULL,
      "points" integer NOT NULL DEFAULT '0',
      "expire" bigint,
      CONSTRAINT "PK_8cb6aa4831e3e775ccf370521db" PRIMARY KEY ("key")
    )`);
    await runner.query(`CREATE TABLE "campaign_contacts" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "campaign_id" uuid NOT NULL,
      "contact_id" uuid NOT NULL,
      "phone" text NOT NULL,
      "name" text,
      "variables" jsonb NOT NULL DEFAULT '{}',
      "state" text NOT NULL DEFAULT 'pending',
      "code" text,
      "next_part" integer NOT NULL DEFAULT '0',
      "claim_epoch" integer NOT NULL DEFAULT '0',
      "sender_id" uuid,
      "sent_at" TIMESTAMP WITH TIME ZONE,
      "delivered_at" TIMESTAMP WITH TIME ZONE,
      "read_at" TIMESTAMP WITH TIME ZONE,
      "replied_at" TIMESTAMP WITH TIME ZONE,
      "opted_out_at" TIMESTAMP WITH TIME ZONE,
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_ea6d58d76318d758f0f386a1008" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE INDEX "campaign_contacts_contact" ON "campaign_contacts" ("contact_id")`);
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
      `CREATE UNIQUE INDEX "campaign_contacts_recipient" ON "campaign_contacts" ("campaign_id", "phone")`,
    );
    await runner.query(`CREATE TABLE "campaign_counts" (
      "id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
      "tenant_id" uuid NOT NULL,
      "campaign_id" uuid NOT NULL,
      "counter" text NOT NULL,
      "delta" integer NOT NULL,
      CONSTRAINT "PK_7bc639ee43586ce80ecabd6e781" PRIMARY KEY ("id")
    )`);
    await runner.query(
      `CREATE INDEX "campaign_counts_campaign" ON "campaign_counts" ("campaign_id", "counter")`,
    );
    await runner.query(`CREATE TABLE "campaigns" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "name" text NOT NULL,
      "status" text NOT NULL,
      "parts" jsonb NOT NULL,
      "pool" jsonb NOT NULL,
      "list_ids" uuid array NOT NULL DEFAULT '{}',
      "min_delay" integer NOT NULL,
      "max_delay" integer NOT NULL,
      "sticky_sender" boolean NOT NULL DEFAULT true,
      "total_recipients" integer NOT NULL,
      "waiting_reason" text,
      "waiting_until" TIMESTAMP WITH TIME ZONE,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "started_at" TIMESTAMP WITH TIME ZONE,
      "completed_at" TIMESTAMP WITH TIME ZONE,
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_831e3fcd4fc45b4e4c3f57a9ee4" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE INDEX "campaigns_status" ON "campaigns" ("status")`);
    await runner.query(`CREATE INDEX "campaigns_tenant_created" ON "campaigns" ("tenant_id", "created_at")`);
    await runner.query(`CREATE TABLE "contact_lists" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "name" text NOT NULL,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_9d9c15bed294d0779669dc7069c" PRIMARY KEY ("id")
    )`);
    await runner.query(
      `CREATE UNIQUE INDEX "contact_lists_tenant_name" ON "contact_lists" ("tenant_id", "name")`,
    );
    await runner.query(`CREATE TABLE "contact_list_members" (
      "list_id" uuid NOT NULL,
      "contact_id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "added_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_fac5fbeb31b2bf7ed01a5f9cefc" PRIMARY KEY ("list_id", "contact_id")
    )`);
    await runner.query(
      `CREATE INDEX "contact_list_members_contact" ON "contact_list_members" ("contact_id")`,
    );
    await runner.query(`CREATE TABLE "contacts" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "phone" text NOT NULL,
      "name" text,
      "attributes" jsonb NOT NULL DEFAULT '{}',
      "opted_out_at" TIMESTAMP WITH TIME ZONE,
      "opt_out_source" text,
      "last_sender_id" uuid,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_b99cd40cfd66a99f1571f4f72e6" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE INDEX "contacts_tenant" ON "contacts" ("tenant_id", "id")`);
    await runner.query(`CREATE UNIQUE INDEX "contacts_tenant_phone" ON "contacts" ("tenant_id", "phone")`);
    await runner.query(`CREATE TABLE "imports" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "status" text NOT NULL,
      "file_name" text NOT NULL,
      "file_path" text NOT NULL,
      "options" jsonb NOT NULL,
      "list_id" uuid,
      "rows_done" integer NOT NULL DEFAULT '0',
      "progress" integer NOT NULL DEFAULT '0',
      "created" integer NOT NULL DEFAULT '0',
      "updated" integer NOT NULL DEFAULT '0',
      "unchanged" integer NOT NULL DEFAULT '0',
      "duplicate" integer NOT NULL DEFAULT '0',
      "invalid" integer NOT NULL DEFAULT '0',
      "error" text,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "started_at" TIMESTAMP WITH TIME ZONE,
      "completed_at" TIMESTAMP WITH TIME ZONE,
      CONSTRAINT "PK_ea10c62f5eb1d75e83d8b5225db" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE INDEX "imports_tenant_created" ON "imports" ("tenant_id", "created_at")`);
    await runner.query(`CREATE TABLE "import_phones" (
      "import_id" uuid NOT NULL,
      "phone" text NOT NULL,
      "tenant_id" uuid NOT NULL,
      CONSTRAINT "PK_19896bd972b0e2842f21136faf1" PRIMARY KEY ("import_id", "phone")
    )`);
    await runner.query(`CREATE TABLE "import_rejections" (
      "import_id" uuid NOT NULL,
      "line" integer NOT NULL,
      "tenant_id" uuid NOT NULL,
      "reason" text NOT NULL,
      "cells" jsonb NOT NULL,
      CONSTRAINT "PK_5daf7645a1665bf90752f44610f" PRIMARY KEY ("import_id", "line")
    )`);
    await runner.query(`CREATE TABLE "suppressions" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "phone" text NOT NULL,
      "reason" text,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_77bb19dbc77a4ce0ca8cb743f3b" PRIMARY KEY ("id")
    )`);
    await runner.query(
      `CREATE UNIQUE INDEX "suppressions_tenant_phone" ON "suppressions" ("tenant_id", "phone")`,
    );
    await runner.query(`CREATE TABLE "messages" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "direction" text NOT NULL,
      "contact_id" uuid,
      "sender_id" uuid NOT NULL,
      "campaign_id" uuid,
      "campaign_contact_id" uuid,
      "part" integer NOT NULL DEFAULT '0',
      "type" text NOT NULL,
      "body" text,
      "state" text NOT NULL,
      "code" text,
      "wa_message_id" text,
      "claim_epoch" integer NOT NULL DEFAULT '0',
      "worker_id" uuid,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "sent_at" TIMESTAMP WITH TIME ZONE,
      "delivered_at" TIMESTAMP WITH TIME ZONE,
      "read_at" TIMESTAMP WITH TIME ZONE,
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_18325f38ae6de43878487eff986" PRIMARY KEY ("id")
    )`);
    await runner.query(
      `CREATE UNIQUE INDEX "messages_inbound_once" ON "messages" ("sender_id", "wa_message_id") WHERE direction = 'in'`,
    );
    await runner.query(
      `CREATE INDEX "messages_sending" ON "messages" ("updated_at") WHERE state = 'sending'`,
    );
    await runner.query(
      `CREATE INDEX "messages_campaign" ON "messages" ("campaign_id", "id") WHERE campaign_id IS NOT NULL`,
    );
    await runner.query(`CREATE INDEX "messages_tenant" ON "messages" ("tenant_id", "id")`);
    await runner.query(`CREATE INDEX "messages_contact" ON "messages" ("contact_id", "id")`);
    await runner.query(
      `CREATE UNIQUE INDEX "messages_recipient_part" ON "messages" ("campaign_contact_id", "part") WHERE campaign_contact_id IS NOT NULL AND direction = 'out'`,
    );
    await runner.query(`CREATE INDEX "messages_wa_id" ON "messages" ("wa_message_id")`);
    await runner.query(`CREATE TABLE "senders" (
      "id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "name" text NOT NULL,
      "phone_number" text,
      "transport" text NOT NULL,
      "transport_config" jsonb NOT NULL DEFAULT '{}',
      "tags" text array NOT NULL DEFAULT '{}',
      "status" text NOT NULL DEFAULT 'created',
      "status_reason" text,
      "paused_at" TIMESTAMP WITH TIME ZONE,
      "pause_reason" text,
      "health_score" integer NOT NULL DEFAULT '100',
      "health_since" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "consecutive_failures" integer NOT NULL DEFAULT '0',
      "quota_per_minute" integer NOT NULL DEFAULT '20',
      "quota_per_hour" integer NOT NULL DEFAULT '500',
      "quota_per_day" integer NOT NULL DEFAULT '5000',
      "minute_started_at" TIMESTAMP WITH TIME ZONE,
      "minute_used" integer NOT NULL DEFAULT '0',
      "hour_started_at" TIMESTAMP WITH TIME ZONE,
      "hour_used" integer NOT NULL DEFAULT '0',
      "day_started_at" TIMESTAMP WITH TIME ZONE,
      "day_used" integer NOT NULL DEFAULT '0',
      "last_used_at" TIMESTAMP WITH TIME ZONE,
      "next_available_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "restricted_until" TIMESTAMP WITH TIME ZONE,
      "sent_total" integer NOT NULL DEFAULT '0',
      "failed_total" integer NOT NULL DEFAULT '0',
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_398b8614004a406acf982651b46" PRIMARY KEY ("id")
    )`);
    await runner.query(
      `CREATE INDEX "senders_next_slot" ON "senders" ("tenant_id", "next_available_at") WHERE status = 'connected' AND paused_at IS NULL`,
    );
    await runner.query(
      `CREATE INDEX "senders_rotation" ON "senders" ("tenant_id", "last_used_at") WHERE status = 'connected' AND paused_at IS NULL`,
    );
    await runner.query(`CREATE INDEX "senders_tags" ON "senders" USING gin ("tags")`);
    await runner.query(`CREATE UNIQUE INDEX "senders_tenant_name" ON "senders" ("tenant_id", "name")`);
    await runner.query(`CREATE TABLE "sessions" (
      "sender_id" uuid NOT NULL,
      "tenant_id" uuid NOT NULL,
      "desired_state" text NOT NULL,
      "worker_id" uuid,
      "epoch" integer NOT NULL DEFAULT '0',
      "lease_expires_at" TIMESTAMP WITH TIME ZONE,
      "qr_payload" text,
      "qr_expires_at" TIMESTAMP WITH TIME ZONE,
      "credentials" text,
      "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_ae280d88cb38336b7a9b1acaaad" PRIMARY KEY ("sender_id")
    )`);
    await runner.query(`CREATE INDEX "sessions_lease" ON "sessions" ("lease_expires_at")`);
    await runner.query(`CREATE TABLE "tenants" (
      "id" uuid NOT NULL,
      "slug" text NOT NULL,
      "name" text NOT NULL,
      "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "UQ_2310ecc5cb8be427097154b18fc" UNIQUE ("slug"),
      CONSTRAINT "PK_53be67a04681c66b87ee27c9321" PRIMARY KEY ("id")
    )`);
    await runner.query(`CREATE TABLE "workers" (
      "id" uuid NOT NULL,
      "hostname" text NOT NULL,
      "pid" integer NOT NULL,
      "started_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      "heartbeat_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
      CONSTRAINT "PK_e950c9aba3bd84a4f193058d838" PRIMARY KEY ("id")
    )`);
    await runner.query(
      `ALTER TABLE "users" ADD CONSTRAINT "FK_109638590074998bb72a2f2cf08" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "api_keys" ADD CONSTRAINT "FK_3ac18429c8d27858d79432e0dda" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "refresh_tokens" ADD CONSTRAINT "FK_5a8595644958acb2c80e175778b" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "refresh_tokens" ADD CONSTRAINT "FK_3ddc983c5f7bcf132fd8732c3f4" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "idempotency_keys" ADD CONSTRAINT "FK_c22d37ec13b71da74d7b4372c3f" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "campaign_contacts" ADD CONSTRAINT "FK_7265978c9afe98d1e1ed85e65da" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "campaign_counts" ADD CONSTRAINT "FK_8c3141d4b4eebed32b99e3d7f3c" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "campaigns" ADD CONSTRAINT "FK_d4b32d1e898a336c770e08bf5e8" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "contact_lists" ADD CONSTRAINT "FK_a9abbe1ddd7844d085c2a5c4caf" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "contact_list_members" ADD CONSTRAINT "FK_1c35d53c48a13b4905293d1734c" FOREIGN KEY ("list_id") REFERENCES "contact_lists"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "contact_list_members" ADD CONSTRAINT "FK_e7ca3d74b038f08c0e0786dceba" FOREIGN KEY ("contact_id") REFERENCES "contacts"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "contacts" ADD CONSTRAINT "FK_71ec7d68cfafa5f3d93c959b807" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "imports" ADD CONSTRAINT "FK_5d35cce45075b8f5365104c99b2" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "import_phones" ADD CONSTRAINT "FK_c14471230e48963951901fa54eb" FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "import_rejections" ADD CONSTRAINT "FK_91b0879e933bce03366b0e50ece" FOREIGN KEY ("import_id") REFERENCES "imports"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "suppressions" ADD CONSTRAINT "FK_b93b9b940775a92c6fbd1a35954" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "senders" ADD CONSTRAINT "FK_20f327f44ef5610addf27705c10" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
    await runner.query(
      `ALTER TABLE "sessions" ADD CONSTRAINT "FK_ae280d88cb38336b7a9b1acaaad" FOREIGN KEY ("sender_id") REFERENCES "senders"("id") ON DELETE CASCADE ON UPDATE NO ACTION`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE "workers", "tenants", "sessions", "senders", "messages", "suppressions", "import_rejections", "import_phones", "imports", "contacts", "contact_list_members", "contact_lists", "campaigns", "campaign_counts", "campaign_contacts", "rate_limits", "idempotency_keys", "refresh_tokens", "api_keys", "users"`,
    );
  }
}
