import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Files that were fetched for a request are nobody's until it is accepted. */
export class ProvisionalMedia1763800004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "media" ADD "provisional" boolean NOT NULL DEFAULT false`);
    await runner.query(`CREATE INDEX "media_provisional" ON "media" ("created_at") WHERE provisional`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "public"."media_provisional"`);
    await runner.query(`ALTER TABLE "media" DROP COLUMN "provisional"`);
  }
}
