import { isEmail } from 'class-validator';
import { Choice, Text, WholeNumber } from './decorators.js';

const SHORTEST_SECRET = 32;
const SHORTEST_PASSWORD = 8;
const GENERATED_SECRET = 'generated at the first start, kept in .env.local';

export class AuthConfig {
  @Choice({
    env: 'AUTH_MODE',
    default: 'password',
    of: ['password', 'none'],
    help: 'none lets every request act as the administrator and is possible only while HOST is a loopback address.',
  })
  mode!: 'password' | 'none';

  @Text({
    env: 'ADMIN_EMAIL',
    default: 'admin@localhost',
    allowed: 'an e-mail address',
    accepts: (text) => isEmail(text, { require_tld: false }),
    help: 'The first administrator, created when the database is empty.',
  })
  adminEmail!: string;

  @Text({
    env: 'ADMIN_PASSWORD',
    secret: true,
    allowed: `at least ${SHORTEST_PASSWORD} characters`,
    accepts: (text) => text.length >= SHORTEST_PASSWORD,
    whenUnset: 'generated and printed once',
    help: "The first administrator's password. Later changes of this setting change nothing.",
  })
  adminPassword?: string;

  @Text({
    env: 'APP_SECRET',
    secret: true,
    allowed: `at least ${SHORTEST_SECRET} characters`,
    accepts: (text) => text.length >= SHORTEST_SECRET,
    whenUnset: GENERATED_SECRET,
    help: 'Key material that encrypts session credentials in the database. The same in all processes; when it is lost, every sender has to be paired again.',
  })
  appSecret?: string;

  @Text({
    env: 'JWT_SECRET',
    secret: true,
    allowed: `at least ${SHORTEST_SECRET} characters`,
    accepts: (text) => text.length >= SHORTEST_SECRET,
    whenUnset: GENERATED_SECRET,
    help: 'Signs the tokens of logged-in users. The same in all api processes; changing it logs all users out.',
  })
  jwtSecret?: string;

  @WholeNumber({
    env: 'ACCESS_TOKEN_LIFETIME',
    default: 3_600,
    min: 60,
    max: 86_400,
    unit: 's',
    help: 'How long a token from POST /api/auth/login is valid.',
  })
  accessTokenLifetimeSeconds!: number;

  @WholeNumber({
    env: 'REFRESH_TOKEN_LIFETIME',
    default: 2_592_000,
    min: 3_600,
    max: 31_536_000,
    unit: 's',
    help: 'How long a login can be renewed without the password.',
  })
  refreshTokenLifetimeSeconds!: number;
}
