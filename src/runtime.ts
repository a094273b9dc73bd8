import { ensureSecrets, type Config } from './config/index.js';
import type { ServerPhase } from './api/middleware/phase.js';
import { errorMessage } from './lib/errors.js';
import { collectGarbageEarly } from './lib/garbage.js';
import type { Logger } from './lib/logger.js';
import { letOthersGoFirst } from './lib/priority.js';
import { bootstrapAdmin } from './modules/auth/index.js';
import { openInfrastructure } from './runtime/infrastructure.js';
import { createServices } from './runtime/services.js';
import { openThreads } from './runtime/threads.js';
import type { WorkerTuning } from './runtime/worker-role.js';
import {
  createSimulatorNetwork,
  createSimulatorTransport,
  type SimulatorNetwork,
} from './transports/simulator/index.js';
import type { TransportRegistry } from './transports/transport.js';
import { version } from './version.js';

export interface RuntimeOptions {
  logger: Logger;
  /** A network of the caller's own instead of the one inside this process (the demo, tests, measurements). */
  simulatorNetwork?: SimulatorNetwork;
  tuning?: WorkerTuning;
  /** Options of Node for the threads, where they do not inherit what the process needs to run TypeScript (tests). */
  threadArguments?: string[];
}

export interface Runtime {
  /** Where the HTTP server listens. */
  url: string;
  /** Present when this start created the first administrator; `password` only when it was generated. */
  newAdmin: { email: string; password: string | undefined } | undefined;
  /** Drains and closes everything, in the reverse order of the start. Safe to call twice. */
  stop(): Promise<void>;
}

/** Arrivals an in-process network remembers; a process of its own keeps more. */
const LEDGER_CAPACITY = 50_000;

/** Puts the whole process together. The only place that knows every part; nothing is a global. */
export async function createRuntime(config: Config, options: RuntimeOptions): Promise<Runtime> {
  const { logger } = options;
  collectGarbageEarly();
  let phase: ServerPhase = 'starting';
  const undo: (() => Promise<void>)[] = [];
  try {
    await ensureSecrets(config);
    const infrastructure = await openInfrastructure(config, logger);
    undo.push(() => infrastructure.close());
    const { transports, close } = openTransports(config, options);
    undo.push(close);
    const threads = openThreads(config, logger, options.threadArguments);
    undo.push(() => threads.close());
    const newAdmin = await firstAdmin(config, infrastructure.database);
    const inputs = { config, logger, infrastructure, transports, threads, version, phase: () => phase };
    const services = createServices(inputs);

    if (!config.server.roles.includes('worker')) {
      const { recogniseRestore } = await import('./runtime/restore.js');
      await recogniseRestore(config, infrastructure, logger);
    }
    // Each role is loaded only where it runs.
    const { startHttpRole } = await import('./runtime/http-role.js');
    const server = await startHttpRole(inputs, services);
    undo.push(() => server.drain(config.server.shutdownTimeoutMs));
    if (config.server.roles.includes('worker')) {
      const { startWorkerRole } = await import('./runtime/worker-role.js');
      const worker = await startWorkerRole({ ...inputs, tuning: options.tuning ?? {} }, services);
      undo.push(() => worker.stop(config.server.shutdownTimeoutMs));
    }
    // Not before: on a busy machine a start at low priority takes minutes.
    if (!config.server.roles.includes('api')) letOthersGoFirst(logger);
    phase = 'running';
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      phase = 'draining';
      return (stopping ??= undoAll(undo, logger));
    };
    return { url: server.url, newAdmin, stop };
  } catch (error) {
    await undoAll(undo, logger);
    throw error;
  }
}

/** The explicit registry of what can be chosen as a sender's transport. */
function openTransports(
  config: Config,
  { logger, simulatorNetwork }: RuntimeOptions,
): { transports: TransportRegistry; close: () => Promise<void> } {
  const { url } = config.simulator;
  const own =
    simulatorNetwork || url ? undefined : createSimulatorNetwork({ ledgerCapacity: LEDGER_CAPACITY });
  const network = simulatorNetwork ?? own ?? { url: url ?? '' };
  const transports: TransportRegistry = { simulator: createSimulatorTransport({ network, logger }) };
  return {
    transports,
    async close() {
      await Promise.all(Object.values(transports).map((transport) => transport.close()));
      own?.close();
    },
  };
}

async function firstAdmin(
  config: Config,
  database: Parameters<typeof bootstrapAdmin>[0],
): Promise<Runtime['newAdmin']> {
  const { adminEmail: email, adminPassword: password } = config.auth;
  const outcome = await bootstrapAdmin(database, { email, password });
  return outcome.kind === 'created' ? { email: outcome.email, password: outcome.password } : undefined;
}

/** One step that fails must not keep the others from closing. */
async function undoAll(steps: (() => Promise<void>)[], logger: Logger): Promise<void> {
  for (const step of steps.toReversed()) {
    try {
      await step();
    } catch (error) {
      logger.error({ error: errorMessage(error) }, 'a part did not close cleanly');
    }
  }
}
