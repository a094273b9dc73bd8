import type { Tx } from '../../../db/index.js';
import type { Counter } from '../core/counts.js';
import type { MessageCounter } from '../message-count.entity.js';

/** Recipients of one kind; the ledger keeps them apart by all of this. */
export interface RecipientEntry {
  counter: Counter;
  senderId: string | null;
  variant: number;
  code: string | null;
  count: number;
}

/** Messages of one part, in one hour for what has a time. */
export interface MessageEntry {
  part: number;
  counter: MessageCounter;
  /** The hour's first instant on the zone's wall clock; null for ends, which are not counted by hour. */
  hour: Date | null;
  count: number;
}

/** Every entry of campaign $1 by its sender: what is folded, and what came since. */
export const BY_SENDER = `
  SELECT counter, sender_id, variant, code, delta FROM campaign_sender_counts WHERE campaign_id = $1
  UNION ALL
  SELECT c.counter, served.sender_id, c.variant, c.code, served.delta
  FROM campaign_counts c, unnest(c.sender_ids, c.sender_deltas) AS served (sender_id, delta)
  WHERE c.campaign_id = $1 AND NOT c.folded`;

/** A campaign's whole ledger in sums, one of each kind and sender; `unfolded` is how long it has grown since a fold. */
export async function recipientLedger(
  tx: Tx,
  campaignId: string,
): Promise<{ entries: RecipientEntry[]; unfolded: number }> {
  const rows = await tx.query<(RecipientEntry & { unfolded: number })[]>(
    `SELECT counter, sender_id AS "senderId", variant, code, sum(delta)::int AS count,
            (SELECT count(*) FROM campaign_counts WHERE campaign_id = $1 AND NOT folded)::int AS unfolded
     FROM (${BY_SENDER}) AS entries GROUP BY counter, sender_id, variant, code`,
    [campaignId],
  );
  return { entries: rows.filter(({ count }) => count !== 0), unfolded: rows[0]?.unfolded ?? 0 };
}

/** The same for messages, by part and by hour of the zone's wall clock. */
export async function messageLedger(
  tx: Tx,
  campaignId: string,
  timeZone: string,
): Promise<{ entries: MessageEntry[]; unfolded: number }> {
  const rows = await tx.query<(MessageEntry & { unfolded: number })[]>(
    `SELECT part, counter, date_trunc('hour', quarter, $2) AS hour, sum(delta)::int AS count,
            (count(*) FILTER (WHERE NOT folded))::int AS unfolded
     FROM campaign_message_counts WHERE campaign_id = $1 GROUP BY part, counter, hour`,
    [campaignId, timeZone],
  );
  return { entries: rows.filter(({ count }) => count !== 0), unfolded: sumOfUnfolded(rows) };
}

function sumOfUnfolded(rows: readonly { unfolded: number }[]): number {
  return rows.reduce((sum, row) => sum + row.unfolded, 0);
}

export async function senderNames(tx: Tx, tenantId: string, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ id: string; name: string }[]>(
    'SELECT id, name FROM senders WHERE tenant_id = $1 AND id = ANY($2::uuid[])',
    [tenantId, ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
