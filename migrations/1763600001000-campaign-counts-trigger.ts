import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keeps the campaign_counts ledger: whoever changes recipients, and however many at once, the sums per campaign and
 * counter equal count(*) at every commit. Statement-level with transition tables, so a batch of 500 costs one insert.
 */
export class CampaignCountsTrigger1763600001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION count_new_campaign_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO campaign_counts (tenant_id, campaign_id, counter, delta)
        SELECT tenant_id, campaign_id, state, count(*) FROM added GROUP BY tenant_id, campaign_id, state;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION count_changed_campaign_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO campaign_counts (tenant_id, campaign_id, counter, delta)
        SELECT tenant_id, campaign_id, counter, sum(delta) FROM (
          SELECT tenant_id, campaign_id, state AS counter, -1 AS delta FROM before
          UNION ALL SELECT tenant_id, campaign_id, state, 1 FROM after
          UNION ALL SELECT tenant_id, campaign_id, 'replied', -1 FROM before WHERE replied_at IS NOT NULL
          UNION ALL SELECT tenant_id, campaign_id, 'replied', 1 FROM after WHERE replied_at IS NOT NULL
          UNION ALL SELECT tenant_id, campaign_id, 'opted_out', -1 FROM before WHERE opted_out_at IS NOT NULL
          UNION ALL SELECT tenant_id, campaign_id, 'opted_out', 1 FROM after WHERE opted_out_at IS NOT NULL
        ) changes
        GROUP BY tenant_id, campaign_id, counter
        HAVING sum(delta) <> 0;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER campaign_contacts_counted_insert AFTER INSERT ON campaign_contacts
      REFERENCING NEW TABLE AS added
      FOR EACH STATEMENT EXECUTE FUNCTION count_new_campaign_contacts()`);
    await runner.query(`
      CREATE TRIGGER campaign_contacts_counted_update AFTER UPDATE ON campaign_contacts
      REFERENCING OLD TABLE AS before NEW TABLE AS after
      FOR EACH STATEMENT EXECUTE FUNCTION count_changed_campaign_contacts()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER campaign_contacts_counted_update ON campaign_contacts');
    await runner.query('DROP TRIGGER campaign_contacts_counted_insert ON campaign_contacts');
    await runner.query('DROP FUNCTION count_changed_campaign_contacts()');
    await runner.query('DROP FUNCTION count_new_campaign_contacts()');
  }
}
