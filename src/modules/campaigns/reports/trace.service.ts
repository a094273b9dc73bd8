import { notFound } from '../../../lib/errors.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { closedFor } from './core/hours.js';
import { traceSteps, type TraceFacts, type TraceStep } from './core/trace.js';
import { traceSummary } from './core/trace-summary.js';
import { senderNames } from './stats.repository.js';
import {
  findRecipient,
  messagesOfRecipient,
  pendingBefore,
  type TracedRecipient,
} from './trace.repository.js';
import { tenantTimes } from '../../tenants/index.js';

export interface Trace {
  recipient: TracedRecipient;
  summary: string;
  steps: TraceStep[];
  /** The names of the senders in the steps, as far as they still exist. */
  senders: ReadonlyMap<string, string>;
}

/** Most recipients counted before a waiting one; a larger number means nothing to a user. */
const COUNT_AHEAD = 10_000;

/** Builds the attempt history of one recipient from columns that exist for other reasons. */
export class CampaignTraces {
  constructor(private readonly deps: Pick<CampaignDeps, 'database' | 'clock' | 'workers'>) {}

  async trace(campaign: Campaign, id: string): Promise<Trace> {
    const tx = this.deps.database.manager;
    const recipient = await findRecipient(tx, campaign, id);
    if (!recipient) throw notFound('recipient', id);
    const messages = await messagesOfRecipient(tx, campaign.tenantId, recipient.id);
    const ids = messages.flatMap(({ senderId, attempts }) => [
      senderId,
      ...attempts.map((attempt) => attempt.senderId),
    ]);
    const senders = await senderNames(tx, campaign.tenantId, [...new Set(ids)]);
    const parts = (campaign.variants?.[recipient.variant]?.parts ?? campaign.parts).length;
    const now = this.deps.clock.now();
    const times = await tenantTimes(tx, campaign.tenantId);
    const closed = closedFor(campaign, recipient.phone, times, now);
    const { timeZone } = times;
    const isWorkerAlive = await this.deps.workers.isAnyAlive();
    const facts: TraceFacts = {
      campaign,
      recipient,
      messages,
      senders,
      parts,
      timeZone,
      now,
      isWorkerAlive,
      closed,
    };
    const summary = traceSummary(facts, await this.ahead(campaign, recipient));
    return { recipient, summary, steps: traceSteps(facts), senders };
  }

  private async ahead(campaign: Campaign, { id, state }: TracedRecipient) {
    if (state !== 'pending') return { count: 0, capped: false };
    const count = await pendingBefore(this.deps.database.manager, campaign.id, id, COUNT_AHEAD);
    return { count, capped: count === COUNT_AHEAD };
  }
}
