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
    min: 5,
    max: 200,
    unit: 'connections',
    help: 'Database connections this process may hold, divided among kinds of work so that none waits for another: of 20 in a process with both roles, 2 are for log-in, health and short reads, 4 for searches and reports, 2 for large writes, 4 for other requests and 8 for jobs. The queue takes up to 18 more when it lives in PostgreSQL.',
  })
  poolSize!: number;

  @WholeNumber({
    env: 'REQUEST_STATEMENT_TIMEOUT',
    default: 30,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    help: 'Longest statement of an ordinary request; PostgreSQL ends it then.',
  })
  requestTimeoutSeconds!: number;

  @WholeNumber({
    env: 'READ_STATEMENT_TIMEOUT',
    default: 15,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    help: 'The same for a search, a filter, a report, or one page of a download.',
  })
  readTimeoutSeconds!: number;

  @WholeNumber({
    env: 'WRITE_STATEMENT_TIMEOUT',
    default: 300,
    min: 1,
    max: 3_600,
    unit: 'seconds',
    help: 'The same for a request that writes very many rows, such as a campaign with its audience.',
  })
  writeTimeoutSeconds!: number;

  @WholeNumber({
    env: 'JOB_STATEMENT_TIMEOUT',
    default: 600,
    min: 1,
    max: 86_400,
    unit: 'seconds',
    help: 'The same for work in the background.',
  })
  jobTimeoutSeconds!: number;
}
