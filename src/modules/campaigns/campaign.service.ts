import type { Tx } from '../../db/index.js';
import { DomainError, notFound } from '../../lib/errors.js';
import { idBehind, toPage, type Page } from '../../lib/pages.js';
import type { CreateCampaignDto, UpdateCampaignDto } from './campaign.dto.js';
import type { Campaign, CampaignStatus } from './campaign.entity.js';
import type { CampaignDeps } from './campaign.ports.js';
import {
  countsOf,
  findCampaign,
  listCampaigns,
  lockCampaign,
  noCounts,
  updateCampaign,
  type Counts,
} from './campaign.repository.js';
import { readDelays } from './core/pace-input.js';
import { layOut, neededByContent, readContent } from './core/content-input.js';
import { CampaignCreation, nameProblems, refuse } from './creation.service.js';
import { CampaignLifecycle } from './lifecycle.service.js';
import { CampaignParts } from './parts.service.js';
import { withSavedTexts } from './saved-texts.js';
import { CampaignReports, type CampaignStats, type RecipientQuery } from './report.service.js';
import type { RecipientRow } from './report.repository.js';
import { checkCoverage, type CampaignWarning } from './template-coverage.js';
import { dealVariants, forgetVariants } from './variant.repository.js';

export interface CountedCampaign {
  campaign: Campaign;
  counts: Counts;
}

/**
 * Everything an operator does with campaigns. All calls are about one tenant; a campaign of another tenant is
 * `campaign_not_found`. Refusals are DomainErrors: `invalid` for input, `not_possible` for a campaign that cannot work
 * (empty_audience, no_sender_in_pool, unknown_variable), `conflict` for an action its state does not allow.
 */
export class CampaignManager {
  private readonly creation: CampaignCreation;
  private readonly lifecycle: CampaignLifecycle;
  private readonly reports: CampaignReports;
  private readonly parts: CampaignParts;

  constructor(private readonly deps: CampaignDeps) {
    this.creation = new CampaignCreation(deps);
    this.lifecycle = new CampaignLifecycle(deps);
    this.reports = new CampaignReports(deps);
    this.parts = new CampaignParts(deps.media);
  }

  /** Stores a draft with its whole audience, deduplicated per phone number. */
  async create(
    tenantId: string,
    input: CreateCampaignDto,
  ): Promise<CountedCampaign & { warnings: CampaignWarning[] }> {
    const { id, warnings } = await this.creation.create(tenantId, withoutNulls(input));
    return { ...(await this.get(tenantId, id)), warnings };
  }

  async get(tenantId: string, id: string): Promise<CountedCampaign> {
    const campaign = await findCampaign(this.deps.database.manager, tenantId, id);
    if (!campaign) throw notFound('campaign', id);
    const [counted] = await this.count([campaign]);
    return counted ?? { campaign, counts: noCounts() };
  }

  /** Newest first. */
  async list(
    tenantId: string,
    query: { limit: number; cursor?: string; status?: CampaignStatus },
  ): Promise<Page<CountedCampaign>> {
    const rows = await listCampaigns(this.deps.database.manager, tenantId, {
      limit: query.limit,
      status: query.status,
      before: idBehind(query.cursor),
    });
    const page = toPage(rows, query.limit, ({ id }) => [id]);
    return { ...page, items: await this.count(page.items) };
  }

  /** Changes name, texts or pace of a draft; the texts are held against the audience again. */
  async update(
    tenantId: string,
    id: string,
    input: UpdateCampaignDto,
  ): Promise<CountedCampaign & { warnings: CampaignWarning[] }> {
    const change = await withSavedTexts(this.deps.database.manager, tenantId, withoutNulls(input));
    const seen = draftOnly(await findCampaign(this.deps.database.manager, tenantId, id), id);
    const read = readChange(change, seen, this.deps.defaultCountry);
    // Fetching files may take long: nothing is locked meanwhile.
    const parts = read.drafts && (await this.parts.withFiles(tenantId, read.drafts));
    const warnings = await this.deps.database.transaction(async (tx) => {
      const campaign = draftOnly(await lockCampaign(tx, tenantId, id), id);
      if (parts) await this.parts.hold(tx, tenantId, parts);
      const { delays } = readDelays(change, campaign);
      const content = parts && layOut(parts, read.layout);
      const changed = { ...read.name, ...content, ...delays };
      await updateCampaign(tx, id, { ...changed, updatedAt: this.deps.clock.now() });
      if (content) await this.dealOut(tx, id, content.variants);
      const needed = read.needed ?? neededByContent(campaign);
      return (await checkCoverage(tx, id, needed)).warnings;
    });
    return { ...(await this.get(tenantId, id)), warnings };
  }

  private async dealOut(tx: Tx, id: string, variants: Campaign['variants']): Promise<void> {
    if (variants) await updateCampaign(tx, id, { variants: await dealVariants(tx, id, variants) });
    else await forgetVariants(tx, id);
  }

  async start(tenantId: string, id: string): Promise<CountedCampaign> {
    await this.lifecycle.start(tenantId, id);
    return this.get(tenantId, id);
  }

  /** Nothing is queued for sending after this has answered; what was already handed over arrives. */
  async pause(tenantId: string, id: string): Promise<CountedCampaign> {
    await this.lifecycle.pause(tenantId, id);
    return this.get(tenantId, id);
  }

  async resume(tenantId: string, id: string): Promise<CountedCampaign> {
    await this.lifecycle.resume(tenantId, id);
    return this.get(tenantId, id);
  }

  /** Final: recipients not on their way yet become skipped(campaign_stopped), in the background. */
  async stop(tenantId: string, id: string): Promise<CountedCampaign> {
    await this.lifecycle.stop(tenantId, id);
    return this.get(tenantId, id);
  }

  /** Deletes the campaign and its recipients; messages stay in their conversations. */
  remove(tenantId: string, id: string): Promise<void> {
    return this.lifecycle.remove(tenantId, id);
  }

  /** Every recipient counted once, in its furthest state. */
  stats(tenantId: string, id: string): Promise<CampaignStats> {
    return this.reports.stats(tenantId, id);
  }

  recipients(tenantId: string, id: string, query: RecipientQuery): Promise<Page<RecipientRow>> {
    return this.reports.recipients(tenantId, id, query);
  }

  /** Reads batch by batch, as fast as the chunks are taken. */
  exportCsv(tenantId: string, id: string): Promise<{ fileName: string; chunks: AsyncIterable<string> }> {
    return this.reports.exportCsv(tenantId, id);
  }

  private async count(campaigns: Campaign[]): Promise<CountedCampaign[]> {
    const ids = campaigns.map(({ id }) => id);
    const ledgers = await countsOf(this.deps.database.manager, ids);
    return campaigns.map((campaign) => ({
      campaign,
      counts: ledgers.get(campaign.id)?.counts ?? noCounts(),
    }));
  }
}

function draftOnly(campaign: Campaign | undefined, id: string): Campaign {
  if (!campaign) throw notFound('campaign', id);
  if (campaign.status === 'draft') return campaign;
  const message = `The campaign is ${campaign.status}; only a draft can be changed.`;
  throw new DomainError('conflict', `campaign_${campaign.status}`, message);
}

/** What a change says about name and parts; every problem of it, also of its pace, is refused here. */
function readChange(input: UpdateCampaignDto, campaign: Campaign, defaultCountry: string | undefined) {
  const { messages, template, variants } = input;
  const changesContent = [messages, template, variants].some((given) => given !== undefined);
  const read = changesContent ? readContent(input, defaultCountry) : undefined;
  const { errors: delayErrors } = readDelays(input, campaign);
  const nameErrors = input.name === undefined ? [] : nameProblems(input.name);
  refuse([...nameErrors, ...(read?.errors ?? []), ...delayErrors]);
  const name = input.name === undefined ? {} : { name: input.name.trim() };
  return { name, drafts: read?.drafts, layout: read?.layout, needed: read?.needed };
}

/** No field of a campaign can be emptied, so null says the same as leaving it out. */
function withoutNulls<Input extends object>(input: Input): Input {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as Input;
}
