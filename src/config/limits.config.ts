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
    env: 'LOGIN_ATTEMPTS_PER_MINUTE',
    default: 10,
    min: 1,
    max: 1_000,
    unit: 'attempts',
    help: 'Failed logins per minute before an account has to wait for a minute. One network address may fail five times as often.',
  })
  loginAttemptsPerMinute!: number;
}
