import type { Tx } from '../../../db/index.js';
import type { Counter } from '../campaign.repository.js';
import type { MessageCounter } from '../message-count.entity.js';

/** Recipients of one kind; the ledger keeps them apart by all of this. */
export interface RecipientEntry {
  counter: Counter;
  senderId: string | null;
  variant: number;
  code: string | null;
  count: number;
}

export interface PartEntry {
  part: number;
  counter: MessageCounter;
  count: number;
}

export interface HourEntry {
  /** The hour's first instant on the zone's wall clock. */
  hour: Date;
  counter: MessageCounter;
  count: number;
}

/** A campaign's whole ledger in sums, a few hundred rows at most; `unfolded` is how long it has grown since a fold. */
export async function recipientLedger(
  tx: Tx,
  campaignId: string,
): Promise<{ entries: RecipientEntry[]; unfolded: number }> {
  const rows = await tx.query<(RecipientEntry & { unfolded: number })[]>(
    `SELECT counter, sender_id AS "senderId", variant, code, sum(delta)::int AS count,
            (count(*) FILTER (WHERE NOT folded))::int AS unfolded
     FROM campaign_counts WHERE campaign_id = $1 GROUP BY counter, sender_id, variant, code`,
    [campaignId],
  );
  return {
    entries: rows.filter(({ count }) => count !== 0),
    unfolded: rows.reduce((sum, row) => sum + row.unfolded, 0),
  };
}

/** Messages per part: taken by WhatsApp, delivered and read count everything that got as far. */
export async function messagesByPart(tx: Tx, campaignId: string): Promise<PartEntry[]> {
  return tx.query<PartEntry[]>(
    `SELECT part, counter, sum(delta)::int AS count FROM campaign_message_counts
     WHERE campaign_id = $1 GROUP BY part, counter HAVING sum(delta) <> 0 ORDER BY part`,
    [campaignId],
  );
}

/** Messages handed over, delivered and read per hour of the zone's wall clock. */
export async function messagesByHour(tx: Tx, campaignId: string, zone: string): Promise<HourEntry[]> {
  return tx.query<HourEntry[]>(
    `SELECT date_trunc('hour', quarter, $2) AS hour, counter, sum(delta)::int AS count
     FROM campaign_message_counts WHERE campaign_id = $1 AND quarter IS NOT NULL
     GROUP BY 1, 2 HAVING sum(delta) <> 0 ORDER BY 1`,
    [campaignId, zone],
  );
}

export async function senderNames(tx: Tx, tenantId: string, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: string; name: string }[]>(
    'SELECT id, name FROM senders WHERE tenant_id = $1 AND id = ANY($2::uuid[])',
    [tenantId, ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
