import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a campaign does about messages that were handed over and of which nobody said what became of them. */
export class ChoiceForUnknown1763910040000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "campaigns" ADD "on_unknown" text NOT NULL DEFAULT 'leave'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "on_unknown"`);
  }
}
