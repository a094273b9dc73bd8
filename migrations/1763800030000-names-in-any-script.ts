import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * pg_trgm takes letters from the database's character type. Where that is C, as in the embedded PostgreSQL, it knows
 * ASCII only, and a name in Cyrillic or Chinese is in its index with nothing to find it by. These grams are every three
 * characters of such a name, whatever they are, with two spaces before each word.
 */
export class NamesInAnyScript1763800030000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE FUNCTION contact_name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
       RETURN CASE WHEN name IS NULL OR octet_length(name) = length(name) THEN '{}'::text[] ELSE ARRAY(
         SELECT DISTINCT substr(padded.text, i, 3)
         FROM (SELECT '  ' || replace(lower(name), ' ', '  ') AS text) AS padded
         CROSS JOIN LATERAL generate_series(1, length(padded.text) - 2) AS i) END`,
    );
    await runner.query(`DROP INDEX "contacts_search"`);
    await runner.query(searchIndex(', contact_name_grams("name")'));
    // Counting grams of 300,000 names would make ANALYZE slow, and tell the planner no more than that they are rare.
    await runner.query(`ALTER INDEX "contacts_search" ALTER COLUMN 5 SET STATISTICS 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "contacts_search"`);
    await runner.query(searchIndex(''));
    await runner.query(`DROP FUNCTION contact_name_grams(text)`);
  }
}

function searchIndex(grams: string): string {
  return `CREATE INDEX "contacts_search" ON "contacts"
    USING gin ("tenant_id", "tags", "attributes" jsonb_path_ops, "name" gin_trgm_ops${grams})
    WITH (gin_pending_list_limit = 1024)`;
}
