import { notFound } from '../../lib/errors.js';
import { idBehind, keyBehind, toPage, type Page } from '../../lib/pages.js';
import type { RecipientState } from './campaign-contact.entity.js';
import type { Campaign } from './campaign.entity.js';
import type { CampaignDeps } from './campaign.ports.js';
import { countsOf, findCampaign, noCounts, type Counts } from './campaign.repository.js';
import { csvLine, UTF8_BOM } from '../../lib/csv.js';
import { estimateFinish } from './core/pacing.js';
import { waitingMessage } from './core/waiting.js';
import { paceOf } from './feeder.js';
import {
  countsByCode,
  countsBySender,
  recipientsAfter,
  type CodeCount,
  type RecipientRow,
  type SenderCount,
} from './report.repository.js';

/** A wait that ended this long ago and was not renewed is over. */
const WAIT_GRACE_MS = 10_000;
const EXPORT_BATCH = 1_000;
const EXPORT_COLUMNS = [
  'phone',
  'name',
  'state',
  'code',
  'sender',
  'sentAt',
  'deliveredAt',
  'readAt',
  'repliedAt',
];

export interface CampaignStats {
  counts: Counts;
  total: number;
  bySender: SenderCount[];
  byCode: CodeCount[];
  waitingFor: { reason: string; message: string; until: Date | null } | undefined;
  estimatedFinishAt: Date | undefined;
}

export interface RecipientQuery {
  limit: number;
  cursor?: string;
  state?: RecipientState;
}

/** What became of a campaign's recipients: in numbers, as a list, as a file. */
export class CampaignReports {
  constructor(private readonly deps: Pick<CampaignDeps, 'database' | 'senders' | 'clock'>) {}

  async stats(tenantId: string, id: string): Promise<CampaignStats> {
    const campaign = await this.find(tenantId, id);
    const tx = this.deps.database.manager;
    const [ledger, bySender, byCode] = await Promise.all([
      countsOf(tx, [id]),
      countsBySender(tx, id),
      countsByCode(tx, id),
    ]);
    const counts = ledger.get(id)?.counts ?? noCounts();
    return {
      counts,
      total: campaign.totalRecipients,
      bySender,
      byCode,
      waitingFor: waitOf(campaign, this.deps.clock.now()),
      estimatedFinishAt: await this.estimate(campaign, counts),
    };
  }

  async recipients(tenantId: string, id: string, query: RecipientQuery): Promise<Page<RecipientRow>> {
    const campaign = await this.find(tenantId, id);
    const keyOf = (row: RecipientRow) => [query.state ? row.id : row.phone];
    const after = query.state ? idBehind(query.cursor) : keyBehind(query.cursor, isPhone);
    const rows = await recipientsAfter(this.deps.database.manager, campaign, {
      limit: query.limit + 1,
      ...(query.state ? { state: query.state } : {}),
      ...(after === undefined ? {} : { after }),
    });
    const page = toPage(rows, query.limit, keyOf);
    return query.state ? page : { ...page, total: campaign.totalRecipients };
  }

  /** The csv report, a batch of lines at a time: only as much is read as the receiver takes. */
  async exportCsv(
    tenantId: string,
    id: string,
  ): Promise<{ fileName: string; chunks: AsyncIterable<string> }> {
    const campaign = await this.find(tenantId, id);
    return { fileName: `campaign-${id}.csv`, chunks: this.csv(campaign) };
  }

  private async *csv(campaign: Campaign): AsyncGenerator<string> {
    yield UTF8_BOM + csvLine(EXPORT_COLUMNS);
    let after: string | undefined;
    for (;;) {
      const rows = await recipientsAfter(this.deps.database.manager, campaign, {
        limit: EXPORT_BATCH,
        ...(after === undefined ? {} : { after }),
      });
      if (rows.length > 0) yield rows.map(toCsvLine).join('');
      if (rows.length < EXPORT_BATCH) return;
      after = rows.at(-1)?.phone;
    }
  }

  private async estimate(campaign: Campaign, counts: Counts): Promise<Date | undefined> {
    const remaining = counts.pending + counts.queued + counts.sending;
    if (campaign.status !== 'running' || remaining === 0) return undefined;
    const { connected } = await this.deps.senders.findPool(campaign.tenantId, campaign.pool);
    const now = this.deps.clock.now();
    const from = campaign.waitingUntil && campaign.waitingUntil > now ? campaign.waitingUntil : now;
    return estimateFinish(paceOf(campaign), remaining, connected, from);
  }

  private async find(tenantId: string, id: string): Promise<Campaign> {
    const campaign = await findCampaign(this.deps.database.manager, tenantId, id);
    if (!campaign) throw notFound('campaign', id);
    return campaign;
  }
}

function waitOf(campaign: Campaign, now: Date): CampaignStats['waitingFor'] {
  const { status, waitingReason, waitingUntil } = campaign;
  if (status !== 'running' || waitingReason === null) return undefined;
  if (waitingUntil && now.getTime() - waitingUntil.getTime() > WAIT_GRACE_MS) return undefined;
  return { reason: waitingReason, message: waitingMessage(waitingReason), until: waitingUntil };
}

function isPhone(key: unknown): key is string {
  return typeof key === 'string' && /^\+\d+$/.test(key);
}

function toCsvLine(row: RecipientRow): string {
  const times = [row.sentAt, row.deliveredAt, row.readAt, row.repliedAt];
  return csvLine([
    row.phone,
    row.name,
    row.state,
    row.code,
    row.senderName ?? row.senderId,
    ...times.map((time) => time?.toISOString() ?? null),
  ]);
}
