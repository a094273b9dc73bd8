import type { Reservation, ReservationOutcome, WaitReason } from '../../modules/senders/index.js';
import { addMs } from '../../lib/clock.js';
import { FairTurns } from '../../lib/fair-turns.js';
import { ThrottledLogger } from '../../lib/throttled-logger.js';
import type { JobHandler, JobOutcome } from '../../queue/job.js';
import { contentsOf, withFiles, type ReadyPart } from './contents.js';
import { bestEffort } from './best-effort.js';
import { giveBack } from './give-back.js';
import { checkRecipient, markUnknownIfPossiblySent, type Verdict } from './guards.js';
import { DONE, runAgainIn } from './outcomes.js';
import { PartSender } from './part-sender.js';
import type { MessageWorkerDeps } from './ports.js';
import { boundSender, requestFor } from './request.js';
import { TriedRecipients, type Occupation } from './tried-recipients.js';
import {
  humanPause,
  humanTyping,
  partTimings,
  totalMs,
  wakeAt,
  wakeBehind,
  wakeFirst,
  type PartTiming,
  type RecipientForSend,
  type sendMessage,
} from '../../modules/delivery/index.js';

/** Pause before the next attempt when it is not known when a sender will be available. */
const NO_SENDER_PAUSE_MS = 15_000;
/** A sender that is connected but not hosted here: its session is being opened or moved. */
const NO_SESSION_PAUSE_MS = 2_000;

/**
 * Sends campaign messages: a checklist of small steps, each of which passes, or ends the job and records the reason.
 */
export class MessageWorker {
  private readonly throttledLog: ThrottledLogger;
  private readonly parts: PartSender;
  private readonly renderings = new FairTurns();
  private readonly tried = new TriedRecipients();

  constructor(private readonly deps: MessageWorkerDeps) {
    this.throttledLog = new ThrottledLogger(deps.logger, deps.clock);
    this.parts = new PartSender(deps, this.throttledLog);
  }

  /** Sends all remaining parts of one recipient through one sender, or says when to try again. */
  readonly handleSend: JobHandler<typeof sendMessage> = async ({ tenantId, recipientId }, { signal }) => {
    const recipient = await this.deps.delivery.load(tenantId, recipientId);
    if (!recipient) return DONE;
    const verdict = checkRecipient(recipient, this.deps.clock.now());
    if (verdict.kind !== 'pass') return this.leave(recipient, verdict);

    // Texts may be expensive, and whoever waits for a sender comes by every few seconds: rendered once, then when there is one.
    const before = this.tried.of(recipient);
    const early = before && (await this.reserve(recipient, before));
    if (early && early.kind !== 'reserved') return this.wait(recipient, early);
    const ready = await this.prepare(recipient, before?.timings);
    if (!ready.ok) {
      if (early) await this.giveBackAll(early);
      return this.fail(recipient, ready.code);
    }
    const { parts, timings } = ready;

    if (signal.aborted) return early ? this.giveUpReservation(early, 0) : runAgainIn(this.deps, 0);
    const reserved = early ?? (await this.reserve(recipient, ready));
    if (reserved.kind !== 'reserved') {
      this.tried.note(recipient, ready);
      return this.wait(recipient, reserved);
    }

    const hosted = this.deps.sessions.sessionOf(reserved.senderId);
    if (!hosted) return this.giveUpReservation(reserved, NO_SESSION_PAUSE_MS);
    return this.parts.send({
      recipient,
      reservation: reserved,
      hosted,
      // Where a sender's whole quota is smaller than the message has parts, the rest follows under the next quota.
      parts: parts.slice(0, reserved.messages),
      timings,
      claimEpoch: recipient.claimEpoch,
      handedOver: 0,
      signal,
    });
  };

  private reserve(recipient: RecipientForSend, { types, timings }: Occupation): Promise<ReservationOutcome> {
    return this.deps.senders.reserveNextHealthySender(requestFor(recipient, types, totalMs(timings)));
  }

  /** Its parts with their files, and how long they take: as before where they were looked at before. */
  private async prepare(
    recipient: RecipientForSend,
    before: readonly PartTiming[] | undefined,
  ): Promise<({ ok: true; parts: ReadyPart[] } & Occupation) | { ok: false; code: string }> {
    const rendered = await this.renderings.run(recipient.tenantId, () => contentsOf(recipient));
    if (!rendered.ok) return rendered;
    const { contents } = rendered;
    const parts = await withFiles(recipient.tenantId, contents, this.deps.media);
    if (!parts) return { ok: false, code: 'media_unavailable' };
    const { typing = humanTyping, pause = humanPause } = this.deps;
    const timings = before ?? partTimings(contents, typing, pause, this.deps.random);
    return { ok: true, parts, types: contents.map(({ type }) => type), timings };
  }

  private async leave(recipient: RecipientForSend, verdict: Verdict): Promise<JobOutcome> {
    if (verdict.kind === 'rest') {
      const { until, ceilingUntil } = verdict;
      if (ceilingUntil) await this.tell(() => this.deps.waiting.note(recipient, 'ceiling', ceilingUntil));
      return { kind: 'runAgain', at: this.restUntil(recipient, until) };
    }
    if (verdict.kind === 'putBack') await this.deps.delivery.putBack(recipient);
    if (verdict.kind === 'end') await this.deps.delivery.end(recipient, verdict.to, verdict.code);
    return DONE;
  }

  private restUntil({ kind }: RecipientForSend, until: Date): Date {
    return kind === 'direct' ? until : wakeAt(until, this.deps.clock.now(), this.deps.random);
  }

  private fail(recipient: RecipientForSend, code: string): Promise<JobOutcome> {
    return this.leave(recipient, markUnknownIfPossiblySent(recipient, { kind: 'end', to: 'failed', code }));
  }

  /**
   * No sender can send now. A recipient bound to one sender waits for it; otherwise the whole campaign is noted as
   * waiting.
   */
  private async wait(
    recipient: RecipientForSend,
    outcome: Exclude<ReservationOutcome, { kind: 'reserved' }>,
  ): Promise<JobOutcome> {
    const now = this.deps.clock.now();
    const until = outcome.kind === 'later' ? outcome.at : null;
    await this.tell(() => this.noteWaiting(recipient, outcome.reason, until));
    const at = until ?? addMs(now, NO_SENDER_PAUSE_MS);
    return { kind: 'runAgain', at: this.wakeTime(recipient, at, now) };
  }

  /** For the campaign's report and the recipient's trace. The rest between two messages is no wait. */
  private async noteWaiting(
    recipient: RecipientForSend,
    reason: WaitReason,
    until: Date | null,
  ): Promise<void> {
    const { waiting, delivery } = this.deps;
    const isBound = boundSender(recipient) !== undefined;
    if (reason === 'pace') {
      if (!isBound) await waiting.notePace(recipient, recipient);
      return;
    }
    if (isBound) await waiting.noteStarted(recipient, until);
    else await waiting.note(recipient, reason, until);
    await delivery.noteWait(recipient, reason, until);
  }

  private tell(note: () => Promise<unknown>): Promise<void> {
    return bestEffort(this.throttledLog, 'what a campaign waits for was not noted', note);
  }

  /** Among jobs that wait for the same sender: direct messages first, preempted campaigns last. */
  private wakeTime({ kind, preempted }: RecipientForSend, at: Date, now: Date): Date {
    if (kind === 'direct') return wakeFirst(at, now);
    return (preempted ? wakeBehind : wakeAt)(at, now, this.deps.random);
  }

  private async giveUpReservation(reservation: Reservation, pauseMs: number): Promise<JobOutcome> {
    await this.giveBackAll(reservation);
    return runAgainIn(this.deps, pauseMs);
  }

  private giveBackAll(reservation: Reservation): Promise<void> {
    return giveBack(this.deps.senders, reservation, reservation.messages, this.throttledLog);
  }
}
