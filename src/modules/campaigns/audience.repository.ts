import type { Tx } from '../../db/index.js';

export interface CampaignKey {
  tenantId: string;
  campaignId: string;
}

export interface InlineRecipient {
  phone: string;
  name: string | null;
  variables: Record<string, unknown>;
}

/**
 * A UUID v7 made in SQL: the campaign's millisecond ($3, 12 hexadecimal digits), then the position in the audience, so
 * that a campaign is worked off in the order of its audience, then 40 random bits.
 */
function recipientId(position: string): string {
  return `($3::text || '7' || lpad(to_hex((${position} >> 20) & 4095), 3, '0') || '8'
    || lpad(to_hex(${position} & 1048575), 5, '0')
    || substr(replace(gen_random_uuid()::text, '-', ''), 1, 10))::uuid`;
}

function millisecondOf(campaignId: string): string {
  return campaignId.replaceAll('-', '').slice(0, 12);
}

/** Adds recipients that are contacts already; their attributes are overlaid with the campaign's own variables. */
export async function insertInlineRecipients(
  tx: Tx,
  key: CampaignKey,
  recipients: InlineRecipient[],
  firstPosition: number,
): Promise<void> {
  await tx.query(
    `INSERT INTO campaign_contacts (id, tenant_id, campaign_id, contact_id, phone, name, variables)
     SELECT ${recipientId('given.position')}, $1, $2, contacts.id, contacts.phone,
            coalesce(given.name, contacts.name), contacts.attributes || given.variables
     FROM jsonb_to_recordset($4::jsonb) AS given(position bigint, phone text, name text, variables jsonb)
     JOIN contacts ON contacts.tenant_id = $1 AND contacts.phone = given.phone
     ON CONFLICT (campaign_id, phone) DO NOTHING`,
    [
      key.tenantId,
      key.campaignId,
      millisecondOf(key.campaignId),
      JSON.stringify(recipients.map((one, index) => ({ ...one, position: firstPosition + index }))),
    ],
  );
}

/** Adds every member of the lists that is not in the audience yet, in the order they joined. */
export async function insertListRecipients(
  tx: Tx,
  key: CampaignKey,
  listIds: string[],
  firstPosition: number,
): Promise<void> {
  await tx.query(
    `INSERT INTO campaign_contacts (id, tenant_id, campaign_id, contact_id, phone, name, variables)
     SELECT ${recipientId('members.position')}, $1, $2, contacts.id, contacts.phone, contacts.name,
            contacts.attributes
     FROM (SELECT contact_id, $5::bigint + row_number() OVER (ORDER BY min(added_at), contact_id) AS position
           FROM contact_list_members WHERE tenant_id = $1 AND list_id = ANY($4::uuid[]) GROUP BY contact_id) members
     JOIN contacts ON contacts.id = members.contact_id AND contacts.tenant_id = $1
     ON CONFLICT (campaign_id, phone) DO NOTHING`,
    [key.tenantId, key.campaignId, millisecondOf(key.campaignId), listIds, firstPosition],
  );
}

/** Those of the ids that are no lists of the tenant. */
export async function unknownLists(tx: Tx, tenantId: string, ids: string[]): Promise<Set<string>> {
  return missingIds(tx, 'contact_lists', tenantId, ids);
}

/** Those of the ids that are no senders of the tenant. */
export async function unknownSenders(tx: Tx, tenantId: string, ids: string[]): Promise<Set<string>> {
  return missingIds(tx, 'senders', tenantId, ids);
}

async function missingIds(
  tx: Tx,
  table: 'contact_lists' | 'senders',
  tenantId: string,
  ids: string[],
): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }[]>(
    `SELECT id FROM ${table} WHERE tenant_id = $1 AND id = ANY($2::uuid[])`,
    [tenantId, ids],
  );
  const known = new Set(rows.map(({ id }) => id));
  return new Set(ids.filter((id) => !known.has(id.toLowerCase())));
}

/**
 * Tells the planner of a large audience now instead of at the next autovacuum: until it knows, it sorts the whole
 * campaign for every page of a list (measured with 200,000 recipients: 190 ms a page instead of 1 ms).
 */
export async function refreshStatistics(tx: Tx): Promise<void> {
  await tx.query('ANALYZE campaign_contacts');
}
