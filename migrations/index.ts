import { InitialSchema1796093035000 } from './1796093035000-initial-schema.js';

/**
 * Every migration, in the order in which they are applied. Append only: a migration that has been applied anywhere never
 * changes, because the databases that have it would then differ from those that get it later.
 *
 * The number of a migration is the time at which it was written, in milliseconds (`date +%s000`): it begins the name of
 * the file, ends the name of the class, and has to be larger than the number before it, because TypeORM sorts by it.
 */
export const allMigrations = [InitialSchema1796093035000];
