import type { Database, Tx } from '../../db/index.js';
import type { Journal } from '../../journal/journal.js';
import { addMs, type Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import { signOfRestore, type OutsideMark } from './core/recognise.js';
import { isWhole } from './core/whole.js';
import {
  databaseIdentity,
  lockInstallation,
  nextMark,
  noteRestored,
  readInstallation,
  setState,
} from './installation.repository.js';

/** What a restore concerns: campaigns wait until it is known, or a person says, what happened since the backup. */
export interface HeldByRestore {
  /** Holds what is running. */
  hold(tx: Tx): Promise<void>;
  /** What is held goes on. */
  release(tx: Tx): Promise<void>;
  /** Nobody can tell what happened: what was due meanwhile is held as well, and what waited to be sent ends as unknown. */
  leaveToPeople(tx: Tx, restoredAt: Date): Promise<void>;
  /** Whether anything is held yet. */
  isHeld(tx: Tx): Promise<boolean>;
}

/** Tells the database what was handed over since then, and what people wrote that binds. */
export type Replay = (
  since: Date,
) => Promise<{ bound: number; missing: number; readable: boolean; binding: number }>;

export interface InstallationDeps {
  database: Database;
  /** The journal that keeps the mark. */
  journal: Journal;
  held: HeldByRestore;
  clock: Clock;
  logger: Logger;
}

const INSTALLATION = 'installation';
const MARK = 'mark';
const SINCE = 'since';
const GAP = 'gap';
/** The mark counts up once a minute, and clocks differ a little. */
const SLACK_MS = 300_000;

/** Recognises a database that was restored from a backup, and holds what may have been sent since. */
export class InstallationService {
  private gapAt: Date | undefined;

  constructor(private readonly deps: InstallationDeps) {}

  /**
   * To be called before anything is sent. Sets up a new database; what runs in a restored one is held. Idempotent, and safe
   * with several processes at once.
   */
  async recognise(): Promise<void> {
    const { database, journal, held, logger } = this.deps;
    const notes = await journal.notes();
    await this.noteBeginning(notes);
    const sign = await database.transaction(async (tx) => {
      const now = await databaseIdentity(tx);
      const known = await lockInstallation(tx, now);
      const outside = outsideMark(notes);
      const found = signOfRestore(known, now, outside);
      if (!found) return undefined;
      const seen = outside?.installationId === known.id ? outside.mark : 0;
      await noteRestored(tx, now, { sign: found, seen });
      await held.hold(tx);
      return found;
    });
    if (sign) {
      const alert = 'database.restored';
      logger.error({ alert, sign }, 'the database was restored from a backup; running campaigns are held');
    }
  }

  /** Replays the journal into a restored database, and lets what is held go on when nothing can be missing. */
  async settle(replay: Replay): Promise<void> {
    const { database, journal, held, logger } = this.deps;
    const known = await readInstallation(database.manager);
    if (known?.state !== 'restored' || !known.knownUntil || !known.restoredAt) return;
    const { knownUntil, restoredAt } = known;
    const since = addMs(knownUntil, -SLACK_MS);
    const report = await replay(since);
    const notes = await journal.notes();
    const whole = isWhole(
      { since: dateOf(notes.get(SINCE)), gapAt: dateOf(notes.get(GAP)) },
      { knownUntil, ...report },
    );
    await database.transaction(async (tx) => {
      if (whole) await held.release(tx);
      else await held.leaveToPeople(tx, restoredAt);
      await setState(tx, whole ? 'open' : 'held');
    });
    if (whole)
      return logger.warn(
        { ...report },
        'the journal knows all that was sent since the backup; sending goes on',
      );
    const alert = 'database.restored';
    logger.error(
      { alert, ...report },
      'the journal does not know all that was sent since the backup; held campaigns wait until a user resumes them',
    );
  }

  /** Once a minute. True when the database turns out to have been set back under a running process. */
  async mark(): Promise<boolean> {
    const { database, journal, held } = this.deps;
    const notes = await journal.notes();
    await this.noteBeginning(notes);
    const outside = outsideMark(notes);
    const known = await readInstallation(database.manager);
    if (known && outside?.installationId === known.id && outside.mark > known.mark) {
      await this.recognise();
      return true;
    }
    const { id, mark } = await nextMark(database.manager, outside?.mark ?? 0);
    await journal.note(INSTALLATION, id);
    await journal.note(MARK, String(mark));
    if (this.gapAt) await journal.note(GAP, this.gapAt.toISOString());
    this.gapAt = undefined;
    if (known?.state === 'held') {
      await database.transaction(async (tx) => {
        if (!(await held.isHeld(tx))) await setState(tx, 'open');
      });
    }
    return false;
  }

  /** A journal that is new, or was lost, knows what is handed over from here on. */
  private async noteBeginning(notes: ReadonlyMap<string, string>): Promise<void> {
    const { journal, clock } = this.deps;
    if (!notes.has(SINCE)) await journal.note(SINCE, clock.now().toISOString());
  }

  /** Hand-overs were kept nowhere: a restore to before now cannot know all. Noted with the next mark. */
  noteGap(): void {
    this.gapAt = this.deps.clock.now();
  }
}

function outsideMark(notes: ReadonlyMap<string, string>): OutsideMark | undefined {
  const [installationId, mark] = [notes.get(INSTALLATION), notes.get(MARK)];
  if (installationId === undefined || mark === undefined) return undefined;
  return { installationId, mark: Number(mark) };
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
