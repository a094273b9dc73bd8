import type { MigrationInterface, QueryRunner } from 'typeorm';

/** On the way nobody has been served yet. */
const served = `CASE WHEN state IN ('pending', 'queued', 'sending') THEN NULL ELSE sender_id END`;

/**
 * Recipients count for a sender once they are served. While they were on the way each message through ten thousand
 * senders made three entries and three sums of its own; now those of all senders share theirs.
 */
export class WhoServedWhom1763915000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await lockWriters(runner);
    await countFor(runner, served);
    await runner.query(`UPDATE campaign_counts SET sender_id = NULL, folded = false
      WHERE counter IN ('pending', 'queued', 'sending') AND sender_id IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await lockWriters(runner);
    await countFor(runner, 'sender_id');
    await runner.query(`INSERT INTO campaign_counts (tenant_id, campaign_id, counter, sender_id, variant, code, delta)
      SELECT r.tenant_id, campaign_id, state, moved.sender_id, variant, code, sum(moved.delta)
      FROM campaign_contacts r JOIN campaigns ON campaigns.id = r.campaign_id AND campaigns.kind <> 'direct',
        LATERAL (VALUES (NULL, -1), (r.sender_id, 1)) AS moved(sender_id, delta)
      WHERE state IN ('pending', 'queued', 'sending') AND r.sender_id IS NOT NULL
      GROUP BY r.tenant_id, campaign_id, state, moved.sender_id, variant, code`);
  }
}

/** An entry by the old rule and one by the new for the same recipient would not cancel each other out. */
async function lockWriters(runner: QueryRunner): Promise<void> {
  await runner.query('LOCK TABLE campaign_contacts IN SHARE ROW EXCLUSIVE MODE');
}

async function countFor(runner: QueryRunner, sender: string): Promise<void> {
  await runner.query(`
    CREATE OR REPLACE FUNCTION count_new_campaign_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${write(entries('added', 1, sender))};
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE OR REPLACE FUNCTION count_changed_campaign_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${write(`${entries('before', -1, sender)} UNION ALL ${entries('after', 1, sender)}`)};
      RETURN NULL;
    END $$`);
}

/** What the rows of `source` add to the ledger. */
function entries(source: string, delta: 1 | -1, sender: string): string {
  return `SELECT tenant_id, campaign_id, state AS counter, ${sender} AS sender_id, variant, code, ${delta} AS delta
      FROM ${source}
    UNION ALL SELECT tenant_id, campaign_id, 'replied', sender_id, variant, NULL, ${delta} FROM ${source}
      WHERE replied_at IS NOT NULL
    UNION ALL SELECT tenant_id, campaign_id, 'opted_out', sender_id, variant, NULL, ${delta} FROM ${source}
      WHERE opted_out_at IS NOT NULL`;
}

/** Nobody counts the hidden campaigns of direct messages. */
function write(facts: string): string {
  return `INSERT INTO campaign_counts (tenant_id, campaign_id, counter, sender_id, variant, code, delta)
    SELECT tenant_id, campaign_id, counter, sender_id, variant, code, delta FROM (
      SELECT tenant_id, campaign_id, counter, sender_id, variant, code, sum(delta) AS delta FROM (${facts}) facts
      GROUP BY tenant_id, campaign_id, counter, sender_id, variant, code
      HAVING sum(delta) <> 0) changes
    WHERE NOT EXISTS (SELECT FROM campaigns WHERE campaigns.id = changes.campaign_id AND campaigns.kind = 'direct')`;
}
