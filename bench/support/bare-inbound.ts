import pg from 'pg';
import { newId } from '../../src/lib/ids.js';
import { query } from './services.js';

const BATCH = 500;

/** The tables in which a message that comes in leaves rows. */
const TABLES = ['inbound_events', 'messages', 'conversations', 'contact_senders', 'deliveries'] as const;

/** How many rows of each table the work has added. */
export async function rowsAdded<Result>(
  databaseUrl: string,
  work: () => Promise<Result>,
): Promise<{ result: Result; added: string }> {
  const counts = async (): Promise<number[]> => {
    const selected = TABLES.map((table) => `(SELECT count(*)::int FROM ${table})`);
    const [row] = await query<{ counts: number[] }>(
      databaseUrl,
      `SELECT ARRAY[${selected.join(', ')}] AS counts`,
    );
    return row?.counts ?? [];
  };
  const before = await counts();
  const result = await work();
  const after = await counts();
  const added = TABLES.map((table, index) => `${table} ${(after[index] ?? 0) - (before[index] ?? 0)}`);
  return { result, added: added.join(', ') };
}

/** The yardstick of what comes in: the rows of so many messages, written by one loop of transactions and nothing else. */
export async function measureBareInbound(
  databaseUrl: string,
  { messages, people }: { messages: number; people: number },
): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const senders = await rowsOf<{ id: string }>(client, 'SELECT id FROM senders ORDER BY id');
    const contacts = await rowsOf<{ id: string; tenant_id: string; line: string }>(
      client,
      `SELECT id, tenant_id, line FROM contacts ORDER BY id LIMIT ${people}`,
    );
    const started = performance.now();
    for (let from = 0; from < messages; from += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, messages - from) }, (_, n) => {
        const contact = contacts[(from + n) % contacts.length];
        const sender = senders[(from + n) % senders.length];
        if (!contact || !sender) throw new Error('There are no contacts, or no senders.');
        return { id: newId(), contact, sender };
      });
      await client.query('BEGIN');
      for (const statement of STATEMENTS) {
        await client.query(statement, [
          batch.map(({ id }) => id),
          batch.map(({ contact }) => contact.id),
          batch.map(({ sender }) => sender.id),
          batch.map(({ contact }) => contact.tenant_id),
          batch.map(({ contact }) => contact.line),
        ]);
      }
      await client.query('COMMIT');
    }
    return messages / ((performance.now() - started) / 1_000);
  } finally {
    await client.end();
  }
}

const ASKED =
  'unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[]) AS a (id, contact_id, sender_id, tenant_id, line)';

const STATEMENTS = [
  `INSERT INTO inbound_events (tenant_id, sender_id, kind, wa_id, revision, lines, payload, plain, stops, done_at)
   SELECT tenant_id, sender_id, 'message', id, '', '{}', NULL, true, false, now() FROM ${ASKED}`,
  `INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, type, body, received, state, wa_message_id)
   SELECT id, tenant_id, 'in', contact_id, sender_id, 'text', 'Hello, is it still there?',
          jsonb_build_object('from', jsonb_build_object('phone', line)), 'received', id FROM ${ASKED}`,
  `INSERT INTO conversations (contact_id, sender_id, tenant_id, last_inbound_at)
   SELECT DISTINCT contact_id, sender_id, tenant_id, now() FROM ${ASKED} WHERE id IS NOT NULL AND line IS NOT NULL
   ON CONFLICT (contact_id, sender_id) DO UPDATE SET last_inbound_at = excluded.last_inbound_at`,
  `INSERT INTO contact_senders (contact_id, tenant_id, sender_id)
   SELECT DISTINCT ON (contact_id) contact_id, tenant_id, sender_id FROM ${ASKED} WHERE id IS NOT NULL AND line IS NOT NULL
   ON CONFLICT (contact_id) DO UPDATE SET sender_id = excluded.sender_id`,
];

async function rowsOf<Row>(client: pg.Client, text: string): Promise<Row[]> {
  const { rows } = await client.query(text);
  return rows as Row[];
}
