import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import supertest from 'supertest';
import { createApp, type AppDependencies } from '../../src/api/app.js';
import type { Route } from '../../src/api/route.js';
import { apiKeysRoutes } from '../../src/api/routes/api-keys.js';
import { authRoutes } from '../../src/api/routes/auth.js';
import { systemClock, type Clock } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import {
  ApiKeyService,
  Authenticator,
  AuthService,
  bootstrapAdmin,
  IdempotencyService,
  LoginLimiter,
  type AuthMode,
  type LoginLimits,
} from '../../src/modules/auth/index.js';
import type { Role } from '../../src/modules/auth/auth.entity.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertUser } from '../support/rows.js';

export const ADMIN = { email: 'admin@example.com', password: 'correct horse battery' };

/** As the settings' defaults. */
const WORK = { expensivePerTenant: 2, expensiveAtOnce: 4, downloadsPerTenant: 2, downloadsAtOnce: 10 };

export interface TestApi {
  db: TestDatabase;
  app: Express;
  request: ReturnType<typeof supertest>;
  auth: AuthService;
  /** What was logged, one parsed line each. */
  logLines: Record<string, unknown>[];
  uploadDir: string;
  /** An access token; of the admin unless told. */
  token(user?: { email: string; password: string }): Promise<string>;
  createUser(role: Role, tenantId?: string): Promise<{ id: string; email: string; password: string }>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  routes?: Route[];
  mode?: AuthMode;
  clock?: Clock;
  loginLimits?: LoginLimits;
  phase?: AppDependencies['phase'];
  boardQueues?: AppDependencies['boardQueues'];
  settings?: Partial<AppDependencies['settings']>;
  db?: TestDatabase;
}

/** The real application on a database of its own, with an admin and whatever routes the test declares. */
export async function createTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const db = options.db ?? (await createTestDatabase());
  const clock = options.clock ?? systemClock;
  const logLines: Record<string, unknown>[] = [];
  const logger = createLogger('debug', {
    destination: { write: (line) => logLines.push(JSON.parse(line)) },
  });
  const limiter = new LoginLimiter(db.database, options.loginLimits);
  const jwtSecret = 'a secret of at least thirty-two bytes';
  const auth = new AuthService({
    database: db.database,
    limiter,
    clock,
    logger,
    jwtSecret,
    accessTokenSeconds: 15 * 60,
    refreshTokenSeconds: 30 * 24 * 60 * 60,
  });
  const apiKeys = new ApiKeyService({ database: db.database, clock });
  const mode = options.mode ?? 'password';
  await bootstrapAdmin(db.database, ADMIN);
  const uploadDir = await mkdtemp(join(tmpdir(), 'starling-uploads-'));
  const app = createApp({
    routes: [...authRoutes({ auth }), ...apiKeysRoutes({ apiKeys }), ...(options.routes ?? [])],
    database: db.database,
    authenticator: new Authenticator({ mode, database: db.database, auth, apiKeys, clock }),
    idempotency: new IdempotencyService({ database: db.database, clock, logger }),
    boardQueues: options.boardQueues ?? [],
    phase: options.phase ?? (() => 'running'),
    logger,
    settings: {
      version: '0.0.0',
      corsOrigins: [],
      uploadDir,
      jsonLimitBytes: 100_000,
      work: WORK,
      ...options.settings,
    },
  });
  const request = supertest(app);
  return {
    db,
    app,
    request,
    auth,
    logLines,
    uploadDir,
    async token(user = ADMIN) {
      return (await auth.login({ ...user, address: '127.0.0.1' })).accessToken;
    },
    async createUser(role, tenantId) {
      const id = newId();
      const user = { id, email: `${id}@example.com`, password: 'a long password' };
      const tenant = tenantId ?? (await db.createTenant());
      await insertUser(db.database.manager, tenant, { ...user, role });
      return user;
    },
    async close() {
      await rm(uploadDir, { recursive: true, force: true });
      if (!options.db) await db.close();
    },
  };
}
