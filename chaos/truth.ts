import { PARTS } from './people.js';
import { query } from './postgres.js';
import type { DeliveryRow, Place } from './verdict.js';

/** How many, by name. What is not there is 0. */
export type Tally = Readonly<Record<string, number>>;

/** What PostgreSQL says in one look, so that nothing moves between two counts. */
export interface Truth {
  /** Of the campaign and of all other sources. */
  deliveries: DeliveryRow[];
  /** The campaign's recipients by state: counted one by one, and as the campaign's counters say. */
  counted: Tally;
  counters: Tally;
  /** The campaign's messages by part and fact, `1 sent`: counted one by one, and as the counters say. */
  messagesCounted: Tally;
  messageCounters: Tally;
  /** What no campaign sends: how many messages are `kept`, and by fact. */
  directCounted: Tally;
  /** How many deliveries are kept that were accepted as answers, and the ids of those through another sender. */
  answers: { kept: number; elsewhere: string[] };
  /** Messages whose worker died in the middle of the hand-over. */
  interrupted: number;
  /** Messages that have left and are not shown as read. */
  unread: Place[];
}

const STATES = `SELECT coalesce(json_object_agg(state, n), '{}') FROM (
  SELECT state, count(*)::int AS n FROM deliveries WHERE campaign_id = $1 GROUP BY state) found`;

const COUNTERS = `SELECT coalesce(json_object_agg(counter, n), '{}') FROM (
  SELECT counter, sum(delta)::int AS n FROM campaign_counts
  WHERE campaign_id = $1 AND counter NOT IN ('replied', 'opted_out') GROUP BY counter HAVING sum(delta) <> 0) found`;

const FACTS = `LATERAL (
    SELECT 'sent' AS fact WHERE sent_at IS NOT NULL
    UNION ALL SELECT 'delivered' WHERE delivered_at IS NOT NULL
    UNION ALL SELECT 'read' WHERE read_at IS NOT NULL
    UNION ALL SELECT state WHERE state IN ('failed', 'unknown')
    UNION ALL SELECT 'kept' WHERE campaign_id IS NULL) facts`;

const MESSAGES = `SELECT coalesce(json_object_agg((part + 1) || ' ' || fact, n), '{}') FROM (
  SELECT part, fact, count(*)::int AS n FROM messages, ${FACTS}
  WHERE campaign_id = $1 AND direction = 'out' GROUP BY part, fact) found`;

const MESSAGE_COUNTERS = `SELECT coalesce(json_object_agg((part + 1) || ' ' || counter, n), '{}') FROM (
  SELECT part, counter, sum(delta)::int AS n FROM campaign_message_counts
  WHERE campaign_id = $1 GROUP BY part, counter HAVING sum(delta) <> 0) found`;

const DIRECT = `SELECT coalesce(json_object_agg(fact, n), '{}') FROM (
  SELECT fact, count(*)::int AS n FROM messages, ${FACTS}
  WHERE campaign_id IS NULL AND direction = 'out' GROUP BY fact) found`;

const ANSWERS = `SELECT json_build_object('kept', count(*)::int, 'elsewhere', coalesce(
    json_agg(id) FILTER (WHERE sender_id IS NOT NULL AND sender_id IS DISTINCT FROM only_sender_id), '[]'))
  FROM deliveries WHERE lane = 'answer'`;

/** As it was asked for: what is put back is due anew. */
const DUE = `CASE WHEN campaign_id IS NULL THEN
  (SELECT min(m.send_at) FROM messages m WHERE m.delivery_id = deliveries.id AND m.direction = 'out') END`;

const DELIVERIES = `SELECT json_agg(json_build_object('source', coalesce(source_id, campaign_id), 'phone', phone,
  'parts', coalesce(parts, ${PARTS}), 'sendAt', ${DUE}, 'state', state, 'code', code, 'nextPart', next_part))
  FROM deliveries`;

const UNREAD = `SELECT coalesce(json_agg(json_build_object('source', coalesce(d.source_id, d.campaign_id),
    'phone', d.phone, 'part', m.part)), '[]')
  FROM messages m JOIN deliveries d ON d.id = m.delivery_id
  WHERE m.direction = 'out' AND m.sent_at IS NOT NULL AND m.read_at IS NULL`;

/** Deliveries that have not ended, of whatever source. */
export const OPEN = `SELECT count(*) FROM deliveries WHERE state IN ('pending', 'queued', 'sending')`;

const INTERRUPTED = `SELECT count(*)::int FROM messages
  WHERE direction = 'out' AND (code = 'worker_lost' OR attempts @> '[{"code": "worker_lost"}]')`;

export async function readTruth(databaseUrl: string, campaign: string): Promise<Truth> {
  const [truth] = await query<Truth>(
    databaseUrl,
    `SELECT (${DELIVERIES}) AS deliveries, (${STATES}) AS counted, (${COUNTERS}) AS counters,
       (${MESSAGES}) AS "messagesCounted", (${MESSAGE_COUNTERS}) AS "messageCounters",
       (${DIRECT}) AS "directCounted", (${ANSWERS}) AS answers, (${INTERRUPTED}) AS interrupted,
       (${UNREAD}) AS unread`,
    [campaign],
  );
  if (!truth) throw new Error('PostgreSQL says nothing.');
  return truth;
}

/** Of the campaign and of all other sources. */
export async function readDeliveries(databaseUrl: string): Promise<DeliveryRow[]> {
  const [row] = await query<{ deliveries: DeliveryRow[] | null }>(
    databaseUrl,
    `SELECT (${DELIVERIES}) AS deliveries`,
  );
  return row?.deliveries ?? [];
}

/** Whether every delivery has ended; undefined while PostgreSQL cannot say. */
export async function allEnded(databaseUrl: string): Promise<boolean | undefined> {
  const [row] = await query<{ open: number }>(databaseUrl, `SELECT (${OPEN})::int AS open`).catch(() => []);
  return row && row.open === 0;
}

/** Where those stand who are not finished: for a run that is stuck. */
export async function unfinished(databaseUrl: string): Promise<object[]> {
  return query(
    databaseUrl,
    `SELECT r.id, r.source, r.state, r.next_part, r.claim_epoch, r.wait_reason, r.wait_until, now() - r.updated_at AS since,
       (SELECT json_agg(json_build_object('part', m.part, 'state', m.state, 'worker', m.worker_id, 'attempts', m.attempts))
        FROM messages m WHERE m.delivery_id = r.id) AS messages
     FROM deliveries r
     WHERE r.state IN ('pending', 'queued', 'sending') ORDER BY r.updated_at LIMIT 10`,
  );
}
