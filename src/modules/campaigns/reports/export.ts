import { inCurrentUse, type Tx } from '../../../db/index.js';
import { csvLines, UTF8_BOM } from '../../../lib/csv.js';
import { notFound } from '../../../lib/errors.js';
import { xlsxChunks, type Cell, type SheetColumn } from '../../../lib/xlsx-writer.js';
import { scopedIdCell, shownIdentity } from '../../contacts/index.js';
import type { Campaign } from '../campaign.entity.js';
import { findCampaign } from '../campaign.repository.js';
import { recipientKey, reportAfter, type ReportRow } from './report.repository.js';
import { reasonSentence } from './core/reasons.js';
import type { DeliveryState } from '../../delivery/index.js';

export type ExportFormat = 'csv' | 'xlsx';

const BATCH = 1_000;

interface ExportColumn extends SheetColumn {
  value: (row: ReportRow, campaign: Campaign) => Cell;
}

/** The first nine are those of the first release; others are added behind them only. */
const columns: readonly ExportColumn[] = [
  { title: 'phoneNumber', width: 18, value: ({ phone }) => shownIdentity(phone).phoneNumber },
  { title: 'name', width: 24, value: (row) => row.name },
  { title: 'state', width: 11, value: (row) => row.state },
  { title: 'code', width: 22, value: (row) => row.code },
  { title: 'sender', width: 20, value: (row) => row.senderName ?? row.senderId },
  { title: 'sentAt', width: 20, value: (row) => row.sentAt },
  { title: 'deliveredAt', width: 20, value: (row) => row.deliveredAt },
  { title: 'readAt', width: 20, value: (row) => row.readAt },
  { title: 'repliedAt', width: 20, value: (row) => row.repliedAt },
  { title: 'optedOutAt', width: 20, value: (row) => row.optedOutAt },
  { title: 'replied', width: 9, value: (row) => row.repliedAt !== null },
  { title: 'optedOut', width: 9, value: (row) => row.optedOutAt !== null },
  { title: 'reason', width: 48, value: (row) => (row.code === null ? null : reasonSentence(row.code)) },
  { title: 'variant', width: 14, value: (row, campaign) => campaign.variants?.[row.variant]?.name ?? null },
  { title: 'partsSent', width: 10, value: (row) => row.partsSent },
  { title: 'parts', width: 22, value: (row) => row.parts.map(({ state }) => state).join(', ') },
  { title: 'partCodes', width: 22, value: partCodes },
  { title: 'queuedAt', width: 20, value: (row) => row.queuedAt },
  { title: 'whatsapp_lid', width: 18, value: ({ phone }) => shownIdentity(phone).lid },
  { title: 'business_scoped_id', width: 30, value: ({ phone }) => scopedIdCell(shownIdentity(phone)) },
];

/** `2: not_on_whatsapp`: the parts that have a code, counted from 1. */
function partCodes({ parts }: ReportRow): string {
  return parts.flatMap(({ part, code }) => (code === null ? [] : [`${part + 1}: ${code}`])).join(', ');
}

/** The chunks of a report on all recipients, or those in one state. Memory holds a batch of them, however many there are. */
export function exportChunks(
  tx: Tx,
  campaign: Campaign,
  { format, state }: { format: ExportFormat; state?: DeliveryState },
): AsyncGenerator<string | Buffer, void, undefined> {
  const batches = inCurrentUse(reportBatches(tx, campaign, state));
  return format === 'csv' ? csvChunks(batches) : xlsxChunks('Recipients', columns, batches);
}

async function* reportBatches(
  tx: Tx,
  campaign: Campaign,
  state: DeliveryState | undefined,
): AsyncGenerator<Cell[][], void, undefined> {
  let after: string | undefined;
  for (;;) {
    const rows = await reportAfter(tx, campaign, {
      limit: BATCH,
      ...(state ? { state } : {}),
      ...(after === undefined ? {} : { after }),
    });
    if (rows.length > 0) yield rows.map((row) => columns.map(({ value }) => value(row, campaign)));
    const last = rows.at(-1);
    if (rows.length < BATCH || !last) return ensureStillThere(tx, campaign);
    after = recipientKey(last, state);
  }
}

/** A campaign that was deleted meanwhile has no more rows: what was written is no whole report and must not end like one. */
async function ensureStillThere(tx: Tx, { tenantId, id }: Campaign): Promise<void> {
  if (!(await findCampaign(tx, tenantId, id))) throw notFound('campaign', id);
}

async function* csvChunks(batches: AsyncIterable<Cell[][]>): AsyncGenerator<string, void, undefined> {
  yield UTF8_BOM + csvLines([columns.map(({ title }) => title)]);
  for await (const rows of batches) yield csvLines(rows.map((cells) => cells.map(csvText)));
}

function csvText(cell: Cell): string | null {
  if (cell === null) return null;
  return cell instanceof Date ? cell.toISOString() : String(cell);
}
