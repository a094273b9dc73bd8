import { startTestPostgres } from '../test/support/postgres-service.js';

/**
 * Fails when the entities say something the migrations do not create, and prints the SQL that is missing. DATABASE_URL
 * names an empty database; without it, one is started for the check.
 */
const own = process.env['DATABASE_URL'] ? undefined : await startTestPostgres();
try {
  if (own) process.env['DATABASE_URL'] = own.url;
  const { default: dataSource } = await import('../ormconfig.js');
  await dataSource.initialize();
  try {
    await dataSource.runMigrations({ transaction: 'all' });
    const missing = await dataSource.driver.createSchemaBuilder().log();
    for (const { query } of missing.upQueries) console.error(`missing in migrations/: ${query}`);
    process.exitCode = missing.upQueries.length === 0 ? 0 : 1;
  } finally {
    await dataSource.destroy();
  }
} finally {
  await own?.stop();
}
