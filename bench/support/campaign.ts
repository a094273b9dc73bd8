import { until } from '../../src/demo/until.js';
import type { ApiClient } from '../../src/demo/api-client.js';
import { query } from './services.js';

const UNLIMITED = 2_000_000_000;

/** Connected senders of the tenant, without a quota unless one is given. */
export async function connectSenders(
  api: ApiClient,
  count: number,
  quota = { quotaPerMinute: UNLIMITED, quotaPerHour: UNLIMITED, quotaPerDay: UNLIMITED },
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const body = { name: `Sender ${index}`, transport: 'simulator', ...quota };
    const { id } = await api.post<{ id: string }>('/api/senders', body);
    await api.post(`/api/senders/${id}/connect`);
  }
  await until(`${count} connected senders`, async () => {
    const senders = await api.get<{ status: string }[]>('/api/senders?limit=200&status=connected');
    return senders.length >= Math.min(count, 200) ? true : undefined;
  });
}

/**
 * A list of so many made-up contacts, written straight into the tables: how they came there is not measured. Their ids
 * rise, as those of imported contacts do.
 */
export async function contactList(databaseUrl: string, api: ApiClient, count: number): Promise<string> {
  const { id } = await api.post<{ id: string }>('/api/lists', { name: `List of ${count}` });
  await query(
    databaseUrl,
    `WITH home AS (SELECT tenant_id FROM contact_lists WHERE id = $1),
     made AS (
       INSERT INTO contacts (id, tenant_id, phone, name, attributes)
       SELECT uuidv7(), home.tenant_id, '+5511' || (900000000 + n), 'Person ' || n, '{"city": "Recife"}'
       FROM home, generate_series(1, $2::int) n
       ON CONFLICT (tenant_id, line) DO UPDATE SET name = excluded.name
       RETURNING id, tenant_id)
     INSERT INTO contact_list_members (list_id, contact_id, tenant_id) SELECT $1, id, tenant_id FROM made`,
    [id, count],
  );
  await query(databaseUrl, 'ANALYZE contacts, contact_list_members');
  return id;
}

/** A text campaign to a list, without pacing; returns its id. */
export async function createCampaign(
  api: ApiClient,
  listId: string,
  pace = { minDelay: 0, maxDelay: 0 },
): Promise<string> {
  const { id } = await api.post<{ id: string }>('/api/campaigns', {
    name: 'Measured',
    messages: [{ type: 'text', content: 'Hi {{ contact.name }}, there is something new in {{ city }}.' }],
    listIds: [listId],
    ...pace,
  });
  return id;
}

export async function isCompleted(api: ApiClient, id: string): Promise<true | undefined> {
  const { status } = await api.get<{ status: string }>(`/api/campaigns/${id}`);
  return status === 'completed' ? true : undefined;
}

/** Fails loudly when a run that was measured did not do what it was measured for. */
export async function assertAllSent(api: ApiClient, id: string, recipients: number): Promise<void> {
  const stats = await api.get<{ sent: number; delivered: number; read: number }>(
    `/api/campaigns/${id}/stats`,
  );
  const done = stats.sent + stats.delivered + stats.read;
  if (done !== recipients) throw new Error(`${done} of ${recipients} messages were sent.`);
}
