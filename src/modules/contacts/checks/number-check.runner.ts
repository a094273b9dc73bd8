import type { Database } from '../../../db/index.js';
import { addMs, earlier, type Clock } from '../../../lib/clock.js';
import { errorMessage } from '../../../lib/errors.js';
import type { Logger } from '../../../lib/logger.js';
import { within } from '../../../lib/time-out.js';
import type { ExhaustedHandler, JobContext, JobHandler, JobOutcome } from '../../../queue/job.js';
import type { checkNumbers } from '../contact.jobs.js';
import { endedBy } from '../core/ended-by-error.js';
import type { Capabilities, TransportSession } from '../../../transports/transport.js';
import { allowance, DAY_MS, defaultCheckPace, FRESH_MS, type CheckPace } from '../core/check-pace.js';
import type { NumberCheckRun } from './number-check.entity.js';
import { NumberCheckRepository, type CheckResult } from './number-check.repository.js';

/** The sessions this worker hosts. */
export interface CheckingSessions {
  sessionsOf(tenantId: string): { senderId: string; session: TransportSession; capabilities: Capabilities }[];
}

export interface NumberCheckRunnerDeps {
  database: Database;
  clock: Clock;
  logger: Logger;
  sessions: CheckingSessions;
  /** Names of the transports that can check numbers. */
  transports: readonly string[];
  pace?: CheckPace;
}

interface Checker {
  senderId: string;
  left: number;
  nextAt: Date;
  check(phone: string): Promise<boolean>;
}

const DONE: JobOutcome = { kind: 'done' };
/** Another worker may host the sender: the job is delayed a moment, and the first free worker takes it. */
const ELSEWHERE_MS = 500;
const NO_SENDER_MS = 2_000;
const GIVE_UP_MS = 10 * 60_000;
const LONGEST_MS = 7 * DAY_MS;
const AFTER_FAILURE_MS = 5_000;
const ANSWER_TIMEOUT_MS = 15_000;

/** Works through number checks with the senders of this worker, never faster than a sender may ask. */
export class NumberCheckRunner {
  private readonly checks = new NumberCheckRepository();

  constructor(private readonly deps: NumberCheckRunnerDeps) {}

  /** The `numbers.check` job. Every answer is kept as it comes; a restart goes on with what is left. */
  readonly handleCheck: JobHandler<typeof checkNumbers> = async ({ tenantId, runId }, context) => {
    const { manager } = this.deps.database;
    const run = await this.checks.find(manager, tenantId, runId);
    if (run?.status !== 'queued' && run?.status !== 'running') return DONE;
    const now = this.deps.clock.now();
    if (now.getTime() - run.createdAt.getTime() > LONGEST_MS) {
      return this.end(run, 'It was not done within a week; what is missing was not checked.');
    }
    const checkers = await this.checkersOf(tenantId, now);
    if (checkers.length === 0) return this.waitForSender(run, now);
    await this.checks.markRunning(manager, tenantId, runId, null);
    const [best] = checkers.toSorted((a, b) => b.left - a.left);
    if (!best || best.left === 0) {
      return { kind: 'runAgain', at: checkers.map(({ nextAt }) => nextAt).reduce(earlier) };
    }
    const phones = await this.checks.nextPending(manager, tenantId, runId, best.left);
    if (phones.length === 0) return this.end(run, null);
    const known = await this.checks.answerKnown(manager, run, phones, addMs(now, -FRESH_MS));
    if (known) return { kind: 'runAgain', at: now };
    const failing = await this.ask(run, best, phones, context);
    return { kind: 'runAgain', at: failing ? addMs(now, AFTER_FAILURE_MS) : this.deps.clock.now() };
  };

  /** Its job has failed for the last time: it would be started again and again, and show no reason. */
  readonly handleExhausted: ExhaustedHandler<typeof checkNumbers> = async ({ tenantId, runId }, end) => {
    const run = await this.checks.find(this.deps.database.manager, tenantId, runId);
    if (run) await this.end(run, endedBy(end));
  };

  private async checkersOf(tenantId: string, now: Date): Promise<Checker[]> {
    const hosted = this.deps.sessions
      .sessionsOf(tenantId)
      .filter(({ session, capabilities }) => capabilities.numberCheck && 'checkNumber' in session);
    const ids = hosted.map(({ senderId }) => senderId);
    const made = await this.checks.checksOf(this.deps.database.manager, ids, addMs(now, -DAY_MS));
    return hosted.map(({ senderId, session }) => ({
      senderId,
      ...allowance(this.deps.pace ?? defaultCheckPace, made.get(senderId) ?? [], now),
      check: async (phone: string) => (await session.checkNumber?.(phone)) ?? false,
    }));
  }

  /** True when a check failed; the rest of the numbers stays pending. */
  private async ask(
    run: NumberCheckRun,
    checker: Checker,
    phones: readonly string[],
    { signal, timeSlice }: JobContext,
  ): Promise<boolean> {
    const results: CheckResult[] = [];
    let failing = false;
    for (const phone of phones) {
      if (signal.aborted || failing || (await timeSlice?.isOver())) break;
      try {
        results.push({
          phone,
          onWhatsApp: await within(ANSWER_TIMEOUT_MS, 'its answer', checker.check(phone)),
        });
      } catch (error) {
        failing = true;
        const { senderId } = checker;
        this.deps.logger.warn({ senderId, reason: errorMessage(error) }, 'a sender could not check a number');
      }
    }
    await this.deps.database.transaction((tx) =>
      this.checks.record(tx, run, checker.senderId, results, this.deps.clock.now()),
    );
    return failing;
  }

  private async waitForSender(run: NumberCheckRun, now: Date): Promise<JobOutcome> {
    const { manager } = this.deps.database;
    const elsewhere = await this.checks.hasChecker(manager, run.tenantId, this.deps.transports);
    const since = elsewhere ? null : (run.waitingSince ?? now);
    if (since !== null && now.getTime() - since.getTime() > GIVE_UP_MS) {
      return this.end(run, 'No sender that can check numbers was connected for ten minutes.');
    }
    await this.checks.markRunning(manager, run.tenantId, run.id, since);
    return { kind: 'runAgain', at: addMs(now, elsewhere ? ELSEWHERE_MS : NO_SENDER_MS) };
  }

  private async end(run: NumberCheckRun, error: string | null): Promise<JobOutcome> {
    const now = this.deps.clock.now();
    await this.deps.database.transaction((tx) => this.checks.end(tx, run.tenantId, run.id, error, now));
    return DONE;
  }
}
