import { query } from './postgres.js';
import type { RecipientRow } from './verdict.js';

/** How many, by name. What is not there is 0. */
export type Tally = Readonly<Record<string, number>>;

/** What PostgreSQL says in one look, so that nothing moves between two counts. */
export interface Truth {
  recipients: RecipientRow[];
  /** Recipients by state: counted one by one, and as the campaign's counters say. */
  counted: Tally;
  counters: Tally;
  /** Messages by part and fact, `1 sent`: counted one by one, and as the counters say. */
  messagesCounted: Tally;
  messageCounters: Tally;
  /** Messages whose worker died in the middle of the hand-over. */
  interrupted: number;
}

const STATES = `SELECT coalesce(json_object_agg(state, n), '{}') FROM (
  SELECT state, count(*)::int AS n FROM deliveries WHERE campaign_id = $1 GROUP BY state) found`;

const COUNTERS = `SELECT coalesce(json_object_agg(counter, n), '{}') FROM (
  SELECT counter, sum(delta)::int AS n FROM campaign_counts
  WHERE campaign_id = $1 AND counter NOT IN ('replied', 'opted_out') GROUP BY counter HAVING sum(delta) <> 0) found`;

const MESSAGES = `SELECT coalesce(json_object_agg((part + 1) || ' ' || fact, n), '{}') FROM (
  SELECT part, fact, count(*)::int AS n FROM messages, LATERAL (
    SELECT 'sent' AS fact WHERE sent_at IS NOT NULL
    UNION ALL SELECT 'delivered' WHERE delivered_at IS NOT NULL
    UNION ALL SELECT 'read' WHERE read_at IS NOT NULL
    UNION ALL SELECT state WHERE state IN ('failed', 'unknown')) facts
  WHERE campaign_id = $1 AND direction = 'out' GROUP BY part, fact) found`;

const MESSAGE_COUNTERS = `SELECT coalesce(json_object_agg((part + 1) || ' ' || counter, n), '{}') FROM (
  SELECT part, counter, sum(delta)::int AS n FROM campaign_message_counts
  WHERE campaign_id = $1 GROUP BY part, counter HAVING sum(delta) <> 0) found`;

const RECIPIENTS = `SELECT json_agg(json_build_object('phone', phone, 'state', state, 'code', code, 'nextPart', next_part))
  FROM deliveries WHERE campaign_id = $1`;

const INTERRUPTED = `SELECT count(*)::int FROM messages
  WHERE campaign_id = $1 AND (code = 'worker_lost' OR attempts @> '[{"code": "worker_lost"}]')`;

export async function readTruth(databaseUrl: string, campaign: string): Promise<Truth> {
  const [truth] = await query<Truth>(
    databaseUrl,
    `SELECT (${RECIPIENTS}) AS recipients, (${STATES}) AS counted, (${COUNTERS}) AS counters,
       (${MESSAGES}) AS "messagesCounted", (${MESSAGE_COUNTERS}) AS "messageCounters",
       (${INTERRUPTED}) AS interrupted`,
    [campaign],
  );
  if (!truth) throw new Error('PostgreSQL says nothing.');
  return truth;
}

/** Where those stand who are not finished: for a run that is stuck. */
export async function unfinished(databaseUrl: string, campaign: string): Promise<object[]> {
  return query(
    databaseUrl,
    `SELECT r.id, r.state, r.next_part, r.claim_epoch, r.wait_reason, r.wait_until, now() - r.updated_at AS since,
       (SELECT json_agg(json_build_object('part', m.part, 'state', m.state, 'worker', m.worker_id, 'attempts', m.attempts))
        FROM messages m WHERE m.delivery_id = r.id) AS messages
     FROM deliveries r
     WHERE r.campaign_id = $1 AND r.state IN ('pending', 'queued', 'sending') ORDER BY r.updated_at LIMIT 10`,
    [campaign],
  );
}
