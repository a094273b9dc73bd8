import 'reflect-metadata';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { loadConfigOrExit } from '../src/config/index.js';
import { createLogger } from '../src/lib/logger.js';
import { createRuntime } from '../src/runtime.js';
import {
  createSimulatorNetwork,
  instantBehaviour,
  type SimulatorNetwork,
} from '../src/transports/simulator/index.js';
import type { Answer, Hearing, Question, ServerSettings } from './support/server-protocol.js';

/**
 * The program as it runs in production, with what a measurement needs: a network in this process that answers at once,
 * no typing, and answers to the questions of the process that measures.
 */
async function main(): Promise<void> {
  const settings = JSON.parse(process.env['BENCH_SETTINGS'] ?? '{}') as ServerSettings;
  const statements = countStatements();
  const config = loadConfigOrExit();
  const network = createSimulatorNetwork({
    behaviour: {
      ...instantBehaviour,
      receipts: { ...instantBehaviour.receipts, ...(settings.receipts ? {} : { server: 0, delivered: 0 }) },
    },
    ledgerCapacity: settings.ledgerCapacity ?? 1_000,
  });
  const runtime = await createRuntime(config, {
    logger: createLogger(config.log.level, { format: config.log.format }),
    simulatorNetwork: network,
    tuning: {
      ...(settings.typing ? {} : { typing: { perCharacterMs: 0, minMs: 0, maxMs: 0 } }),
      pause: { minMs: 0, maxMs: 0 },
    },
  });
  const worstBlock = watchBlocks();
  const answer = (question: Question): Answer => ({
    id: question.id,
    worstBlockMs: question.kind === 'blocks' ? worstBlock() : 0,
    memory: process.memoryUsage(),
    arrived: network.ledger.summary().arrived,
    statements: statements(),
    at: Date.now(),
  });
  const onNextArrival = watchArrivals(network.ledger);
  process.on('message', (question: Question) => {
    if (question.kind === 'nextArrival') return onNextArrival(() => process.send?.(answer(question)));
    if (question.kind === 'hear' && question.hear) {
      void phonesWrite(network, question.hear).then(() => process.send?.(answer(question)));
      return;
    }
    if (question.kind === 'collect') globalThis.gc?.();
    process.send?.(answer(question));
  });
  // The measuring process has died: this one is not needed any more.
  process.on('disconnect', () => process.exit(1));
  process.on('SIGTERM', () => void runtime.stop().then(() => process.exit(0)));
  process.send?.({ id: 0, url: runtime.url });
}

/** In slices of a fiftieth of a second where there is a rate. */
async function phonesWrite(
  network: SimulatorNetwork,
  { messages, people, perSecond }: Hearing,
): Promise<void> {
  const senders = network.senders();
  const started = performance.now();
  for (let written = 0; written < messages;) {
    const due = perSecond === 0 ? messages : ((performance.now() - started) / 1_000) * perSecond;
    for (; written < Math.min(due, messages); written += 1) {
      const to = senders[written % senders.length] ?? '';
      network.write({
        to,
        from: `+5511${900_000_001 + (written % people)}`,
        text: 'Hello, is it still there?',
      });
    }
    if (written < messages) await pause(20);
  }
}

/** Everything this process asks PostgreSQL, BEGIN and COMMIT included. */
function countStatements(): () => number {
  let count = 0;
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function counted(this: unknown, ...args: unknown[]): unknown {
    count += 1;
    return query.apply(this, args);
  };
  return () => count;
}

/** Milliseconds of the longest block of the event loop since the last call; the first call begins to watch. */
function watchBlocks(): () => number {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  return () => {
    const worst = delays.count === 0 ? 0 : delays.max / 1e6;
    delays.enable();
    delays.reset();
    return worst;
  };
}

/** Calls back once for each time it is asked, when the next message has come in. */
function watchArrivals(ledger: Pick<SimulatorNetwork['ledger'], 'add'>): (tell: () => void) => void {
  const waiting: (() => void)[] = [];
  const add = ledger.add.bind(ledger);
  ledger.add = (...arrived) => {
    add(...arrived);
    if (waiting.length === 0) return;
    for (const tell of waiting.splice(0)) tell();
  };
  return (tell) => waiting.push(tell);
}

await main();
