import { DomainError, notFound } from '../../../lib/errors.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { changeStatus, findCampaign, lockCampaign, updateCampaign } from '../campaign.repository.js';
import { feedSoon } from '../feeding/feed-job.js';
import { conflictMessage } from '../core/transitions.js';
import { freshCanary } from '../canary/core/canary.js';
import { PERMANENT_CODES } from './core/retry.js';
import { DryRuns, type DryRun } from '../forecast/dry-run.service.js';
import { CampaignCopies, type Copied, type CopyRequest } from './copy.service.js';
import { TestSends, type TestRequest, type TestRun, type WhenTestStored } from './test-send.service.js';
import { CampaignParts } from '../../content/index.js';
import { failedByCode, retryFailed } from '../../delivery/index.js';
import type { CampaignStatus } from '../core/campaign-status.js';
import { refuseRemoved } from '../recipients-removed.js';
import { giveBackUse } from '../sending/sender-budget.repository.js';
import { refuseEmptyPool } from '../../senders/index.js';

export interface RetryOutcome {
  retried: number;
  /** Recipients that stay failed, by code. */
  left: { code: string | null; count: number }[];
}

/**
 * What an operator does around a campaign: dry run, test, continue, retry, copy. A campaign of another tenant is
 * `campaign_not_found`; what its state does not allow is a `conflict` that says why.
 */
export class CampaignControl {
  private readonly dryRuns: DryRuns;
  private readonly copies: CampaignCopies;
  private readonly tests: TestSends;
  private readonly parts: CampaignParts;

  constructor(private readonly deps: CampaignDeps) {
    this.dryRuns = new DryRuns(deps);
    this.copies = new CampaignCopies(deps);
    this.tests = new TestSends(deps);
    this.parts = new CampaignParts(deps.media);
  }

  /** Forecasts when it would be done, and who would get nothing. Writes nothing. */
  dryRun(tenantId: string, id: string): Promise<DryRun> {
    return this.dryRuns.run(tenantId, id);
  }

  /** Makes a draft with the same content, senders and settings. Returns its id. */
  duplicate(tenantId: string, id: string, request: CopyRequest): Promise<Copied> {
    return this.copies.copy(tenantId, id, request);
  }

  /** Sends the campaign's parts to a few own numbers at once; its audience and numbers do not change. */
  test(tenantId: string, id: string, request: TestRequest, whenStored?: WhenTestStored): Promise<TestRun> {
    return this.tests.send(tenantId, id, request, whenStored);
  }

  /** Lets a campaign go on beyond its canary: also before that is through, and after its limits were broken. */
  async continue(tenantId: string, id: string): Promise<void> {
    const now = this.deps.clock.now();
    await this.deps.database.transaction(async (tx) => {
      const { canary, status } = found(await lockCampaign(tx, tenantId, id), id);
      if (status !== 'running' && status !== 'paused') throw conflict('continue', status);
      if (!canary) {
        const message = 'The campaign has no canary to go on from.';
        throw new DomainError('conflict', 'no_canary', message);
      }
      if (canary.passedAt !== undefined) {
        const message = `The campaign went on beyond its canary at ${canary.passedAt}.`;
        throw new DomainError('conflict', 'canary_passed', message);
      }
      await updateCampaign(tx, id, { canary: { ...canary, passedAt: now.toISOString() } });
      // Also for a running one: it does not wait any more.
      await changeStatus(tx, { tenantId, id }, [status], { to: 'running', at: now });
    });
    this.deps.logger.info({ campaignId: id }, 'an operator continued the campaign beyond its canary');
    await feedSoon(this.deps, { tenantId, campaignId: id });
  }

  /**
   * Failed recipients of a paused or ended campaign are sent to again, and it runs. Without `codes` those whose failure
   * may pass; with them exactly those. With `unknown` also those who may have got it: an explicit choice, because they
   * may get it twice.
   */
  async retryFailed(
    tenantId: string,
    id: string,
    { codes, unknown }: { codes?: string[]; unknown?: boolean } = {},
  ): Promise<RetryOutcome> {
    const { database, senders, clock, logger } = this.deps;
    // Before the transaction: a transaction that needs a second connection could deadlock with others on the connection
    // pool.
    const seen = this.retriable(await findCampaign(database.manager, tenantId, id), id);
    await refuseEmptyPool(senders, tenantId, seen.pool);
    const outcome = await database.transaction(async (tx) => {
      const campaign = this.retriable(await lockCampaign(tx, tenantId, id), id);
      const { status } = campaign;
      // After its end its files could have been deleted.
      await this.parts.lockStoredFiles(tx, campaign);
      const chosen = codes ? { codes } : { butCodes: PERMANENT_CODES };
      const { retried, begun } = await retryFailed(tx, id, { ...chosen, unknown });
      await giveBackUse(
        tx,
        begun.map((use) => ({ campaignId: id, ...use })),
      );
      const left = await failedByCode(tx, id);
      if (retried === 0) throw nothingToRetry(left);
      const { canary } = campaign;
      if (canary && canary.passedAt === undefined)
        await updateCampaign(tx, id, { canary: freshCanary(canary) });
      await changeStatus(tx, { tenantId, id }, [status], { to: 'running', at: clock.now() });
      return { retried, left };
    });
    logger.info({ campaignId: id, retried: outcome.retried }, 'failed recipients are sent to again');
    await feedSoon(this.deps, { tenantId, campaignId: id });
    return outcome;
  }

  private retriable(given: Campaign | undefined, id: string): Campaign {
    const campaign = found(given, id);
    if (!RETRIED_FROM.has(campaign.status)) throw conflict('retry-failed', campaign.status);
    refuseRemoved(campaign, 'nobody is left to try again. Make a new campaign');
    const { expiresAt, status } = campaign;
    if (expiresAt && expiresAt <= this.deps.clock.now()) throw expired(expiresAt, status);
    return campaign;
  }
}

/** A stopped campaign is final, and may still be skipping its remaining recipients. */
const RETRIED_FROM: ReadonlySet<CampaignStatus> = new Set<CampaignStatus>(['paused', 'completed', 'failed']);

function found(campaign: Campaign | undefined, id: string): Campaign {
  if (!campaign) throw notFound('campaign', id);
  return campaign;
}

function conflict(action: 'continue' | 'retry-failed', status: CampaignStatus): DomainError {
  return new DomainError('conflict', `campaign_${status}`, conflictMessage(action, status));
}

function expired(at: Date, status: CampaignStatus): DomainError {
  const hint =
    status === 'paused' ? 'give it a later expiresAt' : 'duplicate it with audience "failed" to send again';
  const message = `The campaign expired at ${at.toISOString()}; ${hint}.`;
  return new DomainError('not_possible', 'campaign_expired', message);
}

function nothingToRetry(left: RetryOutcome['left']): DomainError {
  const counted = left.map(({ code, count }) => `${count} with ${code ?? 'no code'}`).join(', ');
  const message =
    left.length === 0
      ? 'No recipient of the campaign has failed.'
      : `No failed recipient is tried again: ${counted}. Name the codes to try them all the same.`;
  return new DomainError('not_possible', 'nothing_to_retry', message);
}
