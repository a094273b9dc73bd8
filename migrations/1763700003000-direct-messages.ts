import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages that somebody sends without a campaign: they are there, without a sender yet, from the moment they are accepted. */
export class DirectMessages1763700003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "messages" ALTER COLUMN "sender_id" DROP NOT NULL`);
    await runner.query(`ALTER TABLE "messages" ADD "send_id" uuid`);
    await runner.query(`ALTER TABLE "messages" ADD "send_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(`ALTER TABLE "senders" ADD "held_until" TIMESTAMP WITH TIME ZONE`);
    await runner.query(
      `CREATE INDEX "messages_direct" ON "messages" ("tenant_id", "id") WHERE send_id IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX "messages_send" ON "messages" ("send_id", "id") WHERE send_id IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX "campaigns_direct_open" ON "campaigns" ("id") WHERE kind = 'direct' AND status = 'running'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "public"."campaigns_direct_open"`);
    await runner.query(`DROP INDEX "public"."messages_send"`);
    await runner.query(`DROP INDEX "public"."messages_direct"`);
    await runner.query(`ALTER TABLE "senders" DROP COLUMN "held_until"`);
    await runner.query(`ALTER TABLE "messages" DROP COLUMN "send_at"`);
    await runner.query(`ALTER TABLE "messages" DROP COLUMN "send_id"`);
    await runner.query(`DELETE FROM "messages" WHERE sender_id IS NULL`);
    await runner.query(`ALTER TABLE "messages" ALTER COLUMN "sender_id" SET NOT NULL`);
  }
}
