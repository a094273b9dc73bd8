import { errorMessage } from '../../lib/errors.js';
import { RESEND_GRACE_MS } from './core/unconfirmed.js';
import { queueDue, takeQueuedBefore, timeBefore } from './reconcile.repository.js';
import { DUE_HORIZON_MS, LOOK_AT_HOURS_MS } from './core/due.js';
import { tenantsWithNewHours, wakeResting } from './resting.repository.js';
import { enqueueSends } from './send-jobs.js';
import type { ReconcileDeps, ReconcileLimits, ReconcileReport } from './reconcile.types.js';
import { StaleClaims } from './stale-claims.js';

const defaultLimits: ReconcileLimits = {
  queuedMs: 120_000,
  sendingMs: 180_000,
  workerSilentMs: 20_000,
  graceMs: RESEND_GRACE_MS,
  batch: 500,
  perRun: 20_000,
};

/** Resolves what crashed workers and lost queues left behind. Safe to run anywhere, any time, several at once. */
export class ReconcileService {
  private readonly limits: ReconcileLimits;
  private readonly staleClaims: StaleClaims;

  constructor(private readonly deps: ReconcileDeps) {
    this.limits = { ...defaultLimits, ...deps.limits };
    this.staleClaims = new StaleClaims(deps, this.limits);
  }

  /**
   * One pass over dead claims, deliveries that are due and long queued ones, bounded by the limits. A step that fails does not keep the
   * others from running; its error is thrown after them.
   */
  async run(): Promise<ReconcileReport> {
    const report: ReconcileReport = { offered: 0, resent: 0, risked: 0, unknown: 0, settled: 0 };
    const steps = [
      () => this.inBatches(() => this.resolveStaleClaims(report)),
      () => this.wakeResting(),
      async () => {
        report.offered += await this.queueDue();
      },
      async () => {
        report.offered += await this.offerQueued(this.limits.queuedMs);
      },
    ];
    const errors: unknown[] = [];
    for (const step of steps) await step().catch((error: unknown) => errors.push(error));
    if (errors.length > 0) throw errors[0];
    return report;
  }

  /**
   * Queues a job again for every queued delivery, when the queue has lost them all: campaigns need not wait until each
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

  private async resolveStaleClaims(report: ReconcileReport): Promise<number> {
    const { handled, queued, ...resolved } = await this.staleClaims.resolveBatch();
    report.resent += resolved.resent;
    report.risked += resolved.risked;
    report.unknown += resolved.unknown;
    report.settled += resolved.settled;
    // After the commit: a job that runs before would find its recipient still `sending` and end.
    if (queued.length > 0) await enqueueSends(this.deps.queue, queued);
    return handled;
  }

  private async wakeResting(): Promise<void> {
    const tx = this.deps.database.manager;
    const tenantIds = await tenantsWithNewHours(tx, LOOK_AT_HOURS_MS);
    if (tenantIds.length > 0) await this.inBatches(() => wakeResting(tx, tenantIds, this.limits.batch));
  }

  private async queueDue(): Promise<number> {
    const tx = this.deps.database.manager;
    let offered = 0;
    const untouched: string[] = [];
    await this.inBatches(async () => {
      const { queued, ended, left } = await queueDue(tx, DUE_HORIZON_MS, this.limits.batch, untouched);
      if (queued.length > 0) await enqueueSends(this.deps.queue, queued);
      if (ended > 0) {
        const report = { alert: 'delivery.refused', deliveries: ended };
        this.deps.logger.error(report, 'deliveries that are due could not be queued; they have failed');
      }
      for (const { item, error } of left) {
        untouched.push(item);
        const report = { alert: 'delivery.untouched', deliveryId: item, error: errorMessage(error) };
        this.deps.logger.error(
          report,
          'a delivery that is due can neither be queued nor ended; trying again',
        );
      }
      offered += queued.length;
      return queued.length + ended + left.length;
    });
    return offered;
  }

  private async offerQueued(forMs: number, how: { bundled?: boolean } = {}): Promise<number> {
    const tx = this.deps.database.manager;
    const before = await timeBefore(tx, forMs);
    let offered = 0;
    const untouched: string[] = [];
    await this.inBatches(async () => {
      const batch = await takeQueuedBefore(tx, before, this.limits.batch, untouched);
      if (batch.taken.length > 0) await enqueueSends(this.deps.queue, batch.taken, how);
      for (const { item, error } of batch.untouched) {
        untouched.push(item.id);
        const report = { alert: 'delivery.untouched', deliveryId: item.id, error: errorMessage(error) };
        this.deps.logger.error(report, 'a waiting delivery cannot be changed; its job will end it');
      }
      offered += batch.taken.length;
      return batch.taken.length;
    });
    return offered;
  }
}
