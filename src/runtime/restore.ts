import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Config } from '../config/index.js';
import { FileJournal } from '../journal/file-journal.js';
import { JournalKeeper } from '../journal/journal-keeper.js';
import type { Journal } from '../journal/journal.js';
import { RedisJournal } from '../journal/redis-journal.js';
import { addMs, systemClock } from '../lib/clock.js';
import type { Logger } from '../lib/logger.js';
import { errorMessage } from '../lib/errors.js';
import { retry } from '../lib/retry.js';
import { withFallback, within } from '../lib/time-out.js';
import { unavailableResource } from '../lib/transient-errors.js';
import { ThrottledLogger } from '../lib/throttled-logger.js';
import { holdDue, holdRunning, isAnyHeld, releaseHeld } from '../modules/campaigns/index.js';
import { HandOverLog, leaveDueUnknown, replayJournals } from '../modules/delivery/index.js';
import { tellBindingAgain } from '../modules/inbound/index.js';
import { InstallationService, type HeldByRestore } from '../modules/installation/index.js';
import type { Infrastructure } from './infrastructure.js';
import { deliverySources as sources } from './sources.js';

/** A backup that is older than this is not covered by the journal any more. */
const KEPT_MS = 14 * 86_400_000;
/** A start does not wait for longer: an API in the same process is there for its users meanwhile. */
const FIRST_TRIES_MS = 5_000;
const SETTLE_BACKOFF = { baseMs: 500, maxMs: 5_000 };
export const JOURNAL_KEY = 'starling:journal';

const held: HeldByRestore = {
  hold: holdRunning,
  release: releaseHeld,
  isHeld: isAnyHeld,
  async leaveToPeople(tx, restoredAt) {
    await holdDue(tx, restoredAt);
    await leaveDueUnknown(tx, restoredAt);
  },
};

/** What makes a restored backup send nothing twice, and nothing to whoever wrote STOP: the journal, and who recognises the restore. */
export interface RestoreGuard {
  handOvers: HandOverLog;
  /** For what else a restored database must not forget. */
  keeper: JournalKeeper;
  /**
   * Before anything is sent: recognises a restored database, and tells it what was sent. Where what it needs is away for longer
   * than a few seconds, it goes on trying behind the answer.
   */
  settle(): Promise<void>;
  /** Nothing is sent before. */
  isSettled(): boolean;
  /** Once a minute. */
  mark(): Promise<void>;
  close(): Promise<void>;
}

export function createRestoreGuard(
  config: Config,
  { database }: Pick<Infrastructure, 'database'>,
  logger: Logger,
): RestoreGuard {
  const clock = systemClock;
  const log = new ThrottledLogger(logger, clock);
  const journals = openJournals(config, log);
  const installation = new InstallationService({ database, journal: journals[0], held, clock, logger });
  const replay = async (since: Date) => {
    const binding = await tellBindingAgain({ database, logger }, journals, since);
    return { ...(await replayJournals({ database, sources, logger }, journals, since)), binding };
  };
  const keeper = new JournalKeeper({ journals, log, onGap: () => installation.noteGap() });
  const closing = new AbortController();
  let settled = false;
  const settleOnce = async (): Promise<void> => {
    settled = false;
    await installation.recognise();
    await installation.settle(replay);
    settled = true;
  };
  return {
    handOvers: new HandOverLog(keeper),
    keeper,
    isSettled: () => settled,
    async settle() {
      const work = retry(settleOnce, {
        backoff: SETTLE_BACKOFF,
        mayRetry: (error) => unavailableResource(error) !== undefined && !closing.signal.aborted,
        onRetry: (error) =>
          log.report('warn', 'settle', 'nothing is sent until it is known what was sent before', {
            error: errorMessage(error),
          }),
      });
      work.catch((error: unknown) => {
        if (!closing.signal.aborted)
          logger.error(
            { error: errorMessage(error) },
            'it cannot be found out what was sent before; nothing is sent',
          );
      });
      await withFallback(FIRST_TRIES_MS, work, () => undefined);
    },
    async mark() {
      if (await installation.mark()) await settleOnce();
      for (const journal of journals) await journal.trim(addMs(clock.now(), -KEPT_MS));
    },
    async close() {
      closing.abort();
      await Promise.all(journals.map((journal) => journal.close()));
    },
  };
}

/**
 * For a process that answers requests and sends nothing, before it answers: what is asked for once a restored database is
 * recognised was not under way before, and is sent as ever. Where PostgreSQL or the journal does not answer within a few
 * seconds, a worker recognises it.
 */
export async function recogniseRestore(
  config: Config,
  { database }: Pick<Infrastructure, 'database'>,
  logger: Logger,
): Promise<void> {
  const clock = systemClock;
  const journals = openJournals(config, new ThrottledLogger(logger, clock));
  const installation = new InstallationService({ database, journal: journals[0], held, clock, logger });
  try {
    await within(FIRST_TRIES_MS, 'recognising the database', installation.recognise());
  } catch (error) {
    logger.warn({ error: errorMessage(error) }, 'whether the database was restored is left to a worker');
  } finally {
    await Promise.all(journals.map((journal) => journal.close()));
  }
}

/** Redis where it is there, which all machines share; files where it is not, and while it does not answer. */
function openJournals(config: Config, log: ThrottledLogger): [Journal, ...Journal[]] {
  const files = new FileJournal(join(resolve(config.server.dataDir), 'journal'), randomUUID());
  const url = config.queue.activeRedisUrl;
  if (!url) return [files];
  const tell = (error: Error): void =>
    log.report('warn', 'journal', 'the journal has no Redis', { error: error.message });
  return [new RedisJournal(url, JOURNAL_KEY, tell), files];
}
