import 'reflect-metadata';
import { createDataSource, defaultTimeouts } from './src/db/index.js';
import { entities, migrations } from './src/schema.js';

/** The DataSource of the TypeORM command line: `npx typeorm-ts-node-esm` and scripts/check-migrations.ts. */
export default createDataSource({
  url: process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/starling',
  entities,
  migrations,
  connections: 2,
  // The command line applies migrations like any other statement, and they take as long as they take.
  timeouts: { ...defaultTimeouts, job: 0 },
});
