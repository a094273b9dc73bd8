import { WholeNumber } from './decorators.js';

export class LimitsConfig {
  @WholeNumber({
    env: 'BODY_MAX_BYTES',
    default: 5_242_880,
    min: 1_024,
    max: 104_857_600,
    unit: 'bytes',
    help: 'Largest JSON body of a request. Larger audiences belong into a file import.',
  })
  bodyMaxBytes!: number;

  @WholeNumber({
    env: 'UPLOAD_MAX_BYTES',
    default: 104_857_600,
    min: 1_024,
    max: 2_147_483_648,
    unit: 'bytes',
    help: 'Largest file of an upload.',
  })
  uploadMaxBytes!: number;

  @WholeNumber({
    env: 'IMPORT_QUOTA_BYTES',
    default: 2_147_483_648,
    min: 1_048_576,
    max: 1_099_511_627_776,
    unit: 'bytes',
    help: 'Contact files of one tenant that wait to be imported, and rejected rows that are kept, all together.',
  })
  importQuotaBytes!: number;

  @WholeNumber({
    env: 'IDEMPOTENCY_QUOTA_BYTES',
    default: 2_147_483_648,
    min: 1_048_576,
    max: 1_099_511_627_776,
    unit: 'bytes',
    help: 'Answers to requests with an Idempotency-Key that are kept for one tenant, all together.',
  })
  answersQuotaBytes!: number;

  @WholeNumber({
    env: 'IMPORT_MAX_ROWS',
    default: 1_000_000,
    min: 1,
    max: 10_000_000,
    unit: 'rows',
    help: 'Most rows of one contact import.',
  })
  importMaxRows!: number;

  @WholeNumber({
    env: 'CONTACT_ATTRIBUTE_NAMES',
    default: 1_000,
    min: 1,
    max: 10_000,
    unit: 'names',
    help: 'Most different names that the attributes of one tenant have, over all its contacts.',
  })
  attributeNames!: number;

  @WholeNumber({
    env: 'EXPENSIVE_REQUESTS_PER_TENANT',
    default: 2,
    min: 1,
    max: 200,
    unit: 'requests',
    help: 'Searches and reports of one tenant that run at once in a process, and twice as many as its large writes. A few more wait for their turn, others are answered with 429.',
  })
  expensivePerTenant!: number;

  @WholeNumber({
    env: 'EXPENSIVE_REQUESTS',
    default: 4,
    min: 1,
    max: 200,
    unit: 'requests',
    help: 'The same of all tenants together, who take turns. More than there are database connections for them only wait.',
  })
  expensiveAtOnce!: number;

  @WholeNumber({
    env: 'DOWNLOADS_PER_TENANT',
    default: 2,
    min: 1,
    max: 200,
    unit: 'downloads',
    help: 'Files of contacts, recipients and rejected rows that one tenant may download at once from a process.',
  })
  downloadsPerTenant!: number;

  @WholeNumber({
    env: 'DOWNLOADS',
    default: 10,
    min: 1,
    max: 1_000,
    unit: 'downloads',
    help: 'The same of all tenants together.',
  })
  downloadsAtOnce!: number;

  @WholeNumber({
    env: 'LOGIN_ATTEMPTS_PER_MINUTE',
    default: 10,
    min: 1,
    max: 1_000,
    unit: 'attempts',
    help: 'Failed logins per minute before an account has to wait for a minute. One network address may fail five times as often.',
  })
  loginAttemptsPerMinute!: number;
}
