const WORDS = `replace(lower(name), ' ', '  ')`;

/** Separates the grams of a name: a name is one line, so none of its grams holds a line break. */
const LINE_BREAK = String.raw`E'\n'`;

/** SQL for all grams of a name: every third character begins one, counted from its first, second and third character. */
const GRAMS = [`'  ' || ${WORDS}`, `' ' || ${WORDS}`, WORDS]
  .map((from) => String.raw`regexp_replace(${from}, '(...)', E'\\1\n', 'g')`)
  .join(` || ${LINE_BREAK} || `);

/**
 * Indexes that keep a million contacts quick to search by tag, attribute, part of a name and part of a number.
 *
 * pg_trgm takes letters from the character type of the database. Where that is C, as in the embedded PostgreSQL, it
 * knows ASCII only and finds nothing in a name in Cyrillic or Chinese. `contact_name_grams` returns every three
 * successive characters of such a name, with two spaces before each word. It is one expression, because the planner
 * then makes it part of the statement; a function with a query inside would start an executor for each row.
 */
export const contactSearch = `
-- Both are part of PostgreSQL (contrib) and trusted: the owner of the database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE FUNCTION contact_name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN name IS NULL OR octet_length(name) = length(name) THEN '{}'::text[]
       ELSE array_remove(string_to_array(${GRAMS}, ${LINE_BREAK}), '') END;

-- LIKE 'start%' needs this operator class in every collation but C.
CREATE INDEX contacts_phone_start ON contacts (tenant_id, phone text_pattern_ops);
CREATE INDEX contacts_last_digits ON contacts (tenant_id, right(phone, 8));

-- One index for every combination of conditions. Its list of new entries stays short, because every search reads all
-- of that list.
CREATE INDEX contacts_search ON contacts
  USING gin (tenant_id, tags, attributes jsonb_path_ops, name gin_trgm_ops, contact_name_grams(name))
  WITH (gin_pending_list_limit = 1024);
-- Counting the grams of 300,000 names would make ANALYZE slow, and tell the planner no more than that they are rare.
ALTER INDEX contacts_search ALTER COLUMN 5 SET STATISTICS 0;
-- The planner chooses between this index and reading in order by how common it believes a part of a name to be.
ALTER TABLE contacts ALTER name SET STATISTICS 1000;
`;
