import { DomainError, notFound } from '../../../lib/errors.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import {
  changeStatus,
  findCampaign,
  lockCampaign,
  removeCampaign,
  usersOfCampaign,
  type CampaignUser,
  countSending,
} from '../campaign.repository.js';
import { feedSoon } from '../feeding/feed-job.js';
import { tellNotEnded } from '../not-ended.js';
import { DATABASE_RESTORED, riskOfResuming } from './restore.js';
import type { CampaignWarning } from '../core/warning.js';
import { allowedFrom, conflictMessage, type CampaignAction } from '../core/transitions.js';
import { forgetSequence } from '../../events/index.js';
import { skipLeftOver } from '../../delivery/index.js';
import type { CampaignStatus } from '../core/campaign-status.js';
import { refuseEmptyPool } from '../../senders/index.js';

/** Starts, pauses and ends campaigns: each a conditional update, so that of two callers at once only one wins. */
export class CampaignLifecycle {
  constructor(private readonly deps: CampaignDeps) {}

  start(tenantId: string, id: string): Promise<CampaignWarning[]> {
    return this.run(tenantId, id, 'start');
  }

  /** Nothing is queued for sending after this has returned; what was already handed over arrives. */
  async pause(tenantId: string, id: string): Promise<void> {
    await this.move(tenantId, id, 'pause', 'paused');
  }

  resume(tenantId: string, id: string): Promise<CampaignWarning[]> {
    return this.run(tenantId, id, 'resume');
  }

  /** Under the campaign's lock, so that nothing changes between the check and the start. Returns what it may mean. */
  private async run(tenantId: string, id: string, action: 'start' | 'resume'): Promise<CampaignWarning[]> {
    const { database, senders, clock } = this.deps;
    // Before the transaction: a transaction that needs a second connection could deadlock with others on the connection
    // pool.
    const seen = this.startable(await findCampaign(database.manager, tenantId, id), id, action);
    await refuseEmptyPool(senders, tenantId, seen.pool);
    const warnings = await database.transaction(async (tx) => {
      const campaign = this.startable(await lockCampaign(tx, tenantId, id), id, action);
      await changeStatus(tx, campaign, [campaign.status], { to: 'running', at: clock.now() });
      return campaign.waitingReason === DATABASE_RESTORED ? [await riskOfResuming(tx, id)] : [];
    });
    this.log(id, 'running');
    await feedSoon(this.deps, { tenantId, campaignId: id });
    return warnings;
  }

  /** Final. Ends the recipients that are left, the feed job those beyond a first share; one being sent finishes. */
  async stop(tenantId: string, id: string): Promise<void> {
    await this.move(tenantId, id, 'stop', 'stopped');
    tellNotEnded(this.deps.logger, id, await skipLeftOver(this.deps.database.manager, id));
    await feedSoon(this.deps, { tenantId, campaignId: id });
  }

  /**
   * Throws `conflict` for a campaign that is not at rest: `campaign_sending` while a message is being handed over,
   * whose outcome would be lost; and what others ask about: `campaign_in_use` names the segments and series that would
   * not work any more.
   */
  async remove(tenantId: string, id: string): Promise<void> {
    await this.deps.database.transaction(async (tx) => {
      const campaign = await lockCampaign(tx, tenantId, id);
      if (!campaign) throw notFound('campaign', id);
      if (!allowedFrom('remove').includes(campaign.status)) throw conflict('remove', campaign.status);
      const sending = await countSending(tx, id);
      if (sending > 0) {
        const message = `${sending} of its messages are being handed over; delete the campaign in a moment.`;
        throw new DomainError('conflict', 'campaign_sending', message);
      }
      const users = await usersOfCampaign(tx, tenantId, id);
      if (users.length > 0) throw inUse(users);
      await removeCampaign(tx, id);
      await forgetSequence(tx, id);
    });
    this.deps.logger.info({ campaignId: id }, 'a campaign was deleted');
  }

  private async move(
    tenantId: string,
    id: string,
    action: 'pause' | 'stop',
    to: CampaignStatus,
  ): Promise<void> {
    const change = { to, at: this.deps.clock.now() };
    const changed = await this.deps.database.transaction((tx) =>
      changeStatus(tx, { tenantId, id }, allowedFrom(action), change),
    );
    if (!changed) await this.explain(tenantId, id, action);
    this.log(id, to);
  }

  private log(campaignId: string, status: CampaignStatus): void {
    this.deps.logger.info({ campaignId, status }, 'campaign changed its state');
  }

  private startable(campaign: Campaign | undefined, id: string, action: 'start' | 'resume'): Campaign {
    if (!campaign) throw notFound('campaign', id);
    if (!allowedFrom(action).includes(campaign.status)) throw conflict(action, campaign.status);
    this.refuseUntimely(campaign);
    return campaign;
  }

  private refuseUntimely({ recurrence, scheduledAt, expiresAt }: Campaign): void {
    if (recurrence) {
      const next = scheduledAt ? `, next at ${scheduledAt.toISOString()}` : '';
      const message = `A recurring campaign starts its runs by itself${next}; duplicate it to send now.`;
      throw new DomainError('conflict', 'campaign_recurring', message);
    }
    if (expiresAt && expiresAt <= this.deps.clock.now()) {
      const message = `The campaign expired at ${expiresAt.toISOString()}; give it a later expiresAt, or null for none.`;
      throw new DomainError('not_possible', 'campaign_expired', message, {
        errors: [{ path: 'expiresAt', message: 'is past' }],
      });
    }
  }

  private async explain(tenantId: string, id: string, action: CampaignAction): Promise<never> {
    const campaign = await findCampaign(this.deps.database.manager, tenantId, id);
    throw campaign ? conflict(action, campaign.status) : notFound('campaign', id);
  }
}

function conflict(action: CampaignAction, status: CampaignStatus): DomainError {
  return new DomainError('conflict', `campaign_${status}`, conflictMessage(action, status));
}

function inUse(users: readonly CampaignUser[]): DomainError {
  const named = users.map(({ kind, name }) => `${WORDS[kind]} "${name}"`).join(', ');
  const message = `Others ask who got this campaign: ${named}. Change or delete them first.`;
  return new DomainError('conflict', 'campaign_in_use', message);
}

const WORDS: { readonly [Kind in CampaignUser['kind']]: string } = {
  segment: 'the segment',
  series: 'the recurring campaign',
};
