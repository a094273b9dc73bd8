import { startEmbeddedPostgres } from '../../../src/db/embedded/index.js';
import { createLogger } from '../../../src/lib/logger.js';

/** A process that runs the database of a data folder until it is killed; prints the URL, or why it could not. */
const [dataDir = ''] = process.argv.slice(2);
try {
  const postgres = await startEmbeddedPostgres({ dataDir, logger: createLogger('silent') });
  console.log(postgres.url);
  setInterval(() => undefined, 1_000);
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error));
}
