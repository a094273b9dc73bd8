import type { Tx } from '../../../db/index.js';

/** Whose name and values a test is written with. */
export interface Sample {
  contactId: string;
  name: string | null;
  variables: Record<string, unknown>;
  variant: number;
}

/** A recipient of the campaign: this contact, or else the first in its order. */
export async function sampleRecipient(
  tx: Tx,
  campaign: { tenantId: string; id: string },
  contactId: string | undefined,
): Promise<Sample | undefined> {
  // The first by number, not by id: that order has an index, however many there are.
  const [row] = await tx.query<Sample[]>(
    `SELECT contact_id AS "contactId", name, variables, variant FROM campaign_contacts
     WHERE tenant_id = $1 AND campaign_id = $2
     ${contactId === undefined ? `AND state <> 'excluded' ORDER BY phone` : 'AND contact_id = $3'} LIMIT 1`,
    [campaign.tenantId, campaign.id, ...(contactId === undefined ? [] : [contactId])],
  );
  return row;
}

export async function sampleContact(
  tx: Tx,
  tenantId: string,
  contactId: string,
): Promise<Sample | undefined> {
  const [row] = await tx.query<Sample[]>(
    `SELECT id AS "contactId", name, attributes AS variables, 0 AS variant FROM contacts
     WHERE tenant_id = $1 AND id = $2`,
    [tenantId, contactId],
  );
  return row;
}

/** Queued at once, all with the name and the values of the sample. */
export async function insertTestRecipients(
  tx: Tx,
  test: { tenantId: string; id: string },
  recipients: { id: string; contactId: string; phone: string }[],
  sample: Sample,
): Promise<void> {
  await tx.query(
    `INSERT INTO campaign_contacts (id, tenant_id, campaign_id, contact_id, phone, name, variables, state,
                                    claim_epoch, queued_at)
     SELECT id, $1, $2, contact_id, phone, $6, $7, 'queued', 1, now()
     FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS given (id, contact_id, phone)`,
    [
      test.tenantId,
      test.id,
      recipients.map(({ id }) => id),
      recipients.map(({ contactId }) => contactId),
      recipients.map(({ phone }) => phone),
      sample.name,
      JSON.stringify(sample.variables),
    ],
  );
}
