import type { Tx } from '../../db/index.js';
import type { AddressKind } from '../../transports/transport.js';
import type { Purpose } from '../tenants/index.js';
import { mayHaveArrived } from './may-have-arrived.js';
import { inOrder, isIn } from './delivery-stage.js';

export interface ClaimedDelivery {
  id: string;
  claimEpoch: number;
}

/** Recipients whose only possible senders are away are passed over, so that the others are fed meanwhile. */
export interface FeedReach {
  /** By what the connected senders of the pool write to people. */
  present: readonly AddressKind[];
  /** By what only its other senders do. */
  absent: readonly AddressKind[];
}

const pending = inOrder(['pending'], { after: '$3::uuid' });

const nextInOrder = (reachable: string): string => `SELECT id FROM deliveries
  WHERE campaign_id = $1 AND ${pending.where}${reachable}
  ORDER BY ${pending.orderBy} LIMIT $2 FOR UPDATE SKIP LOCKED`;

/** Sorts before every id. */
const BEGINNING = '00000000-0000-0000-0000-000000000000';

/** The first of every time zone, then of those the first: each zone is a range of the index. */
const nextAtPlaces = (
  reachable: string,
): string => `SELECT id FROM deliveries WHERE ${isIn(['pending'])} AND id IN (
    SELECT first.id FROM unnest($3::text[]) AS place, LATERAL (
      SELECT id FROM deliveries
      WHERE campaign_id = $1 AND ${isIn(['pending'])} AND zone IS NOT NULL AND zone = place${reachable}
      ORDER BY id LIMIT $2) first
    ORDER BY first.id LIMIT $2)
  ORDER BY id FOR UPDATE SKIP LOCKED`;

/** The next recipients of campaign `$1`, at most `$2`; `begin` is `$3`. */
export function nextPending({ places, after, reach }: FeedFrom): {
  statement: string;
  begin: string | string[];
} {
  const reachable = reach ? ` AND ${reachableNow(reach)}` : '';
  const statement = places ? nextAtPlaces(reachable) : nextInOrder(reachable);
  return { statement, begin: places ?? after ?? BEGINNING };
}

/** Also true for people whom no sender of the pool can write to at all: they are taken, and end for that reason. */
function reachableNow({ present, absent }: FeedReach): string {
  return `(${knownBy(present)} OR NOT ${knownBy(absent)})`;
}

/** Safe to interpolate: kinds are words of ours, not input. */
function knownBy(kinds: readonly AddressKind[]): string {
  const among = `IN (${kinds.map((kind) => `'${kind}'`).join(', ')})`;
  return `(CASE WHEN starts_with(phone, '+') THEN 'phone' ELSE split_part(phone, ':', 1) END ${among}
    OR EXISTS (SELECT FROM contact_identities known WHERE known.tenant_id = deliveries.tenant_id
               AND known.contact_id = deliveries.contact_id AND known.until IS NULL AND known.kind ${among}))`;
}

/** How many queued recipients of the campaign wait for senders that are away: they take no place in the window. */
export async function countHeldForIdentity(tx: Tx, campaignId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM deliveries
     WHERE campaign_id = $1 AND ${isIn(['queued'])} AND wait_reason = 'no_sender_for_identity'`,
    [campaignId],
  );
  return row?.count ?? 0;
}

/** With `places` only recipients who are there, otherwise those behind `after`. */
export interface FeedFrom {
  places?: string[];
  after?: string;
  reach?: FeedReach;
}

/** A campaign that is fed. */
export interface FedCampaign {
  id: string;
  purpose: Purpose;
  /** How many parts the recipients of each variant get. */
  partCounts: readonly number[];
}

/**
 * Takes the next recipients in audience order, with `places` only those who are there, otherwise those behind `after`;
 * rows that another transaction has locked are skipped.
 */
export async function claimPending(
  tx: Tx,
  { id, purpose, partCounts }: FedCampaign,
  limit: number,
  from: FeedFrom = {},
): Promise<ClaimedDelivery[]> {
  const { statement, begin } = nextPending(from);
  return tx.query<ClaimedDelivery[]>(
    `WITH due AS (${statement}
     ), claimed AS (
       UPDATE deliveries SET state = 'queued', claim_epoch = claim_epoch + 1, updated_at = now(),
         parts = ($4::smallint[])[variant + 1], purpose = $5, queued_at = now(), wait_reason = NULL, wait_since = NULL, wait_until = NULL
       WHERE id = ANY(ARRAY(SELECT id FROM due))
       RETURNING id, claim_epoch)
     SELECT id, claim_epoch AS "claimEpoch" FROM claimed ORDER BY id`,
    [id, limit, begin, partCounts, purpose],
  );
}

/** Puts back recipients whose jobs could not be queued, unless another worker has moved them meanwhile. */
export async function putBackClaimed(tx: Tx, claimed: ClaimedDelivery[]): Promise<void> {
  await tx.query(
    `WITH mine AS (
       SELECT recipient.id FROM deliveries recipient
       JOIN unnest($1::uuid[], $2::int[]) AS taken(id, claim_epoch)
         ON taken.id = recipient.id AND taken.claim_epoch = recipient.claim_epoch
       WHERE recipient.state = 'queued' ORDER BY recipient.id FOR UPDATE OF recipient)
     UPDATE deliveries SET state = 'pending', updated_at = now()
     FROM mine WHERE deliveries.id = mine.id`,
    [claimed.map(({ id }) => id), claimed.map(({ claimEpoch }) => claimEpoch)],
  );
}

/** Why recipients end that wait, or are in the queue, and what they are then. */
const ENDS = {
  campaign_stopped: 'skipped',
  outside_window_expired: 'skipped',
  internal_error: 'failed',
} as const;

export type EndCode = keyof typeof ENDS;

/**
 * Ends waiting recipients (those whose ids `chosen` has) with a code, and what they have in the queue. A part that may
 * have reached the phone before a crash can be called neither skipped nor failed: it becomes `unknown`. Parts behind the
 * one that ends them were not tried: they are skipped.
 */
export function endOf(chosen: string, code: EndCode): string {
  return `ended AS (
       UPDATE deliveries r SET code = '${code}', updated_at = now(), state = CASE WHEN EXISTS (
           SELECT FROM messages m WHERE m.delivery_id = r.id AND m.part = r.next_part AND m.direction = 'out'
             AND m.state = 'queued' AND ${mayHaveArrived('m')}) THEN 'unknown' ELSE '${ENDS[code]}' END
       FROM ${chosen} WHERE r.id = ${chosen}.id
       RETURNING r.id, r.next_part, r.state
     ), told AS (
       UPDATE messages m SET code = '${code}', updated_at = now(), state = ${stateOfRest('ended')}
       FROM ended WHERE m.delivery_id = ended.id AND m.part >= ended.next_part AND m.direction = 'out'
         AND m.state IN ('queued', 'pending'))`;
}

/** SQL for the state of a waiting message `m` of a delivery that has ended (`ended`: its new row). */
export function stateOfRest(ended: string): string {
  return `CASE WHEN m.part = ${ended}.next_part THEN ${ended}.state ELSE 'skipped' END`;
}

/** Recipients a recurring campaign was made with wait for nothing any more once its last run has begun. */
export async function settleOrigin(tx: Tx, id: string): Promise<void> {
  await tx.query(
    `UPDATE deliveries SET state = 'skipped', code = 'campaign_stopped', updated_at = now()
     WHERE campaign_id = $1 AND ${isIn(['pending'])}
       AND EXISTS (SELECT FROM campaigns WHERE id = $1 AND status IN ('completed', 'failed'))`,
    [id],
  );
}
