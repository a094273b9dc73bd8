import type { MigrationInterface, QueryRunner } from 'typeorm';

const ledgers = {
  campaign_counts: 'campaign_id, counter, sender_id, variant, code',
  campaign_message_counts: 'campaign_id, part, counter, quarter',
};

/**
 * A fold adds what is new to the sums there are instead of writing all of them again: a campaign over ten thousand
 * senders has as many sums. That takes one row per sum, and room to change it in its place.
 */
export class LedgersFoldWhatIsNew1763914000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, key] of Object.entries(ledgers)) {
      // Until now two folds at once could leave two rows of one sum; the next fold adds them up.
      await runner.query(`UPDATE "${table}" SET folded = false WHERE folded`);
      await runner.query(`ALTER TABLE "${table}" SET (fillfactor = 70)`);
      await runner.query(
        `CREATE UNIQUE INDEX "${table}_sum" ON "${table}" (${key}) NULLS NOT DISTINCT WHERE folded`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of Object.keys(ledgers)) {
      await runner.query(`DROP INDEX "${table}_sum"`);
      await runner.query(`ALTER TABLE "${table}" RESET (fillfactor)`);
    }
  }
}
