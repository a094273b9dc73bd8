import {
  cappedClaim,
  humanPause,
  humanTyping,
  judge,
  partTimings,
  totalMs,
  wakeAt,
  wakeBehind,
  wakeFirst,
  type ClaimOutcome,
  RESEND_GRACE_MS,
  type JudgedClaim,
  type Judgement,
  type RecipientForSend,
  type RecordedOutcome,
} from '../../modules/campaigns/index.js';
import type { Reservation, ReservationOutcome, WaitReason } from '../../modules/senders/index.js';
import { addMs } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import { SparseLog } from '../../lib/sparse-log.js';
import type { JobHandler, JobOutcome } from '../../queue/catalog.js';
import { handOver, insist } from './hand-over.js';
import { checkRecipient, honest, mayStillLeave, type Verdict } from './guards.js';
import type { MessageWorkerDeps, SendRun } from './ports.js';
import { contentsOf, readFiles, storedForm, withFiles, type ReadyPart } from './contents.js';
import { beginsWith, boundSender, requestFor } from './request.js';
import { sleep } from './sleep.js';

const DONE: JobOutcome = { kind: 'done' };
const SEND_TIMEOUT_MS = 60_000;
/** How soon to ask again when nobody can say when a sender will be there. */
const NO_SENDER_PAUSE_MS = 15_000;
/** A sender that is connected but not hosted here: its session is being opened or moved. */
const NO_SESSION_PAUSE_MS = 2_000;

/** How long a run waits for its campaign's ceiling while it holds a sender. */
const SLOT_PATIENCE_MS = 5_000;

type PartEnd = { kind: 'nextPart' } | { kind: 'end'; outcome: JobOutcome };
interface Claimed {
  messageId: string;
  claimEpoch: number;
  waMessageId: string | undefined;
  isResend: boolean;
  /** How often this part was handed over before without anybody knowing what became of it. */
  doubts: number;
}
type Claim = ({ kind: 'claimed' } & Claimed) | Exclude<ClaimOutcome, { kind: 'claimed' }>;

/** Sends campaign messages: a checklist of small steps, each of which passes or ends the job with a recorded reason. */
export class MessageWorker {
  private readonly troubles: SparseLog;

  constructor(private readonly deps: MessageWorkerDeps) {
    this.troubles = new SparseLog(deps.logger, deps.clock);
  }

  /** Sends all remaining parts of one recipient through one sender, or says when to try again. */
  readonly handleSend: JobHandler<'message.send'> = async ({ tenantId, recipientId }, { signal }) => {
    const recipient = await this.deps.delivery.load(tenantId, recipientId);
    if (!recipient) return DONE;
    const verdict = checkRecipient(recipient, this.deps.clock.now());
    if (verdict.kind !== 'pass') return this.leave(recipient, verdict);

    const rendered = contentsOf(recipient);
    if (!rendered.ok) return this.fail(recipient, rendered.code);
    const parts = await withFiles(tenantId, rendered.contents, this.deps.media);
    if (!parts) return this.fail(recipient, 'media_unavailable');
    const { typing = humanTyping, pause = humanPause } = this.deps;
    const timings = partTimings(rendered.contents, typing, pause, this.deps.random);

    if (signal.aborted) return this.runAgainIn(0);
    const reserved = await this.deps.senders.reserveNextHealthySender(
      requestFor(recipient, rendered.contents, totalMs(timings)),
    );
    if (reserved.kind !== 'reserved') return this.wait(recipient, reserved);

    const hosted = this.deps.sessions.sessionOf(reserved.senderId);
    if (!hosted) return this.giveUpReservation(reserved, NO_SESSION_PAUSE_MS);
    return this.sendParts({
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

  private async leave(recipient: RecipientForSend, verdict: Verdict): Promise<JobOutcome> {
    if (verdict.kind === 'rest') {
      if (verdict.ceilingUntil) await this.deps.waiting.note(recipient, 'ceiling', verdict.ceilingUntil);
      return { kind: 'runAgain', at: this.restUntil(recipient, verdict.until) };
    }
    if (verdict.kind === 'putBack') await this.deps.delivery.putBack(recipient);
    if (verdict.kind === 'end') await this.deps.delivery.end(recipient, verdict.to, verdict.code);
    return DONE;
  }

  private restUntil({ kind }: RecipientForSend, until: Date): Date {
    return kind === 'direct' ? until : wakeAt(until, this.deps.clock.now(), this.deps.random);
  }

  private fail(recipient: RecipientForSend, code: string): Promise<JobOutcome> {
    return this.leave(recipient, honest(recipient, { kind: 'end', to: 'failed', code }));
  }

  /** Nobody can send now. A recipient bound to one sender waits for that one; otherwise the campaign does. */
  private async wait(
    recipient: RecipientForSend,
    outcome: Exclude<ReservationOutcome, { kind: 'reserved' }>,
  ): Promise<JobOutcome> {
    const now = this.deps.clock.now();
    const until = outcome.kind === 'later' ? outcome.at : null;
    await this.noteWaiting(recipient, outcome.reason, until);
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

  /** Of those who wait for the same sender: direct messages first, campaigns that others outrank last. */
  private wakeTime({ kind, outranked }: RecipientForSend, at: Date, now: Date): Date {
    if (kind === 'direct') return wakeFirst(at, now);
    return (outranked ? wakeBehind : wakeAt)(at, now, this.deps.random);
  }

  /** Gives back what was reserved for parts that were not handed over; they are not sent in this run any more. */
  private async releaseRest(run: SendRun): Promise<void> {
    const { reservation, handedOver } = run;
    run.reservation = { ...reservation, messages: handedOver };
    run.parts = run.parts.slice(0, handedOver);
    await this.release(reservation, reservation.messages - handedOver);
  }

  private async giveUpReservation(reservation: Reservation, pauseMs: number): Promise<JobOutcome> {
    await this.release(reservation, reservation.messages);
    return this.runAgainIn(pauseMs);
  }

  private async sendParts(run: SendRun): Promise<JobOutcome> {
    try {
      // Before anything is claimed: a store that does not answer now costs the job a pause, not the recipient its message.
      await readFiles(run.parts);
      for (let index = 0, ready = run.parts[0]; ready; index += 1, ready = run.parts[index]) {
        const end = await this.sendPart(run, index, ready);
        if (end.kind === 'end') return end.outcome;
      }
    } finally {
      await this.releaseRest(run);
    }
    return run.recipient.nextPart + run.parts.length < run.recipient.parts.length
      ? this.runAgainIn(0)
      : this.finished(run.recipient);
  }

  /** Rest, typing, claim, hand-over, record. */
  private async sendPart(run: SendRun, index: number, ready: ReadyPart): Promise<PartEnd> {
    await this.type(run, index);
    if (run.signal.aborted) return { kind: 'end', outcome: this.runAgainIn(0) };
    const claimed = await this.claimInTime(run, index, ready);
    if (claimed.kind !== 'claimed') return { kind: 'end', outcome: this.afterLostClaim(claimed) };

    run.handedOver += 1;
    run.claimEpoch = claimed.claimEpoch;
    const part = run.recipient.nextPart + index;
    const { logger, clock, random, sendTimeoutMs: timeoutMs = SEND_TIMEOUT_MS } = this.deps;
    const outcome = await handOver(
      run.hosted.session,
      {
        waMessageId: claimed.waMessageId,
        to: run.recipient.phone,
        content: ready.outbound,
        reference: { campaignId: run.recipient.campaignId, part },
      },
      { timeoutMs, logger },
    );
    const judgement = judge(outcome, this.judgedClaim(run, claimed, part), clock.now(), random);
    // Before the verdict is recorded: giving slots back after it could undo the rest it gives the sender.
    if (judgement.verdict.notBefore) await this.releaseRest(run);
    const recorded = await this.record(run, { ...claimed, part, judgement });
    return this.afterPart(run, part, judgement, recorded);
  }

  private judgedClaim({ recipient, hosted }: SendRun, claimed: Claimed, part: number): JudgedClaim {
    const { isResend, doubts, waMessageId } = claimed;
    return {
      claimEpoch: claimed.claimEpoch - recipient.retriedEpoch,
      part,
      isResend,
      mayHaveArrived: doubts > 0,
      doubtful: {
        repeatable: waMessageId !== undefined && hosted.capabilities.idempotentIds,
        onUnknown: recipient.onUnknown,
        doubts,
      },
      graceMs: this.deps.resendGraceMs ?? RESEND_GRACE_MS,
    };
  }

  private async type(run: SendRun, index: number): Promise<void> {
    const timing = run.timings[index] ?? { pauseMs: 0, typingMs: 0 };
    const rest = this.deps.sleep ?? sleep;
    await rest(timing.pauseMs, run.signal);
    if (timing.typingMs <= 0 || run.signal.aborted) return;
    if (run.hosted.capabilities.typing) {
      // Decoration: a transport that cannot show it now does not hold up the message.
      run.hosted.session.showTyping(run.recipient.phone, timing.typingMs).catch((error: unknown) => {
        this.deps.logger.debug({ error: errorMessage(error) }, 'typing could not be shown');
      });
    }
    await rest(timing.typingMs, run.signal);
  }

  private async claim(run: SendRun, index: number, ready: ReadyPart): Promise<Claim> {
    const { recipient, reservation, hosted } = run;
    const resend = index === 0 ? recipient.resend : undefined;
    const sameId = resend?.senderId === reservation.senderId ? resend.waMessageId : null;
    const waMessageId = sameId ?? hosted.session.allocateMessageId();
    const claim = await this.deps.delivery.claim({
      tenantId: recipient.tenantId,
      campaignId: recipient.campaignId,
      recipientId: recipient.id,
      claimEpoch: run.claimEpoch,
      part: recipient.nextPart + index,
      senderId: reservation.senderId,
      begins: index === 0 ? beginsWith(recipient) : 0,
      waMessageId,
      ...storedForm(ready),
      capped: index === 0 ? cappedClaim(recipient) : undefined,
    });
    const doubts = resend?.doubts ?? 0;
    return claim.kind === 'claimed' ? { ...claim, waMessageId, isResend: sameId !== null, doubts } : claim;
  }

  /** Claims as soon as the campaign's ceiling allows; a wait that would hold the sender for long ends the run. */
  private async claimInTime(run: SendRun, index: number, ready: ReadyPart): Promise<Claim> {
    const rest = this.deps.sleep ?? sleep;
    for (let waitedMs = 0; ;) {
      // Typing and waiting take seconds in which a window closes: the next run's guards see to it.
      if (!mayStillLeave(run.recipient, this.deps.clock.now())) return { kind: 'lost' };
      const claim = await this.claim(run, index, ready);
      if (claim.kind !== 'later' || waitedMs + claim.afterMs > SLOT_PATIENCE_MS) return claim;
      await rest(claim.afterMs, run.signal);
      if (run.signal.aborted) return claim;
      waitedMs += Math.max(claim.afterMs, 1);
    }
  }

  /** Paused, opted out, over the cap, outside its window or taken since it was loaded: the next run's guards find out which. */
  private afterLostClaim(claim: Exclude<Claim, { kind: 'claimed' }>): JobOutcome {
    return this.runAgainIn(claim.kind === 'later' ? claim.afterMs : 100);
  }

  private async record(
    run: SendRun,
    sent: Claimed & { part: number; judgement: Judgement },
  ): Promise<RecordedOutcome> {
    const { recipient, reservation } = run;
    const { settlement, verdict } = sent.judgement;
    const record = {
      tenantId: recipient.tenantId,
      recipientId: recipient.id,
      contactId: recipient.contactId,
      messageId: sent.messageId,
      claimEpoch: sent.claimEpoch,
      senderId: reservation.senderId,
      lastSenderId: recipient.lastSenderId,
      lastPart: sent.part + 1 >= recipient.parts.length,
      isResend: sent.isResend || (settlement.kind === 'requeued' && settlement.keepsId === true),
      begun: { campaignId: recipient.campaignId, messages: beginsWith(recipient) },
      settlement,
    };
    const { delivery, senders } = this.deps;
    const [recorded] = await Promise.all([
      insist(() => delivery.record(record), { signal: run.signal, log: this.troubles }),
      senders
        .recordResults([{ senderId: reservation.senderId, ...verdict }])
        .catch((error: unknown) => this.trouble('results were not added to their senders', error)),
    ]);
    return recorded;
  }

  private afterPart(run: SendRun, part: number, judgement: Judgement, recorded: RecordedOutcome): PartEnd {
    const { id: recipientId, campaignId } = run.recipient;
    const report = { recipientId, campaignId, part, senderId: run.reservation.senderId };
    if (recorded.kind === 'fenced') {
      this.deps.logger.warn(report, 'an outcome came after its claim had been given to somebody else');
      return { kind: 'end', outcome: this.runAgainIn(0) };
    }
    this.deps.logger.debug({ ...report, state: recorded.state }, 'a hand-over was recorded');
    if (recorded.arrived) return { kind: 'nextPart' };
    if (recorded.state !== 'queued') return { kind: 'end', outcome: DONE };
    const at = judgement.retryAt ?? this.deps.clock.now();
    return { kind: 'end', outcome: { kind: 'runAgain', at } };
  }

  private async finished(recipient: RecipientForSend): Promise<JobOutcome> {
    await this.deps.waiting.served(recipient, recipient.waiting);
    return DONE;
  }

  /** Best effort: slots that are not given back cost a little quota, a job that fails over it would cost a message. */
  private async release({ senderId, reservedAt }: Reservation, messages: number): Promise<void> {
    if (messages <= 0) return;
    try {
      await this.deps.senders.release({ senderId, reservedAt, messages });
    } catch (error) {
      this.trouble('unused slots were not given back', error);
    }
  }

  /** What goes wrong for one message goes wrong for all of this moment. */
  private trouble(what: string, error: unknown): void {
    this.troubles.report('warn', what, what, { error: errorMessage(error) });
  }

  private runAgainIn(ms: number): JobOutcome {
    const now = this.deps.clock.now();
    return { kind: 'runAgain', at: ms === 0 ? now : addMs(now, Math.round(ms * (1 + this.deps.random()))) };
  }
}
