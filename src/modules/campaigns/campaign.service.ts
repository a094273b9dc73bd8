import { notFound } from '../../lib/errors.js';
import { idBehind, type Page, type PageRequest } from '../../lib/pages.js';
import { withoutNulls } from '../../lib/without-nulls.js';
import type { CreateCampaignDto, UpdateCampaignDto } from './campaign.dto.js';
import type { Campaign } from './campaign.entity.js';
import type { CampaignDeps } from './campaign.ports.js';
import {
  countsOf,
  findCampaign,
  foldCounts,
  listCampaigns,
  READ_FOLDS_ABOVE,
  type CountedCampaign,
} from './campaign.repository.js';
import { noCounts } from './core/counts.js';
import { CampaignControl } from './actions/control.service.js';
import { CampaignCreation } from './creation/creation.service.js';
import { CampaignLifecycle } from './running/lifecycle.service.js';
import { CampaignProblems, type RecipientProblems } from './creation/problems.service.js';
import {
  CampaignReports,
  type CampaignStats,
  type RecipientQuery,
  type StatsQuery,
} from './reports/report.service.js';
import type { RecipientRow } from './reports/report.repository.js';
import { CampaignUpdates } from './creation/update.service.js';
import type { CampaignWarning } from './core/warning.js';
import type { CampaignStatus } from './core/campaign-status.js';
import { readLog, type CampaignEventKind, type LogEntry, type LogQuery } from '../events/index.js';

/**
 * Everything an operator does with campaigns. All calls are about one tenant; a campaign of another tenant is
 * `campaign_not_found`. Throws DomainErrors: `invalid` for input, `not_possible` for a campaign that cannot work
 * (empty_audience, no_sender_in_pool, unknown_variable), `conflict` for an action its state does not allow.
 */
export class CampaignManager {
  private readonly creation: CampaignCreation;
  private readonly lifecycle: CampaignLifecycle;
  /** Statistics, traces, files and comparisons. */
  readonly reports: CampaignReports;
  /** Dry run, test, canary, retry, copy. */
  readonly control: CampaignControl;
  private readonly updates: CampaignUpdates;
  private readonly dryParse: CampaignProblems;

  constructor(private readonly deps: CampaignDeps) {
    this.creation = new CampaignCreation(deps);
    this.lifecycle = new CampaignLifecycle(deps);
    this.reports = new CampaignReports(deps);
    this.control = new CampaignControl(deps);
    this.updates = new CampaignUpdates(deps);
    this.dryParse = new CampaignProblems(deps);
  }

  /**
   * Stores a draft with its whole audience, deduplicated per phone number. Files are fetched until the signal aborts, whose
   * reason is then thrown.
   */
  async create(
    tenantId: string,
    input: CreateCampaignDto,
    signal?: AbortSignal,
  ): Promise<CountedCampaign & { warnings: CampaignWarning[] }> {
    const { id, warnings } = await this.creation.create(tenantId, withoutNulls(input), signal);
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
    const page = await listCampaigns(this.deps.database.manager, tenantId, {
      limit: query.limit,
      status: query.status,
      originId: query.originId,
      before: idBehind(query.cursor),
    });
    return { ...page, items: await this.count(page.items) };
  }

  /**
   * Changes a campaign as far as its state allows (see `changeConflict`); new texts are checked against the audience
   * again. One that has not begun becomes `scheduled` with a start time, without one a draft.
   */
  async update(
    tenantId: string,
    id: string,
    input: UpdateCampaignDto,
    signal?: AbortSignal,
  ): Promise<CountedCampaign & { warnings: CampaignWarning[] }> {
    const warnings = await this.updates.update(tenantId, id, input, signal);
    return { ...(await this.get(tenantId, id)), warnings };
  }

  async start(tenantId: string, id: string): Promise<CountedCampaign & { warnings: CampaignWarning[] }> {
    const warnings = await this.lifecycle.start(tenantId, id);
    return { ...(await this.get(tenantId, id)), warnings };
  }

  /** Nothing is queued for sending after this has returned; what was already handed over arrives. */
  async pause(tenantId: string, id: string): Promise<CountedCampaign> {
    await this.lifecycle.pause(tenantId, id);
    return this.get(tenantId, id);
  }

  async resume(tenantId: string, id: string): Promise<CountedCampaign & { warnings: CampaignWarning[] }> {
    const warnings = await this.lifecycle.resume(tenantId, id);
    return { ...(await this.get(tenantId, id)), warnings };
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

  /** What happened to it, the newest first, for 90 days. */
  async events(
    tenantId: string,
    id: string,
    query: LogQuery<CampaignEventKind>,
  ): Promise<Page<LogEntry<CampaignEventKind>>> {
    const tx = this.deps.database.manager;
    if (!(await findCampaign(tx, tenantId, id))) throw notFound('campaign', id);
    return readLog(tx, { tenantId, objectId: id }, query);
  }

  /** Recipients not sent to yet whose text cannot be rendered, with the reason; see CampaignProblems. */
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
    for (const [id, { entries }] of ledgers) if (entries > READ_FOLDS_ABOVE) await foldCounts(tx, id);
    return campaigns.map((campaign) => ({
      campaign,
      counts: ledgers.get(campaign.id)?.counts ?? noCounts(),
    }));
  }
}
