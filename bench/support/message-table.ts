import { query } from './services.js';

const SENDERS = 20;
const CAMPAIGN_RECIPIENTS = 1_000_000;
/** Recipients and messages of one statement. */
const CHUNK = 250_000;

export interface MessageTable {
  /** In all; whole campaigns of up to a million recipients with one message each. */
  messages: number;
  /** So many of the newest were sent only; all before them were read. */
  sent: number;
}

/**
 * Fills the tables of a new database as campaigns would have left them. Without triggers, which would check foreign keys
 * row by row and write the ledger that is written here at once, and without the secondary indexes, which are built
 * behind the rows as the migrations define them: minutes instead of hours for the same pages.
 */
export async function fillMessages(databaseUrl: string, table: MessageTable): Promise<{ tenantId: string }> {
  const tenantId = await makeSenders(databaseUrl);
  const indexes = await secondaryIndexes(databaseUrl);
  await query(databaseUrl, indexes.map(({ name }) => `DROP INDEX "${name}"`).join(';'));
  for (let done = 0; done < table.messages; done += CAMPAIGN_RECIPIENTS) {
    await fillCampaign(databaseUrl, tenantId, done, table);
  }
  const settings = `SET maintenance_work_mem = '512MB'`;
  for (const { definition } of indexes) await query(databaseUrl, `${settings}; ${definition}`);
  await query(
    databaseUrl,
    `INSERT INTO campaign_counts (tenant_id, campaign_id, counter, delta, sender_ids, sender_deltas)
     SELECT tenant_id, campaign_id, state, sum(n), array_agg(sender_id), array_agg(n)
     FROM (SELECT tenant_id, campaign_id, state, sender_id, count(*) AS n FROM deliveries GROUP BY 1, 2, 3, 4) AS served
     GROUP BY 1, 2, 3`,
  );
  // The numbers of those who are about to get theirs were checked before.
  await query(
    databaseUrl,
    `INSERT INTO number_checks (tenant_id, line, on_whatsapp, checked_at)
     SELECT tenant_id, line, true, now() FROM deliveries WHERE state = 'sent' ON CONFLICT DO NOTHING`,
  );
  await query(databaseUrl, 'VACUUM ANALYZE');
  return { tenantId };
}

async function makeSenders(databaseUrl: string): Promise<string> {
  const [tenant] = await query<{ id: string }>(
    databaseUrl,
    `INSERT INTO tenants (id, slug, name) VALUES (uuidv7(), 'bench', 'Bench') RETURNING id`,
  );
  const tenantId = tenant?.id ?? '';
  await query(
    databaseUrl,
    `INSERT INTO senders (id, tenant_id, name, transport, status)
     SELECT uuidv7(), $1, 'Sender ' || n, 'simulator', 'connected' FROM generate_series(1, ${SENDERS}) n`,
    [tenantId],
  );
  return tenantId;
}

function secondaryIndexes(databaseUrl: string): Promise<{ name: string; definition: string }[]> {
  return query(
    databaseUrl,
    `SELECT indexname AS name, indexdef AS definition FROM pg_indexes
     WHERE tablename IN ('messages', 'deliveries') AND schemaname = 'public' AND indexname NOT LIKE 'PK%'`,
  );
}

async function fillCampaign(
  databaseUrl: string,
  tenantId: string,
  first: number,
  { messages, sent }: MessageTable,
): Promise<void> {
  const recipients = Math.min(CAMPAIGN_RECIPIENTS, messages - first);
  const [campaign] = await query<{ id: string }>(
    databaseUrl,
    `INSERT INTO campaigns (id, tenant_id, name, status, parts, pool, min_delay, max_delay, total_recipients)
     VALUES (uuidv7(), $1, 'Measured', 'running', '[{"type": "text", "content": "Hi"}]',
             '{"senderIds": [], "senderTags": []}', 0, 0, $2) RETURNING id`,
    [tenantId, recipients],
  );
  const [{ senders } = { senders: '{}' }] = await query<{ senders: string }>(
    databaseUrl,
    'SELECT array_agg(id)::text AS senders FROM senders',
  );
  for (let from = first; from < first + recipients; from += CHUNK) {
    const to = Math.min(from + CHUNK, first + recipients) - 1;
    await query(
      databaseUrl,
      fillSql({ from, to, firstSent: messages - sent, tenantId, campaignId: campaign?.id ?? '', senders }),
    );
  }
}

/** Row n of all, from 0, belongs to a recipient of its own. Ids rise with it, as they do with time. */
function fillSql(chunk: {
  from: number;
  to: number;
  firstSent: number;
  tenantId: string;
  campaignId: string;
  senders: string;
}): string {
  const { from, to, firstSent, tenantId, campaignId, senders } = chunk;
  return `SET session_replication_role = replica;
    WITH made AS (
      INSERT INTO deliveries (id, tenant_id, campaign_id, contact_id, phone, name, state, parts, next_part, claim_epoch,
                                     sender_id, sent_at, delivered_at, read_at)
      SELECT uuidv7(), '${tenantId}', '${campaignId}', gen_random_uuid(), '+5511' || (900000000 + n), 'Person ' || n,
             CASE WHEN n < ${firstSent} THEN 'read' ELSE 'sent' END, 1, 1, 1,
             ('${senders}'::uuid[])[1 + n % ${SENDERS}], now(),
             CASE WHEN n < ${firstSent} THEN now() END, CASE WHEN n < ${firstSent} THEN now() END
      FROM generate_series(${from}, ${to}) n
      RETURNING *)
    INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, delivery_id, part, type,
                          body, state, wa_message_id, claim_epoch, sent_at, delivered_at, read_at)
    SELECT uuidv7(), tenant_id, 'out', contact_id, sender_id, campaign_id, id, 0, 'text',
           'Hi ' || name || ', there is something new in Recife.', state,
           '3EB0' || upper(left(replace(gen_random_uuid()::text, '-', ''), 18)), 1, sent_at, delivered_at, read_at
    FROM made`;
}
