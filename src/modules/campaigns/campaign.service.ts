import type { Tx } from '../../db/index.js';
import { DomainError, notFound } from '../../lib/errors.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import type { CreateCampaignDto, UpdateCampaignDto } from './campaign.dto.js';
import type { Campaign, CampaignStatus } from './campaign.entity.js';
import type { CampaignDeps } from './campaign.ports.js';
import {
  countsOf,
  findCampaign,
  FOLD_ABOVE_ENTRIES,
  foldCounts,
  listCampaigns,
  lockCampaign,
  noCounts,
  updateCampaign,
  type Counts,
} from './campaign.repository.js';
import { sizedCanary } from './control/core/canary.js';
import { budgetProblems, readControl } from './control/core/control-input.js';
import { readDelays } from './core/pace-input.js';
import { mostParts } from './core/variants.js';
import { CampaignControl } from './control/control.service.js';
import { layOut, neededByContent, readContent } from './core/content-input.js';
import { CampaignCreation, nameProblems, refuse } from './creation/creation.service.js';
import { CampaignLifecycle } from './running/lifecycle.service.js';
import { CampaignParts } from './creation/parts.service.js';
import { CampaignProblems, type RecipientProblems } from './creation/problems.service.js';
import { withSavedTexts } from './creation/saved-texts.js';
import {
  CampaignReports,
  type CampaignStats,
  type RecipientQuery,
  type StatsQuery,
} from './reports/report.service.js';
import type { RecipientRow } from './reports/report.repository.js';
import { checkCoverage, type CampaignWarning } from './creation/template-coverage.js';
import { CampaignTimings } from './running/timing.service.js';
import { dealVariants, forgetVariants } from './creation/variant.repository.js';

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
  /** Statistics, traces, files and comparisons. */
  readonly reports: CampaignReports;
  /** Dry run, test, canary, retry, copy. */
  readonly control: CampaignControl;
  private readonly parts: CampaignParts;
  private readonly timings: CampaignTimings;
  private readonly dryParse: CampaignProblems;

  constructor(private readonly deps: CampaignDeps) {
    this.creation = new CampaignCreation(deps);
    this.lifecycle = new CampaignLifecycle(deps);
    this.reports = new CampaignReports(deps);
    this.control = new CampaignControl(deps);
    this.parts = new CampaignParts(deps.media);
    this.timings = new CampaignTimings(deps.clock);
    this.dryParse = new CampaignProblems(deps);
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
    query: { limit: number; cursor?: string; status?: CampaignStatus; originId?: string },
  ): Promise<Page<CountedCampaign>> {
    const rows = await listCampaigns(this.deps.database.manager, tenantId, {
      limit: query.limit,
      status: query.status,
      originId: query.originId,
      before: idBehind(query.cursor),
    });
    const page = toPage(rows, query.limit, ({ id }) => [id]);
    return { ...page, items: await this.count(page.items) };
  }

  /**
   * Changes name, texts, pace or timing of a campaign that has not begun; the texts are held against the audience
   * again. With a start time it becomes `scheduled`, without one a draft.
   */
  async update(
    tenantId: string,
    id: string,
    input: UpdateCampaignDto,
  ): Promise<CountedCampaign & { warnings: CampaignWarning[] }> {
    const change = await withSavedTexts(this.deps.database.manager, tenantId, withoutNulls(input));
    const seen = draftOnly(await findCampaign(this.deps.database.manager, tenantId, id), id);
    const read = readChange(change, seen, this.deps.defaultCountry);
    refuse((await this.timings.read(this.deps.database.manager, tenantId, input, seen)).errors);
    refuse(readControl(input, seen).errors);
    // Fetching files may take long: nothing is locked meanwhile.
    const parts = read.drafts && (await this.parts.withFiles(tenantId, read.drafts));
    const warnings = await this.deps.database.transaction(async (tx) => {
      const campaign = draftOnly(await lockCampaign(tx, tenantId, id), id);
      if (parts) await this.parts.hold(tx, tenantId, parts);
      const { delays } = readDelays(change, campaign);
      const content = parts && layOut(parts, read.layout);
      const { timing } = await this.timings.read(tx, tenantId, input, campaign);
      const { control } = readControl(input, campaign);
      refuse(budgetProblems(control.maxPerSender, mostParts(content ?? campaign)));
      const canary = sizedCanary(control.canary, campaign.totalRecipients);
      const status: CampaignStatus = timing.scheduledAt ? 'scheduled' : 'draft';
      const changed = { ...read.name, ...content, ...delays, ...timing, ...control, canary, status };
      await updateCampaign(tx, id, { ...changed, updatedAt: this.deps.clock.now() });
      if (content) await this.dealOut(tx, id, content.variants);
      const needed = read.needed ?? neededByContent(campaign);
      const { warnings: missing } = await checkCoverage(tx, id, needed);
      return [...missing, ...(await this.timings.check(tx, { tenantId, campaignId: id }, timing))];
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
  stats(tenantId: string, id: string, query: StatsQuery = {}): Promise<CampaignStats> {
    return this.reports.stats(tenantId, id, query);
  }

  /** Those nothing was sent to yet whose text could not be written, with the reason; see CampaignProblems. */
  problems(tenantId: string, id: string, page: PageRequest): Promise<Page<RecipientProblems>> {
    return this.dryParse.list(tenantId, id, page);
  }

  recipients(
    tenantId: string,
    id: string,
    query: RecipientQuery,
  ): Promise<Page<RecipientRow> & { campaign: Campaign }> {
    return this.reports.recipients(tenantId, id, query);
  }

  private async count(campaigns: Campaign[]): Promise<CountedCampaign[]> {
    const ids = campaigns.map(({ id }) => id);
    const tx = this.deps.database.manager;
    const ledgers = await countsOf(tx, ids);
    for (const [id, { entries }] of ledgers) if (entries > FOLD_ABOVE_ENTRIES) await foldCounts(tx, id);
    return campaigns.map((campaign) => ({
      campaign,
      counts: ledgers.get(campaign.id)?.counts ?? noCounts(),
    }));
  }
}

function draftOnly(campaign: Campaign | undefined, id: string): Campaign {
  if (!campaign) throw notFound('campaign', id);
  if (campaign.status === 'draft' || campaign.status === 'scheduled') return campaign;
  const message = `The campaign is ${campaign.status}; only one that has not begun can be changed.`;
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
