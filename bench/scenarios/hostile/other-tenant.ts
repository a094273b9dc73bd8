import { ApiClient } from '../../../src/demo/api-client.js';
import { PASSWORD, type BenchServer } from '../../support/server.js';
import { query } from '../../support/services.js';

const EMAIL = 'harm@example.com';

/**
 * A tenant beside the one of the bench, with its admin, a sender and so many contacts, written straight into the tables: attributes with
 * long blanks, each fiftieth contact with one more, of 900 names: a tenant may have hardly any more.
 */
export async function otherTenant(
  databaseUrl: string,
  server: BenchServer,
  contacts: number,
): Promise<{ email: string; password: string }> {
  await query(
    databaseUrl,
    `WITH made AS (INSERT INTO tenants (id, slug, name) VALUES (gen_random_uuid(), 'harm', 'Harm') RETURNING id),
     admin AS (
       INSERT INTO users (id, tenant_id, email, password_hash, role)
       SELECT gen_random_uuid(), made.id, $1, password_hash, role FROM users, made LIMIT 1)
     INSERT INTO contacts (id, tenant_id, phone, name, attributes)
     SELECT uuidv7(), made.id, '+5511' || (900000000 + n), 'Person ' || md5(n::text),
            jsonb_build_object('city', md5((n * 7)::text), 'note', repeat(' ', (CASE WHEN n % 100 = 0 THEN 4000 ELSE 10 END)) || 'x')
              || CASE WHEN n % 50 = 0 THEN jsonb_build_object('own ' || n / 50 % 900, n) ELSE '{}' END
     FROM made, generate_series(1, $2::int) n`,
    [EMAIL, contacts],
  );
  await query(databaseUrl, 'VACUUM ANALYZE contacts');
  const api = await ApiClient.login(server.url, EMAIL, PASSWORD);
  // Messages are refused without one; it is never connected, so nothing is sent.
  await api.post('/api/senders', { name: 'Silent', transport: 'simulator' });
  return { email: EMAIL, password: PASSWORD };
}
