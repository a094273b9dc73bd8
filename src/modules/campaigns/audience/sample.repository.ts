import type { Tx } from '../../../db/index.js';

/** The person whose name and values a test is rendered with. */
export interface Sample {
  contactId: string;
  /** Of a person without a number another identity. */
  phone: string;
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
  // The first by line, not by id, because that order has an index.
  const [row] = await tx.query<Sample[]>(
    `SELECT contact_id AS "contactId", phone, name, variables, variant FROM deliveries
     WHERE tenant_id = $1 AND campaign_id = $2
     ${contactId === undefined ? `AND state <> 'excluded' ORDER BY line` : 'AND contact_id = $3'} LIMIT 1`,
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
    `SELECT id AS "contactId", coalesce(phone, line) AS phone, name, attributes AS variables, 0 AS variant FROM contacts
     WHERE tenant_id = $1 AND id = $2`,
    [tenantId, contactId],
  );
  return row;
}
