import type { Database, Tx } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import type { JobQueue } from '../../queue/job-queue.js';
import type { TransportName } from '../../transports/transport.js';
import { unconfirmedAmong, RESEND_GRACE_MS, resolveUnconfirmed } from './core/unconfirmed.js';
import { sendMessage } from './delivery.jobs.js';
import { lockRecipients } from './delivery.repository.js';
import type { OutcomeRecord } from './delivery.types.js';
import { recordOutcomes } from './outcome.repository.js';
import { completeDirectCampaigns } from './direct-completion.repository.js';
import {
  lockStaleClaims,
  requeueForResend,
  takeQueuedBefore,
  timeBefore,
  type LostRecipient,
  type QueuedRecipient,
  type StaleClaim,
} from './reconcile.repository.js';
import { sendJobId } from './core/job-id.js';

export interface ReconcileLimits {
  /** A recipient queued for longer than this gets its job again, in milliseconds. */
  queuedMs: number;
  /** A claim older than this is dead; must be longer than the worker's time-out of a send. */
  sendingMs: number;
  /** A worker that was silent for that long has lost its sessions, and its claims are dead at once. */
  workerSilentMs: number;
  /** A message that may arrive twice is sent again no sooner than this after its worker was found gone. */
  graceMs: number;
  /** Rows per statement. */
  batch: number;
  /** Rows per run; the rest comes with the next one. */
  perRun: number;
}

const defaultLimits: ReconcileLimits = {
  queuedMs: 120_000,
  sendingMs: 180_000,
  workerSilentMs: 20_000,
  graceMs: RESEND_GRACE_MS,
  batch: 500,
  perRun: 20_000,
};

export interface ReconcileDeps {
  database: Database;
  /** Whether a resend with the same id reaches the phone at most once on this transport. */
  hasIdempotentIds(transport: TransportName): boolean;
  queue: Pick<JobQueue, 'enqueueMany'>;
  clock: Clock;
  limits?: Partial<ReconcileLimits>;
}

export interface ReconcileReport {
  /** Long queued recipients whose jobs were offered to the queue again. */
  offered: number;
  /** Claims of dead workers whose messages go out again with the same id. */
  resent: number;
  /** Claims of dead workers whose campaigns risk a second copy: sent again unless a receipt settles them before. */
  risked: number;
  /** Claims of dead workers that stay `unknown` for now. */
  unknown: number;
  /** Claims of dead workers whose messages had evidently been sent. */
  settled: number;
}

/** Resolves what crashed workers and lost queues left behind. Safe to run anywhere, any time, several at once. */
export class ReconcileService {
  private readonly limits: ReconcileLimits;

  constructor(private readonly deps: ReconcileDeps) {
    this.limits = { ...defaultLimits, ...deps.limits };
  }

  /** One pass over dead claims and long queued recipients, bounded by the limits. */
  async run(): Promise<ReconcileReport> {
    const report: ReconcileReport = { offered: 0, resent: 0, risked: 0, unknown: 0, settled: 0 };
    await this.inBatches(() => this.resolveStaleClaims(report));
    report.offered = await this.offerQueued(this.limits.queuedMs);
    await completeDirectCampaigns(this.deps.database.manager);
    return report;
  }

  /**
   * Queues a job again for every queued recipient, when the queue has lost them all: campaigns need not wait until each
   * is found missing. Returns how many.
   */
  async offerAllQueued(): Promise<number> {
    // No job is left, so ids need not keep one from being added twice.
    return this.offerQueued(0, { bundled: true });
  }

  private async inBatches(step: () => Promise<number>): Promise<void> {
    for (let done = 0; done < this.limits.perRun;) {
      const handled = await step();
      if (handled < this.limits.batch) return;
      done += handled;
    }
  }

  private async offerQueued(forMs: number, how: { bundled?: boolean } = {}): Promise<number> {
    const tx = this.deps.database.manager;
    const before = await timeBefore(tx, forMs);
    let offered = 0;
    await this.inBatches(async () => {
      const recipients = await takeQueuedBefore(tx, before, this.limits.batch);
      if (recipients.length > 0) await this.enqueueSends(recipients, how);
      offered += recipients.length;
      return recipients.length;
    });
    return offered;
  }

  private async resolveStaleClaims(report: ReconcileReport): Promise<number> {
    const { sendingMs, workerSilentMs, batch } = this.limits;
    const { claims, queued } = await this.deps.database.transaction(async (tx) => {
      const stale = await lockStaleClaims(tx, { olderThanMs: sendingMs, workerSilentMs, limit: batch });
      return { claims: stale, queued: await this.resolve(tx, stale, report) };
    });
    // After the commit: a job that runs before would find its recipient still `sending` and end.
    if (queued.length > 0) await this.enqueueSends(queued);
    return claims.length;
  }

  /** Returns the recipients that are in the queue again. */
  private async resolve(tx: Tx, claims: StaleClaim[], report: ReconcileReport): Promise<LostRecipient[]> {
    if (claims.length === 0) return [];
    await lockRecipients(
      tx,
      claims.map((claim) => claim.id),
    );
    const resends = claims.filter((claim) => this.canResend(claim));
    const others = claims.filter((claim) => !this.canResend(claim));
    const requeued = await requeueForResend(tx, resends);
    const recorded = await recordOutcomes(
      tx,
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
    report.resent += requeued.length;
    report.risked += risked.length;
    report.unknown += unknown.length;
    report.settled += others.length - risked.length - unknown.length;
    return [...requeued, ...continued, ...risked];
  }

  /** Where a receipt knows more, recording keeps what the receipt said. */
  private lostWithItsWorker(claim: StaleClaim): OutcomeRecord {
    const { onUnknown, attempts } = claim;
    const settled = resolveUnconfirmed(
      'worker_lost',
      { repeatable: false, onUnknown, unconfirmed: unconfirmedAmong(attempts) },
      { now: this.deps.clock.now(), graceMs: this.limits.graceMs },
    );
    return {
      tenantId: claim.tenantId,
      recipientId: claim.id,
      contactId: claim.contactId,
      messageId: claim.messageId,
      claimEpoch: claim.claimEpoch,
      senderId: claim.senderId,
      lastPart: claim.lastPart,
      isResend: false,
      settlement: settled,
    };
  }

  /** Jobs that still exist under the same id are not added twice. */
  private enqueueSends(
    recipients: (LostRecipient & Partial<QueuedRecipient>)[],
    how: { bundled?: boolean } = {},
  ): Promise<void> {
    return this.deps.queue.enqueueMany(
      sendMessage,
      recipients.map(({ id, tenantId, campaignId, claimEpoch, priority, delayMs }) => ({
        payload: { tenantId, campaignId, recipientId: id },
        options: {
          id: sendJobId(id, claimEpoch),
          ...(priority ? { priority } : {}),
          ...(delayMs ? { delayMs } : {}),
        },
      })),
      how,
    );
  }

  /** A message that a receipt has moved on needs no resend, whatever its transport can do. */
  private canResend(claim: StaleClaim): boolean {
    return (
      claim.messageState === 'sending' &&
      claim.waMessageId !== null &&
      claim.transport !== undefined &&
      this.deps.hasIdempotentIds(claim.transport)
    );
  }
}
