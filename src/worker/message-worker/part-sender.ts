import { errorMessage } from '../../lib/errors.js';
import type { ThrottledLogger } from '../../lib/throttled-logger.js';
import type { JobOutcome } from '../../queue/job.js';
import { bestEffort } from './best-effort.js';
import { hasFile, readFiles, storedForm, type ReadyPart } from './contents.js';
import { giveBack } from './give-back.js';
import { mayStillLeave } from './guards.js';
import { handOver, retryUntilRecorded } from './hand-over.js';
import { DONE, runAgainIn } from './outcomes.js';
import type { MessageWorkerDeps, SendRun } from './ports.js';
import { campaignOf, type CampaignKey } from './campaign-of.js';
import { recipientOf } from './recipient.js';
import { beginsWith } from './request.js';
import { SessionTurns } from './session-turns.js';
import { sleep } from './sleep.js';
import {
  cappedClaim,
  judge,
  type ClaimOutcome,
  type ClaimRequest,
  RESEND_GRACE_MS,
  type JudgedClaim,
  type Judgement,
  type LoadedDelivery,
  type PartTiming,
  type RecordedOutcome,
} from '../../modules/delivery/index.js';

const SEND_TIMEOUT_MS = 60_000;
/** How long a run waits for its campaign's ceiling while it holds a sender. */
const SLOT_PATIENCE_MS = 5_000;

type PartEnd = { kind: 'nextPart' } | { kind: 'end'; outcome: JobOutcome };
interface Claimed {
  messageId: string;
  claimEpoch: number;
  waMessageId: string | undefined;
  isResend: boolean;
  /** Earlier hand-overs of this part that are unconfirmed. */
  unconfirmed: number;
}
type Claim = ({ kind: 'claimed' } & Claimed) | Exclude<ClaimOutcome, { kind: 'claimed' }>;

/** Sends the parts of one delivery through the sender that was reserved for them. */
export class PartSender {
  private readonly turns = new SessionTurns();

  constructor(
    private readonly deps: Omit<MessageWorkerDeps, 'sessions' | 'media' | 'typing' | 'pause'>,
    private readonly throttledLog: ThrottledLogger,
  ) {}

  /** One part after the other, as far as it goes; what was reserved for the rest is given back. */
  async send(run: SendRun): Promise<JobOutcome> {
    try {
      // Before anything is claimed: when the store fails, the job is retried and the delivery does not fail.
      if (run.parts.some(hasFile)) await readFiles(run.parts);
      for (let index = 0, ready = run.parts[0]; ready; index += 1, ready = run.parts[index]) {
        const end = await this.sendPart(run, index, ready);
        if (end.kind === 'end') return end.outcome;
      }
    } finally {
      if (run.reservation.messages > run.handedOver) await this.releaseRest(run);
    }
    const { nextPart, parts } = run.loaded.delivery;
    return nextPart + run.handedOver < parts ? runAgainIn(this.deps, 0) : this.finished(run.loaded);
  }

  /** Rest, typing, claim, hand-over, record. */
  private async sendPart(run: SendRun, index: number, ready: ReadyPart): Promise<PartEnd> {
    const timing = run.timings[index];
    if (timing && timing.pauseMs + timing.typingMs > 0) await this.type(run, timing);
    if (run.signal.aborted) return { kind: 'end', outcome: runAgainIn(this.deps, 0) };
    const claimed = await this.claimInTime(run, index, ready);
    if (claimed.kind !== 'claimed') return { kind: 'end', outcome: this.afterLostClaim(claimed) };

    run.handedOver += 1;
    run.claimEpoch = claimed.claimEpoch;
    const { delivery } = run.loaded;
    const part = delivery.nextPart + index;
    const { logger, clock, random, sendTimeoutMs: timeoutMs = SEND_TIMEOUT_MS } = this.deps;
    const outcome = await handOver(
      run.hosted.session,
      {
        waMessageId: claimed.waMessageId,
        to: recipientOf(run.loaded),
        content: ready.outbound,
        reference: { campaignId: delivery.campaignId ?? delivery.sourceId, part },
      },
      { timeoutMs, logger },
    );
    const judgement = judge(outcome, this.judgedClaim(run, claimed, part), clock.now(), random);
    // Before the verdict is recorded: giving slots back after it could undo the rest it gives the sender.
    if (judgement.verdict.notBefore) await this.releaseRest(run);
    const recorded = await this.record(run, { ...claimed, part, judgement });
    return this.afterPart(run, part, judgement, recorded);
  }

  private judgedClaim({ loaded, hosted }: SendRun, claimed: Claimed, part: number): JudgedClaim {
    const { isResend, unconfirmed, waMessageId } = claimed;
    return {
      claimEpoch: claimed.claimEpoch - loaded.delivery.retriedEpoch,
      part,
      isResend,
      mayHaveArrived: unconfirmed > 0,
      unconfirmedSend: {
        repeatable: waMessageId !== undefined && hosted.capabilities.idempotentIds,
        onUnknown: loaded.policy.onUnknown,
        unconfirmed,
      },
      graceMs: this.deps.resendGraceMs ?? RESEND_GRACE_MS,
    };
  }

  /** The pause before it is no typing: others may take their turns in it. */
  private async type(run: SendRun, timing: PartTiming): Promise<void> {
    const rest = this.deps.sleep ?? sleep;
    await rest(timing.pauseMs, run.signal);
    if (timing.typingMs <= 0 || run.signal.aborted) return;
    if (!run.hosted.capabilities.typing) return rest(timing.typingMs, run.signal);
    const turn = { isAnswer: run.reservation.answer === true, signal: run.signal };
    await this.turns.take(run.reservation.senderId, turn, () => {
      // Best effort: a message is sent also when its transport cannot show typing now.
      run.hosted.session.showTyping(recipientOf(run.loaded), timing.typingMs).catch((error: unknown) => {
        this.deps.logger.debug({ error: errorMessage(error) }, 'typing could not be shown');
      });
      return rest(timing.typingMs, run.signal);
    });
  }

  /** Claims as soon as the campaign's ceiling allows; a wait that would hold the sender for long ends the run. */
  private async claimInTime(run: SendRun, index: number, ready: ReadyPart): Promise<Claim> {
    const { loaded, reservation } = run;
    const resend = index === 0 ? loaded.resend : undefined;
    const sameId = resend?.senderId === reservation.senderId ? resend.waMessageId : null;
    const waMessageId = sameId ?? run.hosted.session.allocateMessageId();
    const lane = { isAnswer: reservation.answer === true };
    for (let waitedMs = 0; ;) {
      // A window may close during typing and waiting; the guards of the next run then decide.
      if (!mayStillLeave(loaded, this.deps.clock.now())) return { kind: 'lost' };
      const claim = await this.deps.delivery.claim(claimRequest(run, index, ready, waMessageId), lane);
      if (claim.kind === 'claimed')
        return { ...claim, waMessageId, isResend: sameId !== null, unconfirmed: resend?.unconfirmed ?? 0 };
      if (claim.kind !== 'later' || waitedMs + claim.afterMs > SLOT_PATIENCE_MS) return claim;
      await (this.deps.sleep ?? sleep)(claim.afterMs, run.signal);
      if (run.signal.aborted) return claim;
      waitedMs += Math.max(claim.afterMs, 1);
    }
  }

  /**
   * Paused, opted out, over the cap, outside its window or taken since it was loaded: the guards of the next run find
   * out which.
   */
  private afterLostClaim(claim: Exclude<Claim, { kind: 'claimed' }>): JobOutcome {
    return runAgainIn(this.deps, claim.kind === 'later' ? claim.afterMs : 100);
  }

  private async record(
    run: SendRun,
    sent: Claimed & { part: number; judgement: Judgement },
  ): Promise<RecordedOutcome> {
    const { loaded, reservation } = run;
    const { delivery, facts } = loaded;
    const { settlement, verdict } = sent.judgement;
    const record = {
      tenantId: delivery.tenantId,
      source: delivery.source,
      sourceId: delivery.sourceId,
      deliveryId: delivery.id,
      contactId: delivery.contactId,
      messageId: sent.messageId,
      claimEpoch: sent.claimEpoch,
      senderId: reservation.senderId,
      lastSenderId: facts.lastSenderId,
      lastPart: sent.part + 1 >= delivery.parts,
      isResend: sent.isResend || (settlement.kind === 'requeued' && settlement.keepsId === true),
      begun: beginsWith(loaded),
      settlement,
    };
    const { delivery: deliveries, senders } = this.deps;
    const lane = { isAnswer: reservation.answer === true };
    // Beside the outcome, which it must not hold up.
    const noted = senders
      .recordResults([{ senderId: reservation.senderId, ...verdict }], lane)
      .catch((error: unknown) => {
        const what = 'results were not added to their senders';
        this.throttledLog.report('warn', what, what, { error: errorMessage(error) });
      });
    const recorded = await retryUntilRecorded(() => deliveries.record(record, lane), {
      signal: run.signal,
      log: this.throttledLog,
    });
    await noted;
    return recorded;
  }

  private afterPart(run: SendRun, part: number, judgement: Judgement, recorded: RecordedOutcome): PartEnd {
    if (recorded.kind === 'fenced') {
      this.deps.logger.warn(reportOf(run, part), 'an outcome came after another worker had taken its claim');
      return { kind: 'end', outcome: runAgainIn(this.deps, 0) };
    }
    this.deps.logger.debug(reportOf(run, part, recorded.state), 'a hand-over was recorded');
    if (recorded.arrived) return { kind: 'nextPart' };
    if (recorded.state !== 'queued') return { kind: 'end', outcome: DONE };
    const at = judgement.retryAt ?? this.deps.clock.now();
    return { kind: 'end', outcome: { kind: 'runAgain', at } };
  }

  private finished({ delivery, policy }: LoadedDelivery): JobOutcome | Promise<JobOutcome> {
    const campaign = campaignOf(delivery);
    if (!campaign) return DONE;
    this.deps.waiting.noteServed(campaign);
    return policy.waiting ? this.clearWaiting(campaign) : DONE;
  }

  private async clearWaiting(campaign: CampaignKey): Promise<JobOutcome> {
    const lost = 'that a campaign sends was not noted';
    await bestEffort(this.throttledLog, lost, () => this.deps.waiting.clear(campaign));
    return DONE;
  }

  /** Gives back what was reserved for parts that were not handed over; they are not sent in this run any more. */
  private async releaseRest(run: SendRun): Promise<void> {
    const { reservation, handedOver } = run;
    run.reservation = { ...reservation, messages: handedOver };
    run.parts = run.parts.slice(0, handedOver);
    await giveBack(this.deps.senders, reservation, reservation.messages - handedOver, this.throttledLog);
  }
}

function claimRequest(
  { loaded, reservation, claimEpoch }: SendRun,
  index: number,
  ready: ReadyPart,
  waMessageId: string | undefined,
): ClaimRequest {
  const { delivery } = loaded;
  return {
    tenantId: delivery.tenantId,
    source: delivery.source,
    sourceId: delivery.sourceId,
    deliveryId: delivery.id,
    claimEpoch,
    part: delivery.nextPart + index,
    senderId: reservation.senderId,
    begins: index === 0 ? beginsWith(loaded) : 0,
    waMessageId,
    ...storedForm(ready),
    capped: index === 0 ? cappedClaim(loaded) : undefined,
  };
}

function reportOf({ loaded, reservation }: SendRun, part: number, state?: string): object {
  const { id: deliveryId, source, sourceId } = loaded.delivery;
  return { deliveryId, source, sourceId, part, senderId: reservation.senderId, state };
}
