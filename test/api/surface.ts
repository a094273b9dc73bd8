import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenApiDocument } from '../../src/api/openapi/document.js';
import type { Route } from '../../src/api/route.js';
import { allRoutes, type RouteServices } from '../../src/api/routes/index.js';
import { loadConfig } from '../../src/config/load.js';
import { systemClock } from '../../src/lib/clock.js';
import { newId } from '../../src/lib/ids.js';
import { createLogger } from '../../src/lib/logger.js';
import type { Role } from '../../src/modules/auth/auth.entity.js';
import { createRuntime } from '../../src/runtime.js';
import {
  createSimulatorNetwork,
  instantBehaviour,
  type SimulatorNetwork,
} from '../../src/transports/simulator/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertUser } from '../support/rows.js';
import { threadArguments } from '../support/threads.js';

export const PASSWORD = 'correct horse battery staple';

/** Every route of the own surface, as declared. Declaring calls no service; only answering would. */
export const declaredRoutes: readonly Route[] = allRoutes({
  clock: systemClock,
  version: '0',
  maxUploadBytes: 1,
} as RouteServices);

export interface Answer {
  method: string;
  path: string;
  status: number;
  headers: Headers;
  text: string;
  /** Undefined when it is not JSON. */
  body: Body | undefined;
}

export interface Body {
  success: boolean;
  message: string;
  errors: { path: string; message: string }[];
  /** As wide as a test needs it. */
  data: Data;
}
export interface Data {
  [name: string]: string;
}

export interface CallOptions {
  body?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
}

/** A caller with credentials, or without. */
export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

export interface Surface {
  /** Where it listens. */
  url: string;
  /** Its DATA_DIR. */
  dataDir: string;
  db: TestDatabase;
  network: SimulatorNetwork;
  document: OpenApiDocument;
  /** All responses so far, to any caller. */
  answers: Answer[];
  log(): string;
  anonymous: Call;
  /** A user of this tenant; a tenant of its own unless given. */
  as(role: Role, tenantId?: string): Promise<{ call: Call; tenantId: string; token: string }>;
  withKey(key: string): Call;
  close(): Promise<void>;
}

/**
 * The whole process, api and worker unless the settings say otherwise, on a database of its own and a network of pretend
 * phones.
 */
export async function startSurface(settings: Record<string, string> = {}): Promise<Surface> {
  const db = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'starling-surface-'));
  const lines: string[] = [];
  const logger = createLogger('trace', { destination: { write: (line) => lines.push(line) } });
  const network = createSimulatorNetwork({ behaviour: instantBehaviour });
  const tuning = { typing: { perCharacterMs: 0, minMs: 0, maxMs: 0 } };
  const config = configOf(db.url, dataDir, settings);
  const runtime = await createRuntime(config, { logger, simulatorNetwork: network, tuning, threadArguments });
  const answers: Answer[] = [];
  const caller = (credentials: Record<string, string>) => callerOf(runtime.url, credentials, answers);
  const anonymous = caller({});
  const document = (await anonymous('GET', '/api/docs.json')).body as unknown as OpenApiDocument;
  return {
    url: runtime.url,
    dataDir,
    db,
    network,
    document,
    answers,
    log: () => lines.join(''),
    anonymous,
    async as(role, tenantId) {
      const tenant = tenantId ?? (await db.createTenant());
      const email = await userOf(db, role, tenant);
      const { body } = await anonymous('POST', '/api/auth/login', { body: { email, password: PASSWORD } });
      const token = body?.data['accessToken'] ?? '';
      return { call: caller({ authorization: `Bearer ${token}` }), tenantId: tenant, token };
    },
    withKey: (key) => caller({ 'x-api-key': key }),
    async close() {
      await runtime.stop();
      network.close();
      await db.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function configOf(databaseUrl: string, dataDir: string, settings: Record<string, string>) {
  const env = {
    PORT: '0',
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    ENABLE_REDIS: 'false',
    ADMIN_EMAIL: 'first@example.com',
    ADMIN_PASSWORD: PASSWORD,
    APP_SECRET: 'the secret that encrypts in these tests',
    JWT_SECRET: 'the secret that signs in these tests',
    LOGIN_ATTEMPTS_PER_MINUTE: '1000',
    ...settings,
  };
  const outcome = loadConfig(env, { files: [] });
  if (!outcome.ok) throw new Error(outcome.errors.join('\n'));
  return outcome.config;
}

function callerOf(url: string, credentials: Record<string, string>, answers: Answer[]): Call {
  return async (method, path, { body, form, headers = {} } = {}) => {
    const json = body === undefined ? undefined : JSON.stringify(body);
    const response = await fetch(url + path, {
      method,
      headers: { ...credentials, ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
      body: form ?? json,
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const parsed = isJson ? (JSON.parse(text) as Body) : undefined;
    const answer = { method, path, status: response.status, headers: response.headers, text, body: parsed };
    answers.push(answer);
    return answer;
  };
}

async function userOf(db: TestDatabase, role: Role, tenantId: string): Promise<string> {
  const email = `${newId()}@example.com`;
  await insertUser(db.database.manager, tenantId, { email, password: PASSWORD, role });
  return email;
}
