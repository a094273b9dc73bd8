/** What the column `line` of a table with a number is made by, as the entities have it. */
export const LINE = 'phone_line(phone)';

/** Where the number may be missing, or be another identity: see src/modules/contacts/core/identity.ts. */
export const CONTACT_LINE = 'coalesce(phone_line(phone), address)';
export const SUPPRESSION_LINE = 'phone_line(address)';
export const IDENTITY_LINE =
  "CASE kind WHEN 'phone' THEN value WHEN 'lid' THEN 'lid:' || value ELSE 'bsuid:' || scope || ':' || value END";

/** The tables with a column `line`, and what it is made by. */
export const tablesWithLine: readonly (readonly [table: string, expression: string])[] = [
  ['contacts', CONTACT_LINE],
  ['contact_identities', IDENTITY_LINE],
  ['suppressions', SUPPRESSION_LINE],
  ['number_check_items', LINE],
  ['deliveries', LINE],
];

/**
 * The one form of a line, whatever form its number is written in: the same as `lineOf` of src/lib/phone-line.ts, which
 * has the reasons. Here too, so that no statement can store a number without its line. One expression: the planner then
 * makes it part of the statement.
 */
export const phoneLines = String.raw`
CREATE FUNCTION phone_line(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE left(phone, 3)
  WHEN '+55' THEN regexp_replace(phone, '^\+55([1-9]{2})([6-9][0-9]{7})$', '+55\19\2')
  WHEN '+52' THEN regexp_replace(phone, '^\+521([0-9]{10})$', '+52\1')
  WHEN '+54' THEN regexp_replace(phone, '^\+549([0-9]{10})$', '+54\1')
  WHEN '+22' THEN
    regexp_replace(regexp_replace(regexp_replace(regexp_replace(phone,
      '^\+229([24-69][0-9]{7})$', '+22901\1'),
      '^\+225([04-7][0-3][0-9]{6})$', '+22501\1'),
      '^\+225([04-8][4-6][0-9]{6})$', '+22505\1'),
      '^\+225([04-8][7-9][0-9]{6})$', '+22507\1')
  WHEN '+24' THEN
    regexp_replace(regexp_replace(regexp_replace(phone,
      '^\+2410?(1[0-9]{6})$', '+2411\1'),
      '^\+2410?([256][0-9]{6})$', '+2416\1'),
      '^\+2410?([47][0-9]{6})$', '+2417\1')
  ELSE phone END;
`;
