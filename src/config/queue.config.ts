import { isHost, isUrlOf } from './checks.js';
import { Switch, Text, WholeNumber } from './decorators.js';

export class QueueConfig {
  @Switch({
    env: 'ENABLE_REDIS',
    default: false,
    help: 'Keeps the job queue in Redis or Valkey instead of PostgreSQL: faster, and the database is spared that work.',
  })
  enableRedis!: boolean;

  @Text({
    env: 'REDIS_URL',
    allowed: 'redis://user:password@host:port/number, or rediss:// for TLS',
    accepts: isUrlOf(['redis', 'rediss']),
    help: 'The Redis or Valkey server, with ENABLE_REDIS=true. Wins over REDIS_HOST and REDIS_PORT.',
  })
  redisUrl?: string;

  @Text({
    env: 'REDIS_HOST',
    allowed: 'an IP address or a host name',
    accepts: isHost,
    help: 'Host of a Redis without a password, as an alternative to REDIS_URL.',
  })
  redisHost?: string;

  @WholeNumber({
    env: 'REDIS_PORT',
    default: 6379,
    min: 1,
    max: 65_535,
    help: 'Port that belongs to REDIS_HOST.',
  })
  redisPort!: number;

  @WholeNumber({
    env: 'CAMPAIGN_CONCURRENCY',
    default: 10,
    min: 1,
    max: 200,
    unit: 'campaigns',
    help: 'Campaigns whose window of queued messages one worker process fills up at the same time. Each takes a database connection meanwhile.',
  })
  campaignConcurrency!: number;

  @WholeNumber({
    env: 'IMPORT_CONCURRENCY',
    default: 2,
    min: 1,
    max: 20,
    unit: 'jobs',
    help: 'Contact files and bulk edits that one worker process works on at the same time, of one tenant a file and an edit; the others wait for their turn. More of them slow messages down.',
  })
  importConcurrency!: number;

  @WholeNumber({
    env: 'SESSION_CONCURRENCY',
    default: 10,
    min: 1,
    max: 200,
    unit: 'senders',
    help: 'Senders that one worker process connects, disconnects or logs out on request at the same time.',
  })
  sessionConcurrency!: number;

  @WholeNumber({
    env: 'RECEIPT_CONCURRENCY',
    default: 25,
    min: 1,
    max: 500,
    unit: 'jobs',
    help: 'Jobs of up to 500 receipts that one worker process works on at the same time. Up to 25 that run at the same time are written in one transaction.',
  })
  receiptConcurrency!: number;

  /** Where the queue's Redis is; undefined when the queue lives in PostgreSQL. */
  get activeRedisUrl(): string | undefined {
    if (!this.enableRedis) return undefined;
    if (this.redisUrl) return this.redisUrl;
    if (!this.redisHost) return undefined;
    const host = this.redisHost.includes(':') ? `[${this.redisHost}]` : this.redisHost;
    return `redis://${host}:${this.redisPort}`;
  }
}
