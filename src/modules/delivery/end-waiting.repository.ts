import type { Tx } from '../../db/index.js';
import { inHalves, type Failed } from '../../lib/in-halves.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import { isIn } from './delivery-stage.js';
import { endOf, type EndCode } from './queue.repository.js';

/** Waiting recipients that are to be ended: a statement for their ids, without a lock, whose table is `recipient`. */
export interface WaitingRecipients {
  sql: string;
  parameters: unknown[];
}

export interface EndedRecipients {
  ended: number;
  /** PostgreSQL refuses to end them in any way: they are still waiting. */
  left: Failed<string>[];
}

/**
 * Ends waiting recipients with a code, at most `limit` of them; those that another transaction has locked are skipped. One
 * that PostgreSQL refuses to change so does not keep the others from it: it is found by halving, and ends as `failed` with
 * `internal_error`. Each statement is a transaction of its own: `tx` must be none.
 */
export async function endWaiting(
  tx: Tx,
  code: EndCode,
  { sql, parameters }: WaitingRecipients,
  limit: number,
): Promise<EndedRecipients> {
  const limited = `${sql} LIMIT $${parameters.length + 1}`;
  try {
    const chosen = `${limited} FOR UPDATE OF recipient SKIP LOCKED`;
    return { ended: await endChosen(tx, code, chosen, [...parameters, limit]), left: [] };
  } catch (error) {
    if (unavailableResource(error) !== undefined) throw error;
  }
  const rows = await tx.query<{ id: string }[]>(limited, [...parameters, limit]);
  let ended = 0;
  const end = (as: EndCode) => async (ids: readonly string[]) => {
    ended += await endChosen(tx, as, BY_ID, [ids]);
  };
  const failed = await inHalves(
    rows.map(({ id }) => id),
    end(code),
  );
  const left: Failed<string>[] = [];
  for (const { item } of failed) left.push(...(await inHalves([item], end('internal_error'))));
  return { ended, left };
}

const BY_ID = `SELECT recipient.id FROM deliveries recipient
  WHERE recipient.id = ANY($1::uuid[]) AND ${isIn(['pending', 'queued'], 'recipient')}
  FOR UPDATE OF recipient SKIP LOCKED`;

async function endChosen(tx: Tx, code: EndCode, chosen: string, parameters: unknown[]): Promise<number> {
  const [row] = await tx.query<{ ended: number }[]>(
    `WITH chosen AS (${chosen}), ${endOf('chosen', code)} SELECT count(*)::int AS ended FROM ended`,
    parameters,
  );
  return row?.ended ?? 0;
}

/** Recipients of a stopped campaign ended in one statement, and statements per call. */
const SKIP_BATCH = 5_000;
const SKIP_BATCHES = 20;

/** Ends the recipients of a stopped campaign that were not on their way yet: at most 100,000 per call. */
export async function skipLeftOver(tx: Tx, campaignId: string): Promise<EndedRecipients> {
  const waiting = {
    sql: `SELECT recipient.id FROM deliveries recipient
      JOIN campaigns ON campaigns.id = recipient.campaign_id AND campaigns.status = 'stopped'
      WHERE recipient.campaign_id = $1 AND ${isIn(['pending', 'queued'], 'recipient')}`,
    parameters: [campaignId],
  };
  let total = 0;
  for (let batch = 0; batch < SKIP_BATCHES; batch += 1) {
    const { ended, left } = await endWaiting(tx, 'campaign_stopped', waiting, SKIP_BATCH);
    total += ended;
    if (ended < SKIP_BATCH) return { ended: total, left };
  }
  return { ended: total, left: [] };
}
