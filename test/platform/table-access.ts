/**
 * Who reads and writes the tables of others. A table belongs to the module with its entity: only that module writes it.
 * What stands here is excepted, each with its reason; table-access.test.ts fails on what is missing, and on an entry
 * that is no longer needed.
 */

/** Tables without an entity: who they belong to. */
export const tablesWithoutEntity = new Map([
  ['migrations', 'db'],
  // Of TypeORM itself, for generated columns.
  ['typeorm_metadata', 'db'],
]);
