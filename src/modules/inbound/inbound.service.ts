import { addMs } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import { ThrottledLogger } from '../../lib/throttled-logger.js';
import type { JournalKeeper } from '../../journal/journal-keeper.js';
import type { HeardEvent } from './core/event-row.js';
import { Inbox } from './receiving/inbox.js';
import { InboundWork, type InboundWorkDeps } from './working/inbound-work.js';
import { removeOld } from './working/waiting.repository.js';

/** What another worker, or this one before it died, left behind is looked for this often. */
const SWEEP_MS = 1_000;
/** What is told again later than this is taken for new. */
const KEEP_DAYS = 7;
const KEEP_PARKED_DAYS = 30;
const DAY_MS = 86_400_000;
const PAGE = 1_000;
/** Rows that one run looks at. */
const MOST = 50_000;

export interface InboundServiceDeps extends InboundWorkDeps {
  /** Where what binds is kept outside of PostgreSQL; it is not when none is given. */
  keeper?: Pick<JournalKeeper, 'keep'>;
}

/** What sessions hear: stored before it is acknowledged, worked off right after, by whichever worker comes first. */
export class InboundService {
  private readonly inbox: Inbox;
  private readonly work: InboundWork;
  private readonly throttledLog: ThrottledLogger;
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private woken = false;

  constructor(private readonly deps: InboundServiceDeps) {
    this.inbox = new Inbox({
      ...deps,
      onStored: () => this.wake(),
      keepBinding: (record) => deps.keeper?.keep(record) ?? Promise.resolve(),
    });
    this.work = new InboundWork(deps);
    this.throttledLog = new ThrottledLogger(deps.logger, deps.clock);
  }

  /** From now on this process works off what waits. It asks PostgreSQL itself: a queue that is lost loses no STOP. */
  start(): void {
    this.timer ??= setInterval(() => this.wake(), SWEEP_MS);
  }

  /** Resolves when what is being worked off is done; the rest is for other workers. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    this.stopping.abort();
    await this.working;
  }

  /** Resolves when all of it is committed, see `Inbox.store`. */
  store(heard: readonly HeardEvent[]): Promise<void> {
    return this.inbox.store(heard);
  }

  /** Until nothing is left that may be worked off now. */
  workOff(): Promise<void> {
    return this.work.workOff(this.stopping.signal);
  }

  /** Tries STOPs once more that could not be obeyed; a bounded piece. */
  obeyParked(signal: AbortSignal): Promise<void> {
    return this.work.obeyParked(signal);
  }

  /** Deletes events that were worked off a week ago, or parked a month ago; a bounded piece. Returns how many. */
  async forgetOld(signal: AbortSignal): Promise<number> {
    const now = this.deps.clock.now();
    const before = { done: addMs(now, -KEEP_DAYS * DAY_MS), parked: addMs(now, -KEEP_PARKED_DAYS * DAY_MS) };
    let removed = 0;
    let after: string | undefined = '0';
    for (let seen = 0; seen < MOST && after !== undefined && !signal.aborted; seen += PAGE) {
      const page = await removeOld(this.deps.database.manager, before, { after, limit: PAGE });
      removed += page.removed;
      after = page.last;
    }
    return removed;
  }

  /** One piece of work at a time; what is stored meanwhile is looked for once more after it. */
  private wake(): void {
    if (this.timer === undefined) return;
    this.woken = true;
    this.working ??= this.untilDone().finally(() => {
      this.working = undefined;
    });
  }

  private async untilDone(): Promise<void> {
    while (this.woken) {
      this.woken = false;
      try {
        await this.workOff();
      } catch (error) {
        const what = 'what came in could not be worked off';
        this.throttledLog.report('warn', what, `${what}; trying again.`, { error: errorMessage(error) });
        return;
      }
    }
  }
}
