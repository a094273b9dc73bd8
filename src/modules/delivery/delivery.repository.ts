import type { Tx } from '../../db/index.js';
import { newId } from '../../lib/ids.js';
import { ownerOf } from '../contacts/index.js';
import { claimUnderCap } from './admission/frequency-cap.repository.js';
import { bySource } from './by-source.js';
import type { DeliveryState } from './core/delivery-state.js';
import type { ClaimRequest } from './claim.js';
import type { SourceKind } from './core/source-kind.js';
import { HELD_BACK } from './held-back.js';
import { stateOfRest } from './queue.repository.js';
import type { ClaimOutcome, Departure, DeliveryWait } from './delivery.types.js';
import type { Admission, DeliverySources, NumberedClaim } from './source.js';

/**
 * Takes deliveries from `queued` to `sending` and writes the row of the message that is about to be handed over. A
 * claim wins only while everything still holds: queued, same epoch and part, admitted by its source, contact not opted
 * out and not over the tenant's frequency cap. All code locks sources before deliveries before messages.
 */
export async function claimForSend(
  tx: Tx,
  sources: DeliverySources,
  requests: ClaimRequest[],
  workerId: string,
): Promise<ClaimOutcome[]> {
  const numbered = requests.map((request, ordinal) => ({ ...request, ordinal }));
  const admissions = await admit(tx, sources, numbered);
  const afterMs = new Map([...admissions.values()].flatMap((admission) => [...admission.afterMs]));
  const allowed = numbered.filter(({ ordinal }) => afterMs.get(ordinal) === 0);
  const deliveries = await lockDeliveries(
    tx,
    allowed.map((request) => request.deliveryId),
  );
  const possible = stillClaimable(allowed, deliveries);
  const fits = await claimUnderCap(
    tx,
    possible.map(({ capped }) => capped),
  );
  const open = await withRoom(
    tx,
    admissions,
    possible.filter((_, index) => fits[index]),
  );
  const rows: { ordinal: number; messageId: string; claimEpoch: number }[] = await tx.query(CLAIM, [
    open.map((request) => request.ordinal),
    open.map((request) => request.tenantId),
    open.map((request) => request.deliveryId),
    open.map((request) => request.part),
    open.map((request) => request.senderId),
    open.map(() => newId()),
    open.map((request) => request.waMessageId ?? null),
    open.map((request) => request.type),
    open.map((request) => request.body),
    open.map((request) => request.content && JSON.stringify(request.content)),
    workerId,
  ]);
  const won = new Map(rows.map((row) => [row.ordinal, row]));
  const winners = open.filter(({ ordinal }) => won.has(ordinal));
  for (const [source, claims] of bySource(winners)) await admissions.get(source)?.claimed(tx, claims);
  return requests.map((_, index) => {
    const row = won.get(index);
    if (row) return { kind: 'claimed', messageId: row.messageId, claimEpoch: row.claimEpoch };
    const waitMs = afterMs.get(index) ?? 0;
    return waitMs > 0 ? { kind: 'later', afterMs: waitMs } : { kind: 'lost' };
  });
}

type Admissions = ReadonlyMap<SourceKind, Admission>;

async function admit(tx: Tx, sources: DeliverySources, claims: NumberedClaim[]): Promise<Admissions> {
  const admissions = new Map<SourceKind, Admission>();
  for (const [source, own] of bySource(claims)) admissions.set(source, await sources[source].admit(tx, own));
  return admissions;
}

async function withRoom(tx: Tx, admissions: Admissions, claims: NumberedClaim[]): Promise<NumberedClaim[]> {
  const fitting: NumberedClaim[] = [];
  for (const [source, own] of bySource(claims)) {
    fitting.push(...((await admissions.get(source)?.withRoom(tx, own)) ?? []));
  }
  return fitting;
}

/**
 * Requests whose delivery is unchanged since it was loaded. It may be in a batch twice (a job delivered twice): the
 * first wins.
 */
function stillClaimable(claims: readonly NumberedClaim[], deliveries: LockedDeliveries): NumberedClaim[] {
  const taken = new Set<string>();
  return claims.filter(({ tenantId, deliveryId, claimEpoch, part }) => {
    const now = deliveries.get(deliveryId);
    const free = now?.tenantId === tenantId && now.state === 'queued' && !taken.has(deliveryId);
    if (!free || now.claimEpoch !== claimEpoch || now.nextPart !== part) return false;
    taken.add(deliveryId);
    return true;
  });
}

/**
 * The deliveries are locked and checked already, so they are selected by their ids alone. States and epochs change by
 * the second and the planner only knows their distribution at the last ANALYZE: with them as conditions it expects one
 * row and scans the whole table.
 */
const CLAIM = `
  WITH asked AS (
    SELECT * FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::int[], $5::uuid[], $6::uuid[],
                         $7::text[], $8::text[], $9::text[], $10::jsonb[])
      AS a (ordinal, tenant_id, delivery_id, part, sender_id, message_id, wa_message_id, type, body, content)
  ), stopping AS MATERIALIZED (
    -- Whose STOP is stored and not worked off yet, asked once for all: almost always the index is empty, but a thousand may write
    -- STOP in the same second.
    SELECT e.tenant_id, told.line, ${ownerOf('told.line', 'e.tenant_id')} AS contact_id
    FROM inbound_events e CROSS JOIN LATERAL unnest(e.lines) AS told (line)
    WHERE e.tenant_id IN (SELECT tenant_id FROM asked) AND e.stops AND e.done_at IS NULL
  ), won AS (
    UPDATE deliveries r
    SET state = 'sending', sender_id = a.sender_id, claim_epoch = r.claim_epoch + 1, code = NULL, updated_at = now()
    FROM asked a
    WHERE r.id = a.delivery_id
      AND EXISTS (SELECT FROM contacts c WHERE c.id = r.contact_id AND c.opted_out_at IS NULL)
      AND NOT EXISTS (SELECT FROM suppressions x WHERE x.tenant_id = r.tenant_id AND ${HELD_BACK})
      AND r.contact_id NOT IN (SELECT contact_id FROM stopping WHERE contact_id IS NOT NULL)
      AND (r.tenant_id, r.line) NOT IN (SELECT tenant_id, line FROM stopping)
    RETURNING a.ordinal, r.id, r.source, r.source_id, r.campaign_id, r.contact_id, r.claim_epoch
  ), written AS (
    INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, source, source_id, delivery_id,
                          part, type, body, content, state, wa_message_id, claim_epoch, worker_id)
    SELECT a.message_id, a.tenant_id, 'out', won.contact_id, a.sender_id, won.campaign_id,
           nullif(won.source, 'campaign'), won.source_id, won.id, a.part, a.type, a.body, a.content, 'sending', a.wa_message_id, won.claim_epoch, $11::uuid
    FROM won JOIN asked a ON a.ordinal = won.ordinal
    ON CONFLICT (delivery_id, part) WHERE delivery_id IS NOT NULL AND direction = 'out'
    DO UPDATE SET state = 'sending', sender_id = excluded.sender_id, type = excluded.type, body = excluded.body,
                  content = excluded.content, text_removed_at = NULL,
                  text_overdue = messages.text_overdue OR messages.text_removed_at IS NOT NULL, code = NULL,
                  wa_message_id = excluded.wa_message_id, claim_epoch = excluded.claim_epoch,
                  worker_id = excluded.worker_id, updated_at = now()
    RETURNING id, delivery_id
  )
  SELECT won.ordinal, written.id AS "messageId", won.claim_epoch AS "claimEpoch"
  FROM won JOIN written ON written.delivery_id = won.id`;

/**
 * Deliveries leave the queue without a hand-over: back to `pending` for a source on hold, or to an end. Returns which
 * of them really left; the others were claimed or changed by another worker.
 */
export async function departFromQueue(tx: Tx, departures: Departure[]): Promise<boolean[]> {
  const deliveries = await lockDeliveries(
    tx,
    departures.map((departure) => departure.deliveryId),
  );
  const leaves = ({ tenantId, deliveryId, claimEpoch }: Departure): boolean => {
    const now = deliveries.get(deliveryId);
    return now?.tenantId === tenantId && now.state === 'queued' && now.claimEpoch === claimEpoch;
  };
  const leaving = departures.filter(leaves);
  await tx.query(
    `WITH gone AS (
       UPDATE deliveries r SET state = a.state, code = a.code, updated_at = now(),
         -- What no campaign feeds is queued again when its time has come.
         send_at = CASE WHEN r.campaign_id IS NULL AND a.state = 'pending' THEN coalesce(r.send_at, now()) ELSE r.send_at END
       FROM unnest($1::uuid[], $2::text[], $3::text[]) AS a (delivery_id, state, code)
       WHERE r.id = a.delivery_id
       RETURNING r.id, r.next_part, r.state, r.code
     )
     UPDATE messages m SET state = ${stateOfRest('gone')}, code = gone.code, updated_at = now()
     FROM gone
     WHERE m.delivery_id = gone.id AND m.part >= gone.next_part AND m.direction = 'out'
       AND m.state IN ('queued', 'pending') AND gone.state <> 'pending'`,
    [
      leaving.map((departure) => departure.deliveryId),
      leaving.map((departure) => departure.to),
      leaving.map((departure) => departure.code),
    ],
  );
  return departures.map(leaves);
}

/**
 * Keeps what queued deliveries wait for, and since when they wait. Locked rows are skipped: this is for the trace only.
 * `updated_at` stays, so that no index changes. The time of a scheduled message has come: it counts as queued from then on.
 */
export async function noteWaits(tx: Tx, waits: DeliveryWait[]): Promise<void> {
  await tx.query(
    `WITH asked AS (
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[])
         AS a (tenant_id, delivery_id, epoch, reason, until)
     ), waiting AS (
       SELECT r.id, a.reason, a.until, r.state, r.tenant_id = a.tenant_id AND r.claim_epoch = a.epoch AS same
       FROM deliveries r JOIN asked a ON r.id = a.delivery_id
       FOR NO KEY UPDATE OF r SKIP LOCKED
     ), noted AS (
       UPDATE deliveries r
       SET wait_reason = waiting.reason, wait_until = waiting.until, wait_since = coalesce(r.wait_since, now())
       FROM waiting WHERE r.id = waiting.id AND waiting.same AND waiting.state = 'queued'
       RETURNING r.id, r.campaign_id
     )
     UPDATE messages m SET state = 'queued', updated_at = now()
     FROM noted WHERE noted.campaign_id IS NULL AND m.delivery_id = noted.id AND m.direction = 'out'
       AND m.state = 'pending'`,
    [
      waits.map((wait) => wait.tenantId),
      waits.map((wait) => wait.deliveryId),
      waits.map((wait) => wait.claimEpoch),
      waits.map((wait) => wait.reason),
      waits.map((wait) => wait.until),
    ],
  );
}

export interface LockedDelivery {
  id: string;
  tenantId: string;
  state: DeliveryState;
  claimEpoch: number;
  nextPart: number;
}

export type LockedDeliveries = ReadonlyMap<string, LockedDelivery>;

/**
 * Locks deliveries until the transaction ends, and returns their current state. Always in the order of ids, so that two
 * batches cannot deadlock.
 */
export async function lockDeliveries(tx: Tx, ids: string[]): Promise<LockedDeliveries> {
  const rows: LockedDelivery[] = await tx.query(
    `SELECT id, tenant_id AS "tenantId", state, claim_epoch AS "claimEpoch", next_part AS "nextPart"
     FROM deliveries WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}
