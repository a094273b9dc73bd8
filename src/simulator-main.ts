import { readFile } from 'node:fs/promises';
import { DomainError, errorMessage } from './lib/errors.js';
import { createLogger } from './lib/logger.js';
import { createSimulatorNetwork, createSimulatorServer } from './transports/simulator/index.js';
import { parseCommandLine, usage, type CommandLine } from './transports/simulator/process/command-line.js';

/** The simulated network as a process of its own: `npm run simulator -- --port 4010`. */
async function main(): Promise<void> {
  const parsed = parseCommandLine(process.argv.slice(2));
  if (parsed.kind === 'help') process.stdout.write(usage);
  else if (parsed.kind === 'wrong') fail(`${parsed.message}\n\n${usage}`);
  else await run(parsed.options);
}

async function run(options: CommandLine): Promise<void> {
  const { port, seed, ledgerCapacity, idempotentIds } = options;
  const behaviour = options.behaviourFile ? await parseBehaviour(options.behaviourFile) : {};
  const network = createSimulatorNetwork({ seed, behaviour, ledgerCapacity, idempotentIds });
  const server = createSimulatorServer({ network, logger: createLogger('warn') });
  const address = await server.listen(port);
  process.stdout.write(
    `Simulator listening on ${address} (this machine only, no login).\n` +
      `Start Starling with SIMULATOR_URL=${address}\n` +
      `What arrived: ${address}/ledger and ${address}/ledger/summary\n`,
  );
  const stop = (): void => {
    network.close();
    void server.close();
  };
  // The first signal closes what keeps the process alive; a second one ends it at once.
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

async function parseBehaviour(file: string): Promise<Record<string, unknown>> {
  try {
    // The network checks every field of it.
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new DomainError(
      'invalid',
      'unreadable_behaviour',
      `--behaviour ${file} cannot be read: ${errorMessage(error)}`,
    );
  }
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

function explain(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return 'That port is taken; choose another one with --port, or 0 for a free one.';
  }
  return errorMessage(error);
}

main().catch((error: unknown) => fail(explain(error)));
