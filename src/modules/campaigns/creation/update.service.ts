import type { Tx } from '../../../db/index.js';
import { DomainError, notFound, refuse } from '../../../lib/errors.js';
import type { UpdateCampaignDto } from '../campaign.dto.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { findCampaign, lockCampaign, updateCampaign } from '../campaign.repository.js';
import { sizedCanary } from '../canary/core/canary.js';
import { budgetErrors, parseControl } from './core/control-input.js';
import { lowered } from '../audience/core/audience-rules.js';
import { changeConflict } from './core/changeable.js';
import { layOut, neededByContent, parseContent } from './core/content-input.js';
import { parseDelays } from './core/pace-input.js';
import type { Timing } from './core/timing-input.js';
import { mostParts } from '../variants/core/variants.js';
import { CampaignTimings } from './timing.service.js';
import { namedAt } from '../audience/audience.service.js';
import { checkCoverage } from './template-coverage.js';
import { assignVariants } from '../variants/variant.repository.js';
import type { CampaignWarning } from '../core/warning.js';
import { errorsOfName } from '../../../lib/storable.js';
import { withoutNulls } from '../../../lib/without-nulls.js';
import { forgetVariants } from '../../delivery/index.js';
import type { CampaignStatus } from '../core/campaign-status.js';
import { slotAfterChange } from '../sending/core/ceiling.js';
import { countUseAnew } from '../sending/sender-budget.repository.js';
import { analyseAhead, CampaignParts } from '../../content/index.js';
import { withSavedTexts } from '../../templates/index.js';
import { type SenderPool, unknownSenders, refuseEmptyPool } from '../../senders/index.js';

const timingFields = ['scheduledAt', 'expiresAt', 'sendWindow', 'recurrence', 'purpose'] as const;

/**
 * Changes campaigns. Before the start everything can change, and the texts are checked against the audience again;
 * after it only what does not affect messages; after the end only the name.
 */
export class CampaignUpdates {
  private readonly parts: CampaignParts;
  private readonly timings: CampaignTimings;

  constructor(private readonly deps: CampaignDeps) {
    this.parts = new CampaignParts(deps.media);
    this.timings = new CampaignTimings(deps.clock);
  }

  async update(
    tenantId: string,
    id: string,
    input: UpdateCampaignDto,
    signal?: AbortSignal,
  ): Promise<CampaignWarning[]> {
    const tx = this.deps.database.manager;
    const seen = changeable(await findCampaign(tx, tenantId, id), id, input);
    const change = await withSavedTexts(tx, tenantId, withoutNulls(input));
    await analyseAhead([change.messages, change.template, change.variants, seen.parts, seen.variants]);
    const read = readChange(change, seen, this.deps.defaultCountry);
    refuse((await this.timings.read(tx, tenantId, input, seen)).errors);
    refuse(parseControl(input, seen).errors);
    await this.refuseUnusablePool(tenantId, change, seen);
    // Before the transaction: fetching files may take long, and no row is locked meanwhile.
    const files = this.parts.filesOfRequest(signal);
    const parts = read.drafts && (await this.parts.withFiles(tenantId, read.drafts, files));
    return this.deps.database.transaction(async (locked) => {
      const campaign = changeable(await lockCampaign(locked, tenantId, id), id, input);
      if (parts) await this.parts.lockFiles(locked, tenantId, parts);
      const { delays } = parseDelays(change, campaign);
      const content = parts && layOut(parts, read.layout);
      const { timing } = await this.timings.read(locked, tenantId, input, campaign);
      const { control } = parseControl(input, campaign);
      refuse(budgetErrors(control.maxPerSender, mostParts(content ?? campaign)));
      const settings = { ...read.name, ...content, ...delays, ...timing, ...control };
      const purpose = change.purpose ?? campaign.purpose;
      await updateCampaign(locked, id, {
        ...settings,
        purpose,
        topic: input.topic === undefined ? campaign.topic : input.topic,
        pool: poolAfter(change, campaign.pool),
        stickySender: change.options?.stickySender ?? campaign.stickySender,
        skipUnregistered: change.options?.skipUnregistered ?? campaign.skipUnregistered,
        onUnknown: change.options?.onUnknown ?? campaign.onUnknown,
        ...(isDraft(campaign) && {
          canary: sizedCanary(control.canary, campaign.totalRecipients),
          status: timing.scheduledAt ? 'scheduled' : 'draft',
        }),
        ...(changesCeiling(campaign, timing) && {
          nextSlotAt: slotAfterChange(campaign, timing, this.deps.clock.now()),
        }),
        updatedAt: this.deps.clock.now(),
      });
      if (content) await this.assignVariants(locked, id, content.variants);
      // What was sent before the budget existed counts, too.
      if (control.maxPerSender !== null && campaign.maxPerSender === null) await countUseAnew(locked, id);
      const missing = isDraft(campaign)
        ? await checkCoverage(locked, id, read.needed ?? neededByContent(campaign))
        : { warnings: [] };
      const late = this.keepsItsTimes(campaign, input)
        ? []
        : await this.timings.check(locked, { tenantId, campaignId: id }, { ...timing, purpose });
      return [...missing.warnings, ...late];
    });
  }

  /** A change of the name only does not check the times again, which may have passed. */
  private keepsItsTimes(campaign: Campaign, input: UpdateCampaignDto): boolean {
    if (timingFields.some((field) => input[field] !== undefined)) return false;
    const isExpired = campaign.expiresAt !== null && campaign.expiresAt <= this.deps.clock.now();
    return isExpired || !isDraft(campaign);
  }

  private async refuseUnusablePool(
    tenantId: string,
    change: UpdateCampaignDto,
    { pool }: Campaign,
  ): Promise<void> {
    const { senderIds, senderTags } = change;
    if (senderIds === undefined && senderTags === undefined) return;
    const unknown = await unknownSenders(this.deps.database.manager, tenantId, senderIds ?? []);
    refuse(namedAt('senderIds', senderIds ?? [], unknown, 'sender'));
    await refuseEmptyPool(this.deps.senders, tenantId, poolAfter(change, pool));
  }

  private async assignVariants(tx: Tx, id: string, variants: Campaign['variants']): Promise<void> {
    if (variants) await updateCampaign(tx, id, { variants: await assignVariants(tx, id, variants) });
    else await forgetVariants(tx, id);
  }
}

function changesCeiling(campaign: Campaign, { maxPerMinute, rampUpMinutes }: Timing): boolean {
  return campaign.maxPerMinute !== maxPerMinute || campaign.rampUpMinutes !== rampUpMinutes;
}

function isDraft({ status }: { status: CampaignStatus }): boolean {
  return status === 'draft' || status === 'scheduled';
}

function changeable(campaign: Campaign | undefined, id: string, input: UpdateCampaignDto): Campaign {
  if (!campaign) throw notFound('campaign', id);
  const conflict = changeConflict(campaign.status, input);
  if (!conflict) return campaign;
  const { message, errors } = conflict;
  throw new DomainError('conflict', `campaign_${campaign.status}`, message, { errors });
}

function poolAfter({ senderIds, senderTags }: UpdateCampaignDto, pool: SenderPool): SenderPool {
  return {
    senderIds: senderIds ? [...new Set(lowered(senderIds))] : pool.senderIds,
    senderTags: senderTags ? [...new Set(senderTags.map((tag) => tag.trim()))] : pool.senderTags,
  };
}

/** Parses name and parts of a change; throws `invalid` with all errors of the change, those of its pace included. */
function readChange(input: UpdateCampaignDto, campaign: Campaign, defaultCountry: string | undefined) {
  const { messages, template, variants } = input;
  const changesContent = [messages, template, variants].some((given) => given !== undefined);
  const read = changesContent ? parseContent(input, defaultCountry) : undefined;
  const { errors: delayErrors } = parseDelays(input, campaign);
  const nameErrors = input.name === undefined ? [] : errorsOfName(input.name);
  refuse([...nameErrors, ...(read?.errors ?? []), ...delayErrors]);
  const name = input.name === undefined ? {} : { name: input.name.trim() };
  return { name, drafts: read?.drafts, layout: read?.layout, needed: read?.needed };
}
