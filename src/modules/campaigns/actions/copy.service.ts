import type { Tx } from '../../../db/index.js';
import { notFound, refuse } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import { countRecipients, insertFromCampaign, type CampaignKey } from '../audience/audience.repository.js';
import { CampaignAudience } from '../audience/audience.service.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { findCampaign, insertCampaign, keepRecipients, updateCampaign } from '../campaign.repository.js';
import {
  emptyAudience,
  noRules,
  type AudienceSummary,
  type AudienceRules,
} from '../audience/core/audience-rules.js';
import { neededByContent } from '../creation/core/content-input.js';
import { checkCoverage } from '../creation/template-coverage.js';
import { refuseRemoved } from '../recipients-removed.js';
import { assignVariants } from '../variants/variant.repository.js';
import { freshCanary, sizedCanary } from '../canary/core/canary.js';
import type { CampaignWarning } from '../core/warning.js';
import { errorsOfName } from '../../../lib/storable.js';
import type { DeliveryState } from '../../delivery/index.js';
import { analyseAhead, CampaignParts } from '../../content/index.js';

export const copiedAudiences = ['same', 'failed', 'unread'] as const;
export type CopiedAudience = (typeof copiedAudiences)[number];

export interface CopyRequest {
  name?: string | null;
  /** `same` evaluates lists, segments and other sources again; the others take recipients by their state. */
  audience?: CopiedAudience | null;
}

export interface Copied {
  id: string;
  warnings: CampaignWarning[];
}

const STATES: { readonly [Audience in Exclude<CopiedAudience, 'same'>]: DeliveryState[] } = {
  failed: ['failed'],
  unread: ['sent', 'delivered'],
};
const MAX_NAME = 200;

/** Copies campaigns. A copy is a draft of its own: its changes do not affect the original. */
export class CampaignCopies {
  private readonly audience: CampaignAudience;
  private readonly parts: CampaignParts;

  constructor(private readonly deps: CampaignDeps) {
    this.audience = new CampaignAudience(deps);
    this.parts = new CampaignParts(deps.media);
  }

  /** Throws `not_possible` when the audience is empty, or a source of it is gone. */
  async copy(tenantId: string, id: string, request: CopyRequest): Promise<Copied> {
    const { database, clock } = this.deps;
    const name = request.name ?? undefined;
    refuse(name === undefined ? [] : errorsOfName(name));
    const origin = await findCampaign(database.manager, tenantId, id);
    if (!origin) throw notFound('campaign', id);
    const key = { tenantId, campaignId: newId() };
    await analyseAhead([origin.parts, origin.variants]);
    const warnings = await database.transaction(async (tx) => {
      const removedAt = (await keepRecipients(tx, tenantId, [origin.id])).get(origin.id);
      if (removedAt) refuseLost(origin, removedAt, request.audience ?? 'same');
      await this.parts.lockStoredFiles(tx, origin);
      await insertCampaign(tx, {
        ...draftOf(origin, clock.now()),
        id: key.campaignId,
        name: nameOf(origin, name),
      });
      const audience = await this.fill(tx, key, origin, request.audience ?? 'same');
      const totalRecipients = await countRecipients(tx, key.campaignId);
      await updateCampaign(tx, key.campaignId, {
        ...audience,
        totalRecipients,
        canary: origin.canary && sizedCanary(freshCanary(origin.canary), totalRecipients),
        variants: origin.variants && (await assignVariants(tx, key.campaignId, origin.variants)),
      });
      return (await checkCoverage(tx, key.campaignId, neededByContent(origin))).warnings;
    });
    return { id: key.campaignId, warnings };
  }

  private async fill(
    tx: Tx,
    key: CampaignKey,
    origin: Campaign,
    wanted: CopiedAudience,
  ): Promise<{ listIds: string[]; audience: AudienceRules }> {
    if (wanted === 'same') {
      const summary = await this.audience.fillLike(tx, key, origin);
      return { listIds: origin.listIds, audience: { ...(origin.audience ?? noRules()), summary } };
    }
    const found = await insertFromCampaign(tx, key, { originId: origin.id, states: STATES[wanted] });
    const summary: AudienceSummary = {
      sources: [{ source: 'contacts', ...found }],
      duplicates: 0,
      excluded: { phoneNumbers: 0, lists: 0, segments: 0, campaigns: 0 },
    };
    if (found.added === 0) throw emptyAudience(summary);
    return { listIds: [], audience: { ...noRules(), summary } };
  }
}

/** Contacts that the request for the campaign named are among its recipients only. */
function refuseLost(origin: Campaign, recipientsRemovedAt: Date, wanted: CopiedAudience): void {
  const sources = origin.audience?.summary?.sources ?? [];
  if (wanted === 'same' && !sources.some(({ source }) => source === 'contacts')) return;
  const advice =
    wanted === 'same'
      ? 'its contacts are not known any more. Make a new campaign and name them'
      : `nobody knows any more who is "${wanted}". Make a new campaign`;
  refuseRemoved({ recipientsRemovedAt }, advice);
}

/** Everything but the audience, the schedule and the results. */
function draftOf(origin: Campaign, now: Date): Partial<Campaign> {
  return {
    tenantId: origin.tenantId,
    status: 'draft',
    purpose: origin.purpose,
    topic: origin.topic,
    parts: origin.parts,
    variants: origin.variants,
    pool: origin.pool,
    priority: origin.priority,
    expiresAt: origin.expiresAt && origin.expiresAt > now ? origin.expiresAt : null,
    sendWindow: origin.sendWindow,
    maxPerMinute: origin.maxPerMinute,
    rampUpMinutes: origin.rampUpMinutes,
    maxPerSender: origin.maxPerSender,
    minDelay: origin.minDelay,
    maxDelay: origin.maxDelay,
    stickySender: origin.stickySender,
    skipUnregistered: origin.skipUnregistered,
    onUnknown: origin.onUnknown,
    originId: origin.id,
    totalRecipients: 0,
    createdAt: now,
    updatedAt: now,
  };
}

function nameOf(origin: Campaign, name: string | undefined): string {
  return (name?.trim() ?? `Copy of ${origin.name}`).slice(0, MAX_NAME);
}
