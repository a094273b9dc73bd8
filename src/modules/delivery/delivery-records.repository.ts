import type { Tx } from '../../db/index.js';
import { DomainError } from '../../lib/errors.js';
import { shownIdentity, type Person, type PersonRecords, type WholePerson } from '../contacts/index.js';
import { mayHaveArrived } from './may-have-arrived.js';

/** `updated_at` says when a state changed, and the trace shows it: what only loses or changes its person keeps it. */

/** States in which nothing was handed over yet, so that the recipient can still be changed. */
const WAITING = `('pending', 'queued')`;

/** Nothing of it was handed over, and no interrupted hand-over may have got through. */
const UNBEGUN = `r.state IN ${WAITING} AND r.next_part = 0 AND NOT EXISTS (
  SELECT FROM messages m WHERE m.delivery_id = r.id AND m.direction = 'out' AND ${mayHaveArrived('m')})`;

/** All messages of deliveries `r` and `other`, as they were written when they were accepted. */
const SAY_THE_SAME = `NOT EXISTS (
  SELECT FROM messages a LEFT JOIN messages b ON b.delivery_id = other.id AND b.direction = 'out' AND b.part = a.part
  WHERE a.delivery_id = r.id AND a.direction = 'out' AND (a.body, a.content) IS DISTINCT FROM (b.body, b.content))`;

/** What another contact got at a line that has changed hands since is that contact's. */
const OF_NO_OTHER = `NOT EXISTS (
  SELECT FROM contacts other WHERE other.id = same.contact_id AND other.tenant_id = $1 AND other.id <> $2)`;

/**
 * Deliveries to this person: by contact, and those of earlier contacts of the same lines that are gone. Each branch has an
 * index of its own; joined by OR they would be a scan of all deliveries there are.
 */
export const OF_PERSON = `SELECT id FROM deliveries WHERE tenant_id = $1 AND contact_id = $2
  UNION ALL
  SELECT same.id FROM campaigns k JOIN deliveries same ON same.campaign_id = k.id
  WHERE k.tenant_id = $1 AND same.line = ANY($3::text[]) AND ${OF_NO_OTHER}
  UNION ALL
  SELECT same.id FROM deliveries same
  WHERE same.campaign_id IS NULL AND same.tenant_id = $1 AND same.line = ANY($3::text[]) AND ${OF_NO_OTHER}`;

/** What deliveries keep of a person: name and variables as they were when the campaign was made. */
export class DeliveryPersonRecords implements PersonRecords {
  readonly name = 'deliveries';

  /** In the order in which the engine locks them. */
  async lock(tx: Tx, tenantId: string, contactIds: readonly string[]): Promise<void> {
    await tx.query(
      `SELECT FROM deliveries WHERE tenant_id = $1 AND contact_id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
      [tenantId, contactIds],
    );
  }

  /**
   * Where both get something of a source, the other one's delivery that still waits is a `duplicate`; outside campaigns
   * only where both say the same. What waits otherwise goes to the number that stays. What was begun goes on where it
   * began, and what was sent keeps its number.
   */
  async move(tx: Tx, tenantId: string, from: Person, to: Person): Promise<void> {
    const people = [tenantId, from.id, to.id, to.line];
    await this.lock(tx, tenantId, [from.id]);
    await tx.query(
      `UPDATE deliveries r SET state = 'skipped', code = 'duplicate', contact_id = $3, updated_at = now()
       WHERE r.tenant_id = $1 AND r.contact_id = $2 AND ${UNBEGUN} AND (
         EXISTS (SELECT FROM deliveries other
                 WHERE other.campaign_id = r.campaign_id AND (other.contact_id = $3 OR other.line = $4))
         OR EXISTS (SELECT FROM deliveries other
                    WHERE other.source_id = r.source_id AND (other.contact_id = $3 OR other.line = $4)
                      AND ${SAY_THE_SAME}))`,
      people,
    );
    await tx.query(
      `WITH redirected AS (
         SELECT r.id FROM deliveries r
         WHERE r.tenant_id = $1 AND r.contact_id = $2 AND r.campaign_id IS NULL AND ${UNBEGUN}
         UNION ALL
         -- A campaign has each line once.
         (SELECT DISTINCT ON (r.campaign_id) r.id FROM deliveries r
          WHERE r.tenant_id = $1 AND r.contact_id = $2 AND r.campaign_id IS NOT NULL AND ${UNBEGUN}
            AND NOT EXISTS (SELECT FROM deliveries other
                            WHERE other.campaign_id = r.campaign_id AND other.line = $4)
          ORDER BY r.campaign_id, r.id)
       )
       UPDATE deliveries r
       SET contact_id = $3, phone = CASE WHEN r.id IN (SELECT id FROM redirected) THEN $5 ELSE r.phone END
       WHERE r.tenant_id = $1 AND r.contact_id = $2`,
      [...people, to.address],
    );
  }

  /** What may have arrived where it was sent stays there, so that no one else gets a copy. A campaign has each line once. */
  async readdress(
    tx: Tx,
    tenantId: string,
    contactId: string,
    { line, address }: { line: string; address: string },
  ): Promise<void> {
    const change = [tenantId, contactId, line, address];
    await this.lock(tx, tenantId, [contactId]);
    await tx.query(
      `UPDATE deliveries r SET state = 'skipped', code = 'duplicate', updated_at = now()
       WHERE r.tenant_id = $1 AND r.contact_id = $2 AND r.line = $3 AND ${UNBEGUN} AND r.campaign_id IS NOT NULL
         AND EXISTS (SELECT FROM deliveries other
                     WHERE other.campaign_id = r.campaign_id AND other.line = phone_line($4) AND other.id <> r.id)`,
      change,
    );
    await tx.query(
      `UPDATE deliveries r SET phone = $4
       WHERE r.tenant_id = $1 AND r.contact_id = $2 AND r.line = $3 AND r.state IN ${WAITING}
         AND NOT EXISTS (SELECT FROM messages m
                         WHERE m.delivery_id = r.id AND m.direction = 'out' AND m.part = r.next_part AND ${mayHaveArrived('m')})
         AND NOT EXISTS (SELECT FROM deliveries other
                         WHERE other.campaign_id = r.campaign_id AND other.line = phone_line($4) AND other.id <> r.id)`,
      change,
    );
  }

  async collect(tx: Tx, tenantId: string, person: WholePerson): Promise<unknown> {
    const rows: { address: string }[] = await tx.query(
      `SELECT r.source, k.id AS "campaignId", k.name AS campaign, r.phone AS address, r.name, r.variables, r.state,
              r.code, r.sent_at AS "sentAt", r.delivered_at AS "deliveredAt", r.read_at AS "readAt",
              r.replied_at AS "repliedAt", r.opted_out_at AS "optedOutAt"
       FROM deliveries r LEFT JOIN campaigns k ON k.id = r.campaign_id
       WHERE r.id IN (${OF_PERSON}) ORDER BY r.id`,
      [tenantId, person.id, person.lines],
    );
    return rows.map(({ address, ...row }) => ({ ...shownIdentity(address), ...row }));
  }

  /** The rows stay, so that every count stays right; nothing in them identifies the person. */
  async erase(tx: Tx, tenantId: string, person: WholePerson): Promise<void> {
    const values = [tenantId, person.id, person.lines];
    const rows: { id: string; state: string }[] = await tx.query(
      `SELECT r.id, r.state FROM deliveries r WHERE r.id IN (${OF_PERSON}) ORDER BY r.id FOR UPDATE`,
      values,
    );
    if (rows.some(({ state }) => state === 'sending')) {
      const message = 'A message to this person is being handed over right now; try again in a minute.';
      throw new DomainError('conflict', 'message_under_way', message);
    }
    const ids = rows.map(({ id }) => id);
    // Here by delivery, because those of an earlier contact of this number are found by nothing else.
    await tx.query(
      `UPDATE messages
       SET body = NULL, content = NULL, contact_id = NULL,
           updated_at = CASE WHEN state IN ${WAITING} THEN now() ELSE updated_at END,
           code = CASE WHEN state IN ${WAITING} THEN 'contact_deleted' ELSE code END,
           state = CASE WHEN state IN ${WAITING} THEN 'skipped' ELSE state END
       WHERE tenant_id = $1 AND direction = 'out' AND delivery_id = ANY($2::uuid[])`,
      [tenantId, ids],
    );
    await tx.query(
      `UPDATE deliveries
       SET phone = 'erased-' || id, name = NULL, variables = '{}', contact_id = id,
           updated_at = CASE WHEN state IN ${WAITING} THEN now() ELSE updated_at END,
           code = CASE WHEN state IN ${WAITING} THEN 'contact_deleted' ELSE code END,
           state = CASE WHEN state IN ${WAITING} THEN 'skipped' ELSE state END
       WHERE id = ANY($1::uuid[])`,
      [ids],
    );
  }
}
