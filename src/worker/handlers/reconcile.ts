import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import type { JobHandler } from '../../queue/job.js';
import type { reconcile, ReconcileService } from '../../modules/delivery/index.js';

export interface ReconcileHandlerDeps {
  reconcile: Pick<ReconcileService, 'run'>;
  /** Gives every running campaign its feed job again, should the queue have lost it. */
  rewakeRunningCampaigns(): Promise<unknown>;
  /** Gives every import, bulk edit and number check that has not ended its job again. */
  resumeImports(): Promise<unknown>;
  /** Deletes files that were fetched for requests that were refused. */
  removeAbandonedMedia(): Promise<unknown>;
  logger: Logger;
}

/** Repairs what crashes and a lost queue left behind. A step that fails does not keep the others from running. */
export function createReconcileHandler(deps: ReconcileHandlerDeps): JobHandler<typeof reconcile> {
  return async () => {
    await attempt('waking campaigns', deps, () => deps.rewakeRunningCampaigns());
    await attempt('resolving lost sends', deps, async () => {
      const report = await deps.reconcile.run();
      if (report.resent + report.risked + report.unknown + report.settled > 0) {
        deps.logger.warn(report, 'resolved sends that their workers left behind');
      }
    });
    await attempt('resuming imports', deps, () => deps.resumeImports());
    await attempt('deleting abandoned files', deps, () => deps.removeAbandonedMedia());
    return { kind: 'done' };
  };
}

async function attempt(
  step: string,
  { logger }: { logger: Logger },
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.error({ step, error: errorMessage(error) }, 'a step of the reconciliation failed');
  }
}
