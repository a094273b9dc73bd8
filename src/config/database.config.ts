import { isUrlOf } from './checks.js';
import { Text, WholeNumber } from './decorators.js';

export class DatabaseConfig {
  @Text({
    env: 'DATABASE_URL',
    allowed: 'postgres://user:password@host:port/database',
    accepts: isUrlOf(['postgres', 'postgresql']),
    whenUnset: 'an embedded PostgreSQL in DATA_DIR',
    help: 'The PostgreSQL database (15 or newer).',
  })
  url?: string;

  @WholeNumber({
    env: 'DATABASE_POOL_SIZE',
    default: 20,
    min: 2,
    max: 200,
    unit: 'connections',
    help: 'Database connections this process may hold. The queue takes up to 18 more when it lives in PostgreSQL.',
  })
  poolSize!: number;
}
