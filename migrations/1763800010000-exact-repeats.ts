import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is at work under an Idempotency-Key says so, and a bulk edit that has ended remembers nothing of a person. */
export class ExactRepeats1763800010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE "idempotency_keys" ADD "alive_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()`,
    );
    await runner.query(
      `UPDATE "contact_bulk_edits" SET target = '{"contactIds":[]}', changes = '{}' WHERE status IN ('completed', 'failed')`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "idempotency_keys" DROP COLUMN "alive_at"`);
  }
}
