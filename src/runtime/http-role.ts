import { join, resolve } from 'node:path';
import { createApp } from '../api/app.js';
import type { ServerPhase } from '../api/middleware/phase.js';
import { allRoutes } from '../api/routes/index.js';
import { healthRoutes, type HealthDependencies, type Readiness } from '../api/routes/health.js';
import { startServer, type RunningServer } from '../api/server.js';
import { addMs, systemClock } from '../lib/clock.js';
import { removeOldFiles } from '../lib/old-files.js';
import { withFallback } from '../lib/time-out.js';
import type { Database } from '../db/index.js';
import { readInstallation, type InstallationState } from '../modules/installation/index.js';
import { countBacklog } from '../modules/inbound/index.js';
import { countSendersByStatus } from '../modules/senders/index.js';
import type { Services } from './services.js';
import type { ServiceInputs } from './inputs.js';

/** No upload takes that long. */
const ABANDONED_UPLOAD_MS = 24 * 60 * 60_000;

/** Serves the API; a worker-only process serves just the health routes, for its process manager. */
export async function startHttpRole(
  inputs: ServiceInputs & { version: string; phase: () => ServerPhase },
  services: Services,
): Promise<RunningServer> {
  const { config, infrastructure, logger, version, phase } = inputs;
  const uploadDir = join(resolve(config.server.dataDir), 'uploads');
  const left = await removeOldFiles(uploadDir, addMs(systemClock.now(), -ABANDONED_UPLOAD_MS));
  if (left > 0) logger.info({ files: left }, 'deleted unfinished uploads of an earlier process');
  const health: HealthDependencies = {
    readiness: () => readiness(inputs),
    senderCounts: () => countSendersByStatus(infrastructure.database.manager),
    inboundBacklog: () => countBacklog(infrastructure.database.manager),
    version,
    clock: systemClock,
  };
  const isApi = config.server.roles.includes('api');
  const app = createApp({
    routes: isApi
      ? allRoutes({ ...services, ...health, maxUploadBytes: config.limits.uploadMaxBytes })
      : healthRoutes(health),
    database: infrastructure.database,
    authenticator: services.authenticator,
    idempotency: services.idempotency,
    boardQueues: isApi ? infrastructure.queue.boardQueues() : [],
    phase,
    logger,
    settings: {
      version,
      corsOrigins: config.server.corsOrigins,
      trustProxy: config.server.trustProxy,
      uploadDir,
      jsonLimitBytes: config.limits.bodyMaxBytes,
      work: config.limits,
    },
  });
  const { host, port, trustProxy, maxConnections, clientTimeoutMs } = config.server;
  return startServer(app, {
    host,
    port,
    authMode: config.auth.mode,
    stalledMs: clientTimeoutMs,
    maxConnections,
    behindProxy: trustProxy > 0,
  });
}

/** Whether requests are welcome does not depend on it: where it cannot be read, it is left out. */
function stateAfterRestore(database: Database): Promise<InstallationState | undefined> {
  const state = readInstallation(database.manager).then(
    (installation) => installation?.state,
    () => undefined,
  );
  return withFallback(STATE_MS, state, () => undefined);
}

const STATE_MS = 1_000;

const RESTORED =
  'database_restored: campaigns that may have been sent since the backup are held until they are resumed';

async function readiness({
  infrastructure,
  phase,
}: ServiceInputs & { phase: () => ServerPhase }): Promise<Readiness> {
  const { database } = infrastructure;
  const [reason, queue] = await Promise.all([database.unavailableReason(), infrastructure.queue.ping()]);
  const restored = reason === undefined ? await stateAfterRestore(database) : undefined;
  const running = phase() === 'running';
  const checks = [
    { name: 'database', ok: reason === undefined, ...(reason === undefined ? {} : { detail: reason }) },
    { name: 'queue', ok: queue, ...(queue ? {} : { detail: 'no answer' }) },
    { name: 'process', ok: running, ...(running ? {} : { detail: phase() }) },
    // Requests are welcome: only what was under way before the restore is held.
    ...(restored === 'restored' || restored === 'held'
      ? [{ name: 'restore', ok: true, detail: RESTORED }]
      : []),
  ];
  return { ready: checks.every(({ ok }) => ok), checks };
}
