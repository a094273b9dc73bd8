import { invalid, notFound } from '../../../lib/errors.js';
import { idBehind, keyBehind, toPage, type Page } from '../../../lib/pages.js';
import { isTimeZone } from '../../../lib/zone.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps, CampaignSenders } from '../campaign.ports.js';
import { countsOf, findCampaign, foldCounts, READ_FOLDS_ABOVE } from '../campaign.repository.js';
import { noCounts, type Counts } from '../core/counts.js';
import { excludedIn } from '../audience/core/audience-rules.js';
import { waitOf, type CampaignWait } from '../core/campaign-wait.js';
import { mostParts } from '../variants/core/variants.js';
import { variantReport, type VariantReport } from './core/variant-report.js';
import { refuseRemoved } from '../recipients-removed.js';
import { recipientKey, recipientsAfter, type RecipientRow } from './report.repository.js';
import {
  byCode,
  byHour,
  byPart,
  bySender,
  byVariant,
  repliesIn,
  sumOf,
  type CodeCount,
  type HourFacts,
  type PartFacts,
  type ReplyCounts,
} from './core/ledger.js';
import { ratesOf, type Rates } from './core/rates.js';
import { estimatedFinish } from '../forecast/estimate.js';
import { exportChunks, type ExportFormat } from './export.js';
import { messageLedger, recipientLedger, senderNames, type RecipientEntry } from './stats.repository.js';
import { CampaignTraces, type Trace } from './trace.service.js';
import type { DeliveryState } from '../../delivery/index.js';
import { senderUse } from '../sending/sender-budget.repository.js';
import { tenantTimes } from '../../tenants/index.js';

/** Dimensions that are only counted when asked for. */
export type ExtraDimension = 'part' | 'hour';

export interface StatsQuery {
  by?: readonly ExtraDimension[];
  /** The time zone of the hours; the tenant's own unless given. */
  timeZone?: string;
}

export interface SenderStatsRow {
  senderId: string;
  name: string | null;
  counts: Counts;
  /** Messages it may still take on; absent without a budget. */
  budgetLeft?: number;
}

export interface CampaignStats {
  campaign: Campaign;
  counts: Counts;
  total: number;
  rates: Rates;
  bySender: SenderStatsRow[];
  byCode: CodeCount[];
  replies: ReplyCounts;
  /** Absent without variants. */
  variants: VariantReport | undefined;
  byPart: PartFacts[] | undefined;
  byHour: { timeZone: string; hours: HourFacts[] } | undefined;
  waitingFor: CampaignWait | undefined;
  estimatedFinishAt: Date | undefined;
}

export interface RecipientQuery {
  limit: number;
  cursor?: string;
  state?: DeliveryState;
}

/** A campaign beside others. */
export interface ComparedCampaign {
  campaign: Campaign;
  counts: Counts;
  rates: Rates;
}

interface ReportDeps extends Pick<CampaignDeps, 'database' | 'clock' | 'workers'> {
  senders: Pick<CampaignSenders, 'forecast'>;
}

/** The results of a campaign: statistics, traces of recipients, files, comparisons with other campaigns. */
export class CampaignReports {
  private readonly traces: CampaignTraces;

  constructor(private readonly deps: ReportDeps) {
    this.traces = new CampaignTraces(deps);
  }

  /** Read from the ledgers, so that the cost does not grow with the recipients. */
  async stats(tenantId: string, id: string, query: StatsQuery = {}): Promise<CampaignStats> {
    const campaign = await this.find(tenantId, id);
    const tx = this.deps.database.manager;
    const timeZone = await this.timeZoneOf(tenantId, query.timeZone);
    const { entries, unfolded } = await recipientLedger(tx, id);
    const counts = sumOf(entries);
    if (unfolded > READ_FOLDS_ABOVE) await foldCounts(tx, id);
    const isWorkerAlive = await this.deps.workers.isAnyAlive();
    return {
      campaign,
      counts,
      total: campaign.totalRecipients,
      rates: ratesOf(counts),
      bySender: await this.withBudgets(campaign, await this.bySender(tenantId, entries)),
      byCode: byCode(entries),
      replies: repliesIn(entries),
      variants: variantReport(campaign.variants, byVariant(entries), noCounts()),
      ...(await this.extras(campaign, query.by ?? [], timeZone)),
      waitingFor: waitOf(campaign, { now: this.deps.clock.now(), timeZone, isWorkerAlive }),
      estimatedFinishAt: isWorkerAlive ? await estimatedFinish(this.deps, campaign, counts) : undefined,
    };
  }

  async recipients(
    tenantId: string,
    id: string,
    query: RecipientQuery,
  ): Promise<Page<RecipientRow> & { campaign: Campaign }> {
    const campaign = await this.find(tenantId, id);
    // What may be left of them is on its way out.
    if (campaign.recipientsRemovedAt)
      return { items: [], nextCursor: null, ...(query.state ? {} : { total: 0 }), campaign };
    const after = query.state ? idBehind(query.cursor) : keyBehind(query.cursor, isAddress);
    const rows = await recipientsAfter(this.deps.database.manager, campaign, {
      limit: query.limit + 1,
      ...(query.state ? { state: query.state } : {}),
      ...(after === undefined ? {} : { after }),
    });
    const page = toPage(rows, query.limit, (row) => [recipientKey(row, query.state)]);
    const total = campaign.totalRecipients + excludedIn(campaign.audience?.summary);
    return { ...page, ...(query.state ? {} : { total }), campaign };
  }

  /** The attempt history of one recipient, by its own id or its contact's, and the reason of its present state. */
  async trace(tenantId: string, id: string, recipientOrContactId: string): Promise<Trace> {
    const campaign = await this.find(tenantId, id);
    refuseRemoved(campaign, 'there is no history of one any more; the statistics stay');
    return this.traces.trace(campaign, recipientOrContactId);
  }

  /** The report as a file, a batch of recipients at a time: read at the speed of the receiver. */
  async export(
    tenantId: string,
    id: string,
    options: { format: ExportFormat; state?: DeliveryState },
  ): Promise<{ fileName: string; chunks: AsyncIterable<string | Buffer> }> {
    const campaign = await this.find(tenantId, id);
    refuseRemoved(campaign, 'there is nothing to download; the statistics stay');
    const fileName = `campaign-${id}${options.state ? `-${options.state}` : ''}.${options.format}`;
    return { fileName, chunks: exportChunks(this.deps.database.manager, campaign, options) };
  }

  /** Several campaigns side by side, in the order asked for. One that is not there is `campaign_not_found`. */
  async compare(tenantId: string, ids: readonly string[]): Promise<ComparedCampaign[]> {
    // One after the other, because a request has one connection.
    const campaigns: Campaign[] = [];
    for (const id of ids) campaigns.push(await this.find(tenantId, id));
    const ledgers = await countsOf(
      this.deps.database.manager,
      campaigns.map(({ id }) => id),
    );
    return campaigns.map((campaign) => {
      const counts = ledgers.get(campaign.id)?.counts ?? noCounts();
      return { campaign, counts, rates: ratesOf(counts) };
    });
  }

  private async withBudgets(campaign: Campaign, rows: SenderStatsRow[]): Promise<SenderStatsRow[]> {
    const { id, maxPerSender } = campaign;
    if (maxPerSender === null) return rows;
    const used = await senderUse(this.deps.database.manager, id);
    return rows.map((row) => ({ ...row, budgetLeft: maxPerSender - (used.get(row.senderId) ?? 0) }));
  }

  private async bySender(tenantId: string, entries: readonly RecipientEntry[]): Promise<SenderStatsRow[]> {
    const groups = bySender(entries);
    const names = await senderNames(this.deps.database.manager, tenantId, [...groups.keys()]);
    const rows = [...groups].map(([senderId, counts]) => ({
      senderId,
      name: names.get(senderId) ?? null,
      counts,
    }));
    const key = ({ name, senderId }: SenderStatsRow) => `${name ?? '\uFFFF'} ${senderId}`;
    return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  private async extras(
    campaign: Campaign,
    by: readonly ExtraDimension[],
    timeZone: string,
  ): Promise<Pick<CampaignStats, 'byPart' | 'byHour'>> {
    if (by.length === 0) return { byPart: undefined, byHour: undefined };
    const tx = this.deps.database.manager;
    const { entries, unfolded } = await messageLedger(tx, campaign.id, timeZone);
    if (unfolded > READ_FOLDS_ABOVE) await foldCounts(tx, campaign.id);
    return {
      byPart: by.includes('part') ? byPart(entries, mostParts(campaign)) : undefined,
      byHour: by.includes('hour') ? { timeZone, hours: byHour(entries) } : undefined,
    };
  }

  private async timeZoneOf(tenantId: string, asked: string | undefined): Promise<string> {
    if (asked === undefined) return (await tenantTimes(this.deps.database.manager, tenantId)).timeZone;
    if (isTimeZone(asked)) return asked;
    throw invalid([
      { path: 'timeZone', message: `"${asked}" is no time zone; use a name such as Europe/Berlin` },
    ]);
  }

  private async find(tenantId: string, id: string): Promise<Campaign> {
    const campaign = await findCampaign(this.deps.database.manager, tenantId, id);
    if (!campaign) throw notFound('campaign', id);
    return campaign;
  }
}

/** A number, another identity, and what stands in their place after an erasure. */
const ADDRESSES = [/^\+\d+$/, /^lid:\d+$/, /^bsuid:[\w-]*:[\w.-]+$/, /^erased-[\da-f-]{36}$/];

/** Whether a key is one by which recipients are ordered: a cursor may have been changed. */
function isAddress(key: unknown): key is string {
  return typeof key === 'string' && ADDRESSES.some((form) => form.test(key));
}
