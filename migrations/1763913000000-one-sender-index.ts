import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reservations find senders by their next slot now; every index less makes writing a used sender back cheaper. */
export class OneSenderIndex1763913000000 implements MigrationInterface {
  name = 'OneSenderIndex1763913000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX "senders_rotation"');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX "senders_rotation" ON "senders" ("tenant_id", "last_used_at")
       WHERE status = 'connected' AND paused_at IS NULL`,
    );
  }
}
