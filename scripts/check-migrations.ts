import dataSource from '../ormconfig.js';

/** Fails when the entities say something the migrations do not create. Expects DATABASE_URL to be an empty database. */
await dataSource.initialize();
try {
  await dataSource.runMigrations({ transaction: 'all' });
  const missing = await dataSource.driver.createSchemaBuilder().log();
  for (const { query } of missing.upQueries) console.error(`missing in migrations/: ${query}`);
  process.exitCode = missing.upQueries.length === 0 ? 0 : 1;
} finally {
  await dataSource.destroy();
}
