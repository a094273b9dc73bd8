import type { Reservation, ReservationOutcome, WaitReason } from '../../modules/senders/index.js';
import { addMs } from '../../lib/clock.js';
import { FairTurns } from '../../lib/fair-turns.js';
import { ThrottledLogger } from '../../lib/throttled-logger.js';
import type { JobContext, JobHandler, JobOutcome, PayloadOf } from '../../queue/job.js';
import { contentsOf, withFiles, type ReadyPart } from './contents.js';
import { bestEffort } from './best-effort.js';
import { giveBack } from './give-back.js';
import { checkDelivery, markUnknownIfPossiblySent, type Verdict } from './guards.js';
import { campaignOf } from './campaign-of.js';
import { DONE, runAgainIn } from './outcomes.js';
import { PartSender } from './part-sender.js';
import type { MessageWorkerDeps } from './ports.js';
import { answerFor, boundSender, isAnswerNow, requestFor } from './request.js';
import { TriedDeliveries, type Occupation, type Read } from './tried-deliveries.js';
import {
  enqueueSends,
  humanPause,
  humanTyping,
  partTimings,
  totalMs,
  waitForHours,
  wakeAt,
  wakeBehind,
  wakeFirst,
  type ClosedHours,
  type PartTiming,
  type LoadedDelivery,
  type sendMessage,
} from '../../modules/delivery/index.js';

/** Pause before the next attempt when it is not known when a sender will be available. */
const NO_SENDER_PAUSE_MS = 15_000;
/** A sender that is connected but not hosted here: its session is being opened or moved. */
const NO_SESSION_PAUSE_MS = 2_000;

/**
 * Sends messages of every source: a checklist of small steps, each of which passes, or ends the job and records the reason.
 */
export class MessageWorker {
  private readonly throttledLog: ThrottledLogger;
  private readonly parts: PartSender;
  private readonly renderings = new FairTurns();
  private readonly tried = new TriedDeliveries();

  constructor(private readonly deps: MessageWorkerDeps) {
    this.throttledLog = new ThrottledLogger(deps.logger, deps.clock);
    this.parts = new PartSender(deps, this.throttledLog);
  }

  /** Sends all remaining parts of one delivery through one sender, or says when to try again. */
  readonly handleSend: JobHandler<typeof sendMessage> = (payload, context) =>
    this.send(payload, context, { isAnswer: false });

  /** The same for a delivery that was accepted as an answer. */
  readonly handleAnswer: JobHandler<typeof sendMessage> = (payload, context) =>
    this.send(payload, context, { isAnswer: true });

  private async send(
    { tenantId, deliveryId }: PayloadOf<typeof sendMessage>,
    { signal }: JobContext,
    lane: { isAnswer: boolean },
  ): Promise<JobOutcome> {
    const read = await this.read({ tenantId, deliveryId }, lane);
    if (!read) return DONE;
    const { loaded } = read;
    const now = this.deps.clock.now();
    const verdict = checkDelivery(loaded, now);
    if (verdict.kind !== 'pass') return this.leave(loaded, verdict);
    if (lane.isAnswer && !isAnswerNow(loaded, now)) return this.moveToOthers(loaded);

    // Texts may be expensive, and whoever waits for a sender comes by every few seconds: rendered once, then when there is one.
    const before = this.tried.of(loaded);
    const early = before && (await this.reserve(loaded, before));
    if (early && early.kind !== 'reserved') return this.wait(read, early);
    const ready = await this.prepare(loaded, before?.timings);
    if (!ready.ok) {
      if (early) await this.giveBackAll(early);
      return this.fail(loaded, ready.code);
    }
    const { parts, timings } = ready;

    if (signal.aborted) return early ? this.giveUpReservation(early, 0) : runAgainIn(this.deps, 0);
    const reserved = early ?? (await this.reserve(loaded, ready));
    if (reserved.kind !== 'reserved') {
      this.tried.note(loaded, ready);
      return this.wait(read, reserved);
    }

    const hosted = this.deps.sessions.sessionOf(reserved.senderId);
    if (!hosted) return this.giveUpReservation(reserved, NO_SESSION_PAUSE_MS);
    return this.parts.send({
      loaded,
      reservation: reserved,
      hosted,
      // Where a sender's whole quota is smaller than the message has parts, the rest follows under the next quota.
      parts: parts.slice(0, reserved.messages),
      timings,
      claimEpoch: loaded.delivery.claimEpoch,
      handedOver: 0,
      signal,
    });
  }

  private async read(
    { tenantId, deliveryId }: PayloadOf<typeof sendMessage>,
    lane: { isAnswer: boolean },
  ): Promise<Read | undefined> {
    const readAt = this.deps.clock.now();
    const before = lane.isAnswer ? undefined : this.tried.take(tenantId, deliveryId, readAt);
    if (before) return before;
    const loaded = await this.deps.delivery.load(tenantId, deliveryId, lane);
    return loaded && { loaded, readAt };
  }

  /** What is no answer any more waits among direct messages: it must not take the place and the right of way of answers. */
  private async moveToOthers({ delivery }: LoadedDelivery): Promise<JobOutcome> {
    await enqueueSends(this.deps.queue, [{ ...delivery, lane: 'direct' }]);
    return DONE;
  }

  /** An answer takes the sender that the person wrote to, without waiting for its pace. */
  private reserve(loaded: LoadedDelivery, { types, timings }: Occupation): Promise<ReservationOutcome> {
    const answer = answerFor(loaded, types, this.deps.clock.now());
    if (answer) return this.deps.senders.reserveAnswer(answer);
    return this.deps.senders.reserveNextHealthySender(requestFor(loaded, types, totalMs(timings)));
  }

  /** Its parts with their files, and how long they take: as before where they were looked at before. */
  private async prepare(
    loaded: LoadedDelivery,
    before: readonly PartTiming[] | undefined,
  ): Promise<({ ok: true; parts: ReadyPart[] } & Occupation) | { ok: false; code: string }> {
    const rendered = await this.renderings.run(loaded.delivery.tenantId, () => contentsOf(loaded));
    if (!rendered.ok) return rendered;
    const { contents } = rendered;
    const parts = await withFiles(loaded.delivery.tenantId, contents, this.deps.media);
    if (!parts) return { ok: false, code: 'media_unavailable' };
    const { typing = humanTyping, pause = humanPause } = this.deps;
    const timings = before ?? partTimings(contents, typing, pause, this.deps.random);
    return { ok: true, parts, types: contents.map(({ type }) => type), timings };
  }

  private async leave(loaded: LoadedDelivery, verdict: Verdict): Promise<JobOutcome> {
    const { delivery } = loaded;
    if (verdict.kind === 'rest') {
      const { until, ceilingUntil } = verdict;
      const campaign = campaignOf(delivery);
      if (ceilingUntil && campaign)
        await this.tell(() => this.deps.waiting.note(campaign, 'ceiling', ceilingUntil));
      return { kind: 'runAgain', at: this.restUntil(loaded, until) };
    }
    if (verdict.kind === 'closed') return this.waitForHours(delivery, verdict.hours);
    if (verdict.kind === 'putBack') await this.deps.delivery.putBack(delivery);
    if (verdict.kind === 'end') await this.deps.delivery.end(delivery, verdict.to, verdict.code);
    return DONE;
  }

  /** In the database, where many thousands may wait and cost nothing; only shortly before the opening in the queue. */
  private async waitForHours(delivery: LoadedDelivery['delivery'], hours: ClosedHours): Promise<JobOutcome> {
    const wait = waitForHours(hours, this.deps.clock.now());
    if (wait.in === 'database') {
      await this.deps.delivery.rest(delivery, hours, wait.lookAt);
      return DONE;
    }
    await this.deps.delivery.noteWait(delivery, hours.reason, hours.until);
    return { kind: 'runAgain', at: wait.lookAt };
  }

  private restUntil({ delivery }: LoadedDelivery, until: Date): Date {
    return delivery.lane === 'campaign' ? wakeAt(until, this.deps.clock.now(), this.deps.random) : until;
  }

  private fail(loaded: LoadedDelivery, code: string): Promise<JobOutcome> {
    return this.leave(loaded, markUnknownIfPossiblySent(loaded, { kind: 'end', to: 'failed', code }));
  }

  /**
   * No sender can send now. A delivery bound to one sender waits for it; otherwise its whole campaign is noted as
   * waiting. One to a person whom no sender that it may take can write to ends.
   */
  private async wait(
    { loaded, readAt }: Read,
    outcome: Exclude<ReservationOutcome, { kind: 'reserved' }>,
  ): Promise<JobOutcome> {
    if (outcome.reason === 'no_reachable_identity') {
      const end = { kind: 'end', to: 'skipped', code: outcome.reason } as const;
      return this.leave(loaded, markUnknownIfPossiblySent(loaded, end));
    }
    const now = this.deps.clock.now();
    const until = outcome.kind === 'later' ? outcome.at : null;
    await this.tell(() => this.noteWaiting(loaded, outcome.reason, until));
    const at = this.wakeTime(loaded, until ?? addMs(now, NO_SENDER_PAUSE_MS), now);
    if (outcome.reason === 'pace') this.tried.keep(loaded, { readAt, at });
    return { kind: 'runAgain', at };
  }

  /** For the campaign's report and the delivery's trace. The rest between two messages is no wait. */
  private async noteWaiting(loaded: LoadedDelivery, reason: WaitReason, until: Date | null): Promise<void> {
    const { waiting, delivery: deliveries } = this.deps;
    const { delivery, policy } = loaded;
    const isBound = boundSender(loaded) !== undefined;
    const campaign = campaignOf(delivery);
    if (reason === 'pace') {
      if (!isBound && campaign) await waiting.notePace(campaign, policy);
      return;
    }
    const isOfSome = isBound || reason === 'no_sender_for_identity';
    if (campaign && isOfSome) await waiting.noteOfSome(campaign, isBound ? 'sender_away' : reason, until);
    else if (campaign) await waiting.note(campaign, reason, until);
    await deliveries.noteWait(delivery, reason, until);
  }

  private tell(note: () => Promise<unknown>): Promise<void> {
    return bestEffort(this.throttledLog, 'what a campaign waits for was not noted', note);
  }

  /** Among jobs that wait for the same sender: answers and direct messages first, preempted campaigns last. */
  private wakeTime({ delivery, policy }: LoadedDelivery, at: Date, now: Date): Date {
    if (delivery.lane !== 'campaign') return wakeFirst(at, now);
    return (policy.preempted ? wakeBehind : wakeAt)(at, now, this.deps.random);
  }

  private async giveUpReservation(reservation: Reservation, pauseMs: number): Promise<JobOutcome> {
    await this.giveBackAll(reservation);
    return runAgainIn(this.deps, pauseMs);
  }

  private giveBackAll(reservation: Reservation): Promise<void> {
    return giveBack(this.deps.senders, reservation, reservation.messages, this.throttledLog);
  }
}
