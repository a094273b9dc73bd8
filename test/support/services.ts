import { createEmptyDatabase, ensureTemplate, startTestPostgres } from './postgres-service.js';
import { startTestRedis } from './redis-service.js';

export interface TestServices {
  /** URL of a new empty database, for the check of the migrations. */
  createEmptyDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts what the suites need of the outside world and says in the environment where it is. What the environment
 * already names (STARLING_TEST_POSTGRES_URL, STARLING_TEST_REDIS_URL) is used instead and left running.
 */
export async function startTestServices(environment: NodeJS.ProcessEnv): Promise<TestServices> {
  const stops: (() => Promise<void>)[] = [];
  const services: TestServices = {
    createEmptyDatabase: () => createEmptyDatabase(environment['STARLING_TEST_POSTGRES_URL'] ?? ''),
    stop: async () => void (await Promise.all(stops.map((stop) => stop()))),
  };
  try {
    if (!environment['STARLING_TEST_REDIS_URL']) {
      const redis = await startTestRedis();
      stops.push(() => redis.stop());
      environment['STARLING_TEST_REDIS_URL'] = redis.url;
    }
    if (!environment['STARLING_TEST_POSTGRES_URL']) {
      const postgres = await startTestPostgres();
      stops.push(() => postgres.stop());
      environment['STARLING_TEST_POSTGRES_URL'] = postgres.url;
    }
    environment['STARLING_TEST_TEMPLATE'] = await ensureTemplate(environment['STARLING_TEST_POSTGRES_URL']);
    return services;
  } catch (error) {
    await services.stop();
    throw error;
  }
}
