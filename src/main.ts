import 'reflect-metadata';
import { loadConfigOrExit } from './config/index.js';
import { errorMessage } from './lib/errors.js';
import { createLogger, type Logger } from './lib/logger.js';
import type { Runtime } from './runtime.js';

/** Beyond the bounded steps of a shutdown something hangs; ending is then better than waiting. */
const SHUTDOWN_GRACE_MS = 30_000;

async function main(): Promise<void> {
  const config = loadConfigOrExit();
  const logger = createLogger(config.log.level, { format: config.log.format });
  const signals = listenForSignals(config.server.shutdownTimeoutMs, logger);
  const { createRuntime } = await import('./runtime.js');
  const runtime = await createRuntime(config, { logger });
  announce(runtime, config.auth.mode === 'none');
  signals.attach(runtime);
}

function announce({ url, newAdmin }: Runtime, open: boolean): void {
  if (newAdmin?.password) {
    process.stderr.write(
      `\n  First start: log in as ${newAdmin.email} with the password ${newAdmin.password}\n` +
        '  It is shown only now.\n',
    );
  }
  if (open)
    process.stderr.write('\n  AUTH_MODE=none: every user of this machine acts as the administrator.\n');
  process.stderr.write(`\n  Starling listens on ${url}, its API is described at ${url}/api/docs\n\n`);
}

/** The first SIGTERM or SIGINT drains, also during the start; the second one ends the process at once. */
function listenForSignals(drainMs: number, logger: Logger): { attach(runtime: Runtime): void } {
  let runtime: Runtime | undefined;
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (!runtime) return;
    setTimeout(() => process.exit(1), 2 * drainMs + SHUTDOWN_GRACE_MS).unref();
    await runtime.stop();
    logger.info('stopped');
    process.exit(0);
  };
  const onSignal = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, 'stopping; a second signal ends the process at once');
    void stop();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return {
    attach(started) {
      runtime = started;
      if (stopping) void stop();
    },
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`Starling cannot start: ${errorMessage(error)}\n`);
  process.exit(1);
});
