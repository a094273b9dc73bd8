import type { Tx } from '../../db/index.js';
import { errorMessage } from '../../lib/errors.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import { MAX_SAFE_REPEATS, resolveUnconfirmed, unconfirmedAmong } from './core/unconfirmed.js';
import { lockDeliveries } from './delivery.repository.js';
import type { OutcomeRecord } from './delivery.types.js';
import { recordOutcomes } from './outcome.repository.js';
import type { ReconcileDeps, ReconcileLimits, ReconcileReport } from './reconcile.types.js';
import {
  leaveUnknown,
  lockStaleClaims,
  requeueForResend,
  type LostDelivery,
  type StaleClaim,
} from './reconcile.repository.js';

interface Resolved extends Omit<ReconcileReport, 'offered'> {
  handled: number;
  /** Deliveries that are in the queue again. */
  queued: (LostDelivery & { delayMs?: number })[];
}

const nothing = (): Resolved => ({ handled: 0, resent: 0, risked: 0, unknown: 0, settled: 0, queued: [] });

/** Claims whose workers died, or that are older than any send takes. */
export class StaleClaims {
  constructor(
    private readonly deps: Omit<ReconcileDeps, 'queue' | 'limits'>,
    private readonly limits: ReconcileLimits,
  ) {}

  /** One batch. One that cannot be resolved does not keep the others waiting: then each is resolved by itself. */
  async resolveBatch(): Promise<Resolved> {
    try {
      return await this.resolveTogether();
    } catch (error) {
      if (unavailableResource(error) !== undefined) throw error;
      return this.resolveOneByOne();
    }
  }

  private resolveTogether(only?: string): Promise<Resolved> {
    return this.deps.database.transaction(async (tx) => {
      return this.resolve(tx, await lockStaleClaims(tx, { ...this.staleness(), only }));
    });
  }

  private async resolveOneByOne(): Promise<Resolved> {
    const claims = await this.deps.database.transaction((tx) => lockStaleClaims(tx, this.staleness()));
    const all = nothing();
    for (const claim of claims) {
      const one = await this.resolveOne(claim);
      all.resent += one.resent;
      all.risked += one.risked;
      all.unknown += one.unknown;
      all.settled += one.settled;
      all.queued.push(...one.queued);
    }
    return { ...all, handled: claims.length };
  }

  /** What was resolved before is not lost when the database goes away meanwhile: the next run offers it to the queue. */
  private async resolveOne(claim: StaleClaim): Promise<Resolved> {
    try {
      return await this.resolveTogether(claim.id);
    } catch (error) {
      if (unavailableResource(error) !== undefined) throw error;
      await this.giveUp(claim, error);
      return nothing();
    }
  }

  private async giveUp(claim: StaleClaim, error: unknown): Promise<void> {
    const { database, logger } = this.deps;
    const { id: deliveryId, source, sourceId } = claim;
    const report = { alert: 'delivery.unresolved', deliveryId, source, sourceId, error: errorMessage(error) };
    logger.error(report, 'a lost send could not be resolved; it is left unknown');
    try {
      await leaveUnknown(database.manager, claim);
    } catch (cause) {
      if (unavailableResource(cause) !== undefined) throw cause;
      logger.error({ ...report, error: errorMessage(cause) }, 'nor could it be left unknown; trying again');
    }
  }

  private staleness(): { olderThanMs: number; workerSilentMs: number; limit: number } {
    const { sendingMs, workerSilentMs, batch } = this.limits;
    return { olderThanMs: sendingMs, workerSilentMs, limit: batch };
  }

  private async resolve(tx: Tx, claims: StaleClaim[]): Promise<Resolved> {
    if (claims.length === 0) return nothing();
    await lockDeliveries(
      tx,
      claims.map((claim) => claim.id),
    );
    const resends = claims.filter((claim) => this.canResend(claim));
    const others = claims.filter((claim) => !this.canResend(claim));
    const requeued = await requeueForResend(tx, resends);
    const recorded = await recordOutcomes(
      tx,
      this.deps.sources,
      others.map((claim) => this.lostWithItsWorker(claim)),
    );
    const queuedAgain = (arrived: boolean) =>
      others.filter((_, index) => {
        const outcome = recorded[index];
        return outcome?.kind === 'recorded' && outcome.state === 'queued' && outcome.arrived === arrived;
      });
    const continued = queuedAgain(true);
    const risked = queuedAgain(false).map((claim) => ({ ...claim, delayMs: this.limits.graceMs }));
    const unknown = recorded.filter((outcome) => outcome.kind === 'recorded' && outcome.state === 'unknown');
    return {
      handled: claims.length,
      resent: requeued.length,
      risked: risked.length,
      unknown: unknown.length,
      settled: others.length - risked.length - unknown.length,
      queued: [...requeued, ...continued, ...risked],
    };
  }

  /** Where a receipt knows more, recording keeps what the receipt said. */
  private lostWithItsWorker(claim: StaleClaim): OutcomeRecord {
    const { attempts, isRestored } = claim;
    // A process rarely dies just then, but of what was handed over since a backup nearly all has arrived.
    const onUnknown = isRestored ? 'leave' : claim.onUnknown;
    const settled = resolveUnconfirmed(
      isRestored ? 'database_restored' : 'worker_lost',
      { repeatable: false, onUnknown, unconfirmed: unconfirmedAmong(attempts) },
      { now: this.deps.clock.now(), graceMs: this.limits.graceMs },
    );
    return {
      tenantId: claim.tenantId,
      source: claim.source,
      sourceId: claim.sourceId,
      deliveryId: claim.id,
      contactId: claim.contactId,
      messageId: claim.messageId,
      claimEpoch: claim.claimEpoch,
      senderId: claim.senderId,
      lastPart: claim.lastPart,
      isResend: false,
      settlement: settled,
    };
  }

  /**
   * A message that a receipt has moved on needs no resend, whatever its transport can do; and one whose outcome is lost
   * every time is not sent for ever.
   */
  private canResend(claim: StaleClaim): boolean {
    return (
      claim.messageState === 'sending' &&
      unconfirmedAmong(claim.attempts) < MAX_SAFE_REPEATS &&
      claim.waMessageId !== null &&
      claim.transport !== undefined &&
      this.deps.hasIdempotentIds(claim.transport)
    );
  }
}
