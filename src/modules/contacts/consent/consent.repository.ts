import type { Tx } from '../../../db/index.js';
import { newId } from '../../../lib/ids.js';
import { ownerOf } from '../identities/identity.repository.js';
import { ContactConsent } from './consent.entity.js';

export interface NewConsent {
  contactId: string;
  kind: ContactConsent['kind'];
  source: string;
  proof?: string | null;
  at: Date;
}

export class ConsentRepository {
  /** Lines are only ever added. */
  async add(tx: Tx, tenantId: string, lines: readonly NewConsent[], now: Date): Promise<void> {
    if (lines.length === 0) return;
    await tx.query(
      `INSERT INTO contact_consents (id, tenant_id, contact_id, kind, source, proof, at, created_at)
       SELECT id, $1, contact_id, kind, source, proof, at, $2
       FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
         AS line (id, contact_id, kind, source, proof, at)`,
      [
        tenantId,
        now,
        lines.map(() => newId()),
        lines.map(({ contactId }) => contactId),
        lines.map(({ kind }) => kind),
        lines.map(({ source }) => source),
        lines.map(({ proof }) => proof ?? null),
        lines.map(({ at }) => at),
      ],
    );
  }

  /**
   * Records the consent of the contacts of these lines, for an imported file. Contacts who opted out, and those
   * whose last entry says the same already, are left out.
   */
  async grantByLine(
    tx: Tx,
    tenantId: string,
    lines: readonly string[],
    consent: { source: string; proof: string | null },
    now: Date,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO contact_consents (id, tenant_id, contact_id, kind, source, proof, at, created_at)
       SELECT input.id, c.tenant_id, c.id, 'granted', $4, $5, $6, $6
       FROM unnest($2::uuid[], $3::text[]) AS input (id, line)
       JOIN contacts c ON c.tenant_id = $1 AND c.id = ${ownerOf('input.line')} AND c.opted_out_at IS NULL
       LEFT JOIN LATERAL (
         SELECT kind, source FROM contact_consents
         WHERE contact_id = c.id ORDER BY at DESC, id DESC LIMIT 1
       ) latest ON true
       WHERE (latest.kind, latest.source) IS DISTINCT FROM ('granted', $4)`,
      [tenantId, lines.map(() => newId()), lines, consent.source, consent.proof, now],
    );
  }

  /** Newest entry first. */
  list(
    tx: Tx,
    tenantId: string,
    contactId: string,
    page: { limit: number; beforeId?: string },
  ): Promise<ContactConsent[]> {
    const query = tx
      .getRepository(ContactConsent)
      .createQueryBuilder('consent')
      .where('consent.tenantId = :tenantId AND consent.contactId = :contactId', { tenantId, contactId });
    if (page.beforeId !== undefined) query.andWhere('consent.id < :beforeId', { beforeId: page.beforeId });
    return query.orderBy('consent.id', 'DESC').take(page.limit).getMany();
  }

  /** What the person said last, by the time it was said. */
  async latest(
    tx: Tx,
    tenantId: string,
    contactIds: readonly string[],
  ): Promise<Map<string, Pick<ContactConsent, 'kind' | 'source' | 'at'>>> {
    const rows: (Pick<ContactConsent, 'kind' | 'source' | 'at'> & { contactId: string })[] = await tx.query(
      `SELECT DISTINCT ON (contact_id) contact_id AS "contactId", kind, source, at
       FROM contact_consents WHERE tenant_id = $1 AND contact_id = ANY($2::uuid[])
       ORDER BY contact_id, at DESC, id DESC`,
      [tenantId, contactIds],
    );
    return new Map(rows.map(({ contactId, ...line }) => [contactId, line]));
  }

  async moveAll(tx: Tx, tenantId: string, fromContactId: string, toContactId: string): Promise<void> {
    await tx.query('UPDATE contact_consents SET contact_id = $3 WHERE tenant_id = $1 AND contact_id = $2', [
      tenantId,
      fromContactId,
      toContactId,
    ]);
  }
}
