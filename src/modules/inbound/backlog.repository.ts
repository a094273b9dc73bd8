import type { Tx } from '../../db/index.js';

/** How much came in and is not worked off, in the whole installation; each number up to 100,000. */
export interface InboundBacklog {
  waiting: number;
  /** Failed too often; see the alert `inbound.parked`. */
  parked: number;
  /** Could not be stored as what they are; see the alert `inbound.dropped`. */
  refused: number;
}

const MOST = 100_000;

export async function countBacklog(tx: Tx): Promise<InboundBacklog> {
  const count = (condition: string): string =>
    `(SELECT count(*)::int FROM (SELECT FROM inbound_events WHERE ${condition} LIMIT ${MOST}) counted)`;
  const [row]: InboundBacklog[] = await tx.query(
    `SELECT ${count('done_at IS NULL AND parked_at IS NULL')} AS waiting,
            ${count('parked_at IS NOT NULL AND payload IS NOT NULL')} AS parked,
            ${count('parked_at IS NOT NULL AND payload IS NULL AND done_at IS NULL')} AS refused`,
  );
  return row ?? { waiting: 0, parked: 0, refused: 0 };
}
