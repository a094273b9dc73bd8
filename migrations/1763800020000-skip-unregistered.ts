import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Campaigns write to nobody who is known to have no WhatsApp account, unless they are told to try. */
export class SkipUnregistered1763800020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "campaigns" ADD "skip_unregistered" boolean NOT NULL DEFAULT true`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "campaigns" DROP COLUMN "skip_unregistered"`);
  }
}
