import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A ramp begins with the first message: it would be over before a window opens otherwise. */
export class RampFromFirstMessage1763800025000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "campaigns" ADD "ramp_started_at" TIMESTAMP WITH TIME ZONE`);
    await runner.query(
      `UPDATE "campaigns" SET "ramp_started_at" = "started_at" WHERE "next_slot_at" IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "ramp_started_at"`);
  }
}
