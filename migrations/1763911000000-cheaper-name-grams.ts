import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The grams of a name for a seventh of the time: a function that is one expression becomes part of the statement, while
 * one with a query inside starts an executor for each row. Every third character begins a gram, from three places on; of
 * what is left over at the ends nobody asks. Names are one line, so a line break can part the grams. The index stays as
 * it is: what it holds of older names, and what it will of new ones, has every gram that is searched for.
 */
export class CheaperNameGrams1763911000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const text = `replace(lower(name), ' ', '  ')`;
    const lineBreak = String.raw`E'\n'`;
    const grams = [`'  ' || ${text}`, `' ' || ${text}`, text]
      .map((from) => String.raw`regexp_replace(${from}, '(...)', E'\\1\n', 'g')`)
      .join(` || ${lineBreak} || `);
    await runner.query(
      `CREATE OR REPLACE FUNCTION contact_name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
       RETURN CASE WHEN name IS NULL OR octet_length(name) = length(name) THEN '{}'::text[]
              ELSE array_remove(string_to_array(${grams}, ${lineBreak}), '') END`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE OR REPLACE FUNCTION contact_name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000
       RETURN CASE WHEN name IS NULL OR octet_length(name) = length(name) THEN '{}'::text[] ELSE ARRAY(
         SELECT DISTINCT substr(padded.text, i, 3)
         FROM (SELECT '  ' || replace(lower(name), ' ', '  ') AS text) AS padded
         CROSS JOIN LATERAL generate_series(1, length(padded.text) - 2) AS i) END`,
    );
  }
}
